"""Changes to members by hand, kept with who made them: the ledger says it of points, this of the person."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from loyalty.models import Member, MemberEdit


def as_written(member: Member) -> dict[str, str]:
    """What is compared and kept: texts, days as 2026-11-22."""
    return {name: _text(getattr(member, name)) for name in MemberEdit.FIELDS}


def note_edit(member: Member, before: dict[str, str], *, by: User | None) -> None:
    """In the transaction that changed the (saved) member; `before` is `as_written` of then. Nothing changed
    leaves nothing."""
    after = as_written(member)
    changes = {name: [before[name], after[name]] for name in MemberEdit.FIELDS if before[name] != after[name]}
    if changes:
        MemberEdit.objects.create(member=member, by=by, changes=changes)


def forget_values(people: Iterable[Member]) -> None:
    """What was changed about them stays known, not from what to what."""
    edits = list(MemberEdit.objects.filter(member__in=people))
    for edit in edits:
        edit.changes = {name: ["", ""] for name in edit.changes}
    MemberEdit.objects.bulk_update(edits, ["changes"])


def _text(value: Any) -> str:
    if isinstance(value, Member):
        return value.number
    return "" if value is None else str(value)
