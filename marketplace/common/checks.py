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
    if _reads_thai():
        return []
    return [
        Error(
            "The database is not UTF-8 or its LC_CTYPE is C: the search finds no typing slips in"
            " Thai or Persian.",
            hint="Create it with: CREATE DATABASE talad TEMPLATE template0 ENCODING UTF8 LOCALE 'C.UTF-8'",
            id="talad.E002",
        )
    ]


def _reads_thai() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_encoding_to_char(encoding) = 'UTF8' AND datctype NOT IN ('C', 'POSIX'),"
            " to_regproc('show_trgm') IS NOT NULL FROM pg_database WHERE datname = current_database()"
        )
        is_declared, is_installed = cursor.fetchone()
        if not is_declared or not is_installed:  # the first migrate installs it
            return bool(is_declared)
        cursor.execute("SELECT cardinality(show_trgm('นวด')) > 0")
        return bool(cursor.fetchone()[0])
