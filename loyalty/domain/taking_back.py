"""Points that were given go back: out of their own lot first; what was spent meanwhile stays owed. What has
expired of them is gone already: the caller leaves it out of what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from loyalty.domain.ledger import Posting, post, spendable_points
from loyalty.domain.lots import Lot, all_lots
from loyalty.enums import EntryKind
from loyalty.models import LedgerEntry, Member


@dataclass(frozen=True, slots=True)
class Parts:
    """Of what is due: out of points that are still held, out of what can be spent, and what stays owed."""

    held: int
    free: int
    owed: int


def lots_from(given: LedgerEntry) -> list[Lot]:
    """The lot of that entry, and what became of it with members who took the member over."""
    holders = LedgerEntry.objects.filter(Q(pk=given.pk) | Q(reverses=given)).values("member")
    ledgers: dict[int, list[LedgerEntry]] = {}
    for entry in LedgerEntry.objects.filter(member__in=holders).order_by("pk"):
        ledgers.setdefault(entry.member_id, []).append(entry)
    lots = [lot for entries in ledgers.values() for lot in all_lots(entries)]
    return [lot for lot in lots if given.pk in (lot.entry_id, lot.origin_id)]


def expired_of(own: Sequence[Lot]) -> int:
    return sum(lot.expired for lot in own)


def parts_of(due: int, own: Sequence[Lot], *, spendable: int, now: datetime) -> Parts:
    """`own` are the lots of what was given."""
    held = min(due, sum(lot.left for lot in own if lot.is_held(now)))
    free = min(due - held, max(spendable, 0))
    return Parts(held, free, due - held - free)


def take_back(
    member: Member,
    given: LedgerEntry,
    due: int,
    *,
    own: Sequence[Lot],
    kind: EntryKind,
    reference: str,
    now: datetime,
    **fields: Any,
) -> list[LedgerEntry]:
    """`due` of what was `given` goes, from the (locked) member who has it now; two entries where held and
    other points go. `fields` are Posting's."""
    if due <= 0:
        return []
    parts = parts_of(due, own, spendable=spendable_points(member, now=now), now=now)
    by_day = [(parts.held, given.available_at), (parts.free, None)]
    taken = [part for part in by_day if part[0]] or [(0, None)]
    postings = [
        Posting(
            kind,
            -points,
            reference if number == 0 else f"{reference}:{number}",
            shortfall=parts.owed if number == len(taken) - 1 else 0,
            available_at=available_at,
            reverses=given,
            purchase=given.purchase,
            **fields,
        )
        for number, (points, available_at) in enumerate(taken)
    ]
    return post(member, postings, now=now)
