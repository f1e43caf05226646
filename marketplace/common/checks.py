"""What must be true of the machine, told at start and by `manage.py check --database default`."""

import zoneinfo
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


def tehran_in_july() -> str:
    """What the machine's tables take Tehran's distance from UTC for; right is "+03:30"."""
    july = datetime(2026, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Asia/Tehran"))
    return july.isoformat()[-6:]


@register(Tags.compatibility)
def time_zones_are_current(**kwargs: Any) -> list[CheckMessage]:
    """Iran gave up summer time in 2022; older tables would shift every appointment by an hour."""
    if tehran_in_july() == "+03:30":
        return []
    return [
        Error("The time zone tables are out of date.", hint="Update the tzdata package.", id="talad.E001")
    ]


@register(Tags.database)
def search_knows_every_script(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """pg_trgm follows the database's LC_CTYPE: with C, Thai and Persian words have no trigrams."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc('show_trgm') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return []  # before the first migrate
        cursor.execute("SELECT cardinality(show_trgm('นวด'))")
        if cursor.fetchone()[0] > 0:
            return []
    return [
        Error(
            "The database's LC_CTYPE is C: the search finds no typing slips in Thai or Persian.",
            hint="Create it with: initdb -E UTF8 --locale-provider=builtin --locale=C.UTF-8",
            id="talad.E002",
        )
    ]
