"""Who changed what about members by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language

from accounts.models import User
from loyalty.models import Member, MemberEdit
from marketplace.common.calendars import base_language, format_date

OF_ONE = 20
PAGE = 50


@dataclass(frozen=True, slots=True)
class Change:
    """Both are "" where the values are gone with an erased person."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Edit:
    member: Member
    at: datetime
    by: User | None
    changes: list[Change]


def edits_of(member: Member) -> list[Edit]:
    """The newest OF_ONE, also of those who were merged into this member."""
    mine = Q(member=member) | Q(member__merged_into=member)
    return _shown(MemberEdit.objects.filter(mine).select_related("member", "by").order_by("-pk")[:OF_ONE])


def edits_page(after: int | None = None) -> tuple[list[Edit], int | None]:
    """Of all members, newest first, and the key from which the next page goes on."""
    rows = MemberEdit.objects.select_related("member", "by").order_by("-pk")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PAGE + 1])
    return _shown(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None


def _shown(rows: Iterable[MemberEdit]) -> list[Edit]:
    return [
        Edit(
            row.member,
            row.at,
            row.by,
            [_change(name, *row.changes[name]) for name in MemberEdit.FIELDS if name in row.changes],
        )
        for row in rows
    ]


def _change(name: str, before: str, after: str) -> Change:
    field: Any = Member._meta.get_field(name)
    is_day = field.get_internal_type() in ("DateField", "DateTimeField")
    before, after = (_day(text) if is_day else text for text in (before, after))
    return Change(str(field.verbose_name), before, after)


def _day(text: str) -> str:
    return format_date(date.fromisoformat(text[:10]), base_language(get_language())) if text else ""
