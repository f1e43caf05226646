"""An import undone: members who were made go, fields that were filled are empty again."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from loyalty.domain.batches.importing import CHANGED_AT_ONCE, FIELDS, FILLED_COLUMNS, plain
from loyalty.domain.levels import refresh_level
from loyalty.enums import EntryKind, RowProblem
from loyalty.models import Batch, BatchRow, LedgerEntry, Member
from loyalty.queries.members import searchable


def take_back(batch: Batch, low: int, high: int, *, now: datetime) -> int:
    """Removes the members that the rows made and empties the fields that they filled, where all is still as
    it was written; how many rows. A member with an opening balance has entries in the ledger, which stays:
    there a reversal is written, and the member is emptied and out of use."""
    rows = list(
        BatchRow.objects.filter(batch=batch, number__range=(low, high), status="done").order_by("number")
    )
    keys = [row.member_id for row in rows if row.member_id]
    members = {m.pk: m for m in Member.objects.filter(pk__in=keys).order_by("pk").select_for_update()}
    used = _used([row for row in rows if row.before and "made" in row.before])
    undone, kept = [], []
    for row in rows:
        member = members.get(row.member_id or 0)
        if member is None or member.pk in used or not _is_as_written(member, row):
            kept.append(row.pk)
        else:
            undone.append((row, member))
    BatchRow.objects.filter(pk__in=kept).update(problem=RowProblem.MEMBER_CHANGED.value)
    _take_away([(row, member) for row, member in undone if "made" in row.before], batch, now)
    _empty([(row, member) for row, member in undone if "filled" in row.before])
    BatchRow.objects.filter(pk__in=[row.pk for row, _member in undone]).update(status="undone")
    return len(undone)


def _is_as_written(member: Member, row: BatchRow) -> bool:
    if not row.before or member.erased_at is not None or member.merged_into_id is not None:
        return False
    wrote = row.before.get("made") or row.before.get("filled")
    if "made" in row.before:
        opening = (row.points or 0) if row.entry_id else 0
        if member.user_id is not None or member.balance != opening or member.address or member.note:
            return False
        if str(member.phone or "") != wrote["phone"]:
            return False
    return all(plain(getattr(member, name)) == wrote[name] for name in FIELDS if name in wrote)


def _used(rows: Sequence[BatchRow]) -> set[int]:
    """Members who are more than their row made of them: anything that points at one, but for the opening
    entry. Asked of every table that knows members, so that a new one is not forgotten."""
    pks = [row.member_id for row in rows]
    used: set[int] = set()
    for relation in Member._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        if model is BatchRow or not pks:
            continue
        found = model._base_manager.filter(**{f"{name}__in": pks})
        if model is LedgerEntry:
            opened = [row.entry_id for row in rows if row.entry_id]
            found = found.exclude(pk__in=opened)
        used.update(found.values_list(name, flat=True))
    return used


def _take_away(pairs: Sequence[tuple[BatchRow, Member]], batch: Batch, now: datetime) -> None:
    free = [member.pk for row, member in pairs if not row.entry_id]
    Member.objects.filter(pk__in=free).delete()
    opened = [(row, member) for row, member in pairs if row.entry_id]
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            member=member,
            kind=EntryKind.UNDO,
            reference=f"entry:{row.entry_id}",
            points=-(row.points or 0),
            created_at=now,
            reverses_id=row.entry_id,
            by=batch.undone_by,
            note=batch.note,
            batch=batch,
        )
        for row, member in opened
    )
    Member.objects.filter(pk__in=[member.pk for _row, member in opened]).update(
        balance=0,
        phone=None,
        name="",
        email="",
        birthday=None,
        hand_level=None,
        hand_level_until=None,
        search_text="",
        erased_at=now,
        # Free for the file when it comes again. No file can bring one with a space.
        number=Concat(Value("× "), Cast("pk", CharField())),
    )


def _empty(pairs: Sequence[tuple[BatchRow, Member]]) -> None:
    for row, member in pairs:
        wrote = row.before["filled"]
        for name in wrote:
            if name in ("name", "email"):
                setattr(member, name, "")
            else:
                setattr(member, name, wrote[name] if name == "level_id" else None)
        member.search_text = searchable(member)
    Member.objects.bulk_update(
        [member for _row, member in pairs], [*FILLED_COLUMNS], batch_size=CHANGED_AT_ONCE
    )
    for row, member in pairs:
        if "level_id" in row.before["filled"]:  # by hand it hid what was bought meanwhile
            refresh_level(member)
