"""Which points are left of which entry: worked out from the ledger alone, so that it can be proven.

Points are spent oldest first. Points that are still held cannot be spent; a refund takes from what its
purchase gave first; a redemption that was undone never happened. What came over from a member who was merged
into this one reverses the entry it once was: it is a lot here, and goes first when that entry is taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from loyalty.enums import EntryKind


class Entry(Protocol):
    """What a lot is worked out from: a LedgerEntry, or a test's own."""

    pk: int
    kind: str
    points: int
    created_at: datetime
    available_at: datetime | None
    expires_on: date | None
    reverses_id: int | None


@dataclass(slots=True)
class Lot:
    """What is left of an entry that brought points."""

    entry_id: int
    points: int
    left: int
    created_at: datetime
    available_at: datetime | None
    expires_on: date | None
    # Of another member's ledger, when it came over by a merge.
    origin_id: int | None = None
    expired: int = 0

    def is_held(self, at: datetime) -> bool:
        return self.available_at is not None and self.available_at > at


def lots_of(entries: Iterable[Entry]) -> list[Lot]:
    """The lots of one member with something left, oldest first. `entries` are all of the member's, by id."""
    return [lot for lot in all_lots(entries) if lot.left]


def all_lots(entries: Iterable[Entry]) -> list[Lot]:
    """The same with those that are used up."""
    rows = list(entries)
    here = {row.pk for row in rows}
    undone: dict[int, int] = {}
    for row in rows:
        if row.points > 0 and row.reverses_id is not None and row.reverses_id in here:
            undone[row.reverses_id] = undone.get(row.reverses_id, 0) + row.points
    lots: dict[int, Lot] = {}
    for row in rows:
        if row.points > 0 and row.reverses_id not in here:
            lots[row.pk] = Lot(
                row.pk,
                row.points,
                row.points,
                row.created_at,
                row.available_at,
                row.expires_on,
                row.reverses_id,
            )
        elif row.points < 0:
            _take(lots, row, -row.points - undone.get(row.pk, 0))
    return list(lots.values())


def _take(lots: dict[int, Lot], row: Entry, points: int) -> None:
    for lot in _in_turn(lots, row):
        part = min(points, lot.left)
        lot.left -= part
        if row.kind == EntryKind.EXPIRY:
            lot.expired += part
        points -= part
        if not points:
            return


def _in_turn(lots: dict[int, Lot], row: Entry) -> list[Lot]:
    """From which lots this entry takes, in that order."""
    if row.kind == EntryKind.EXPIRY and row.expires_on is not None:
        return [
            lot for lot in lots.values() if lot.expires_on is not None and lot.expires_on <= row.expires_on
        ]
    taken_back = row.reverses_id
    own = [lot for lot in lots.values() if taken_back and taken_back in (lot.entry_id, lot.origin_id)]
    others = [lot for lot in lots.values() if lot not in own]
    free = [lot for lot in others if not lot.is_held(row.created_at)]
    return own + free + [lot for lot in others if lot.is_held(row.created_at)]
