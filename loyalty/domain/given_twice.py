"""Bonuses that a person got as two members, before these were merged.

The rule: joining, the first purchase and the birthday of a year are rewarded once for each person. What was
given first stays, by whichever rule; the others are taken back by an entry that says so. A bonus of a
purchase whose money went back is gone with it and does not count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from loyalty.domain.giving import occasion_of
from loyalty.domain.lots import Lot
from loyalty.domain.taking_back import expired_of, lots_from, take_back
from loyalty.enums import EntryKind, RuleKind
from loyalty.models import LedgerEntry, Member


@dataclass(frozen=True, slots=True)
class Twice:
    """`due` of the points that `entry` gave are to go back; `own` are its lots."""

    entry: LedgerEntry
    kind: RuleKind
    due: int
    own: list[Lot]


def given_twice(*members: Member) -> list[Twice]:
    """What these, together with those who were merged into them, have too much. Reads only."""
    family = Member.objects.filter(Q(pk__in=[m.pk for m in members]) | Q(merged_into__in=members))
    entries = LedgerEntry.objects.filter(member__in=family.values("pk"))
    undone = LedgerEntry.objects.filter(kind=EntryKind.UNDO, reverses__isnull=False)
    standing = entries.exclude(pk__in=undone.filter(reverses__member__in=family).values("reverses"))
    return [
        *_bonuses(standing, RuleKind.SIGN_UP),
        *_first_purchases(standing),
        *_bonuses(standing, RuleKind.BIRTHDAY),
    ]


def take_given_twice(kept: Member, *, by: User | None, now: datetime) -> None:
    """From the (locked) member, into whom the other one was merged in this transaction."""
    for twice in given_twice(kept):
        take_back(
            kept,
            twice.entry,
            twice.due,
            own=twice.own,
            kind=EntryKind.UNDO,
            reference=f"twice:{twice.entry.pk}",
            now=now,
            by=by,
            steps={"why": "given_twice", "kind": twice.kind},
        )


def _bonuses(standing: "QuerySet[LedgerEntry]", kind: RuleKind) -> Iterator[Twice]:
    given = standing.filter(kind=EntryKind.BONUS, reference__startswith=f"{kind}:")
    by_occasion: dict[str, list[LedgerEntry]] = {}
    for entry in given.order_by("created_at", "pk"):
        by_occasion.setdefault(occasion_of(entry), []).append(entry)
    # Several rules may give to one member for one occasion: together they are one bonus.
    for same in by_occasion.values():
        yield from _due(kind, [(one, one.points) for one in same if one.member_id != same[0].member_id])


def _first_purchases(standing: "QuerySet[LedgerEntry]") -> Iterator[Twice]:
    bought = standing.filter(kind=EntryKind.PURCHASE, steps__contains=[{"kind": RuleKind.FIRST_PURCHASE}])
    rows = bought.select_related("purchase").order_by("purchase__at", "purchase")
    given = [(entry, left) for entry in rows if (left := _bonus_left(entry))]
    yield from _due(RuleKind.FIRST_PURCHASE, given[1:])


def _bonus_left(entry: LedgerEntry) -> int:
    """Of the purchase's points, its bonus without what a refund took back of it."""
    assert entry.purchase is not None
    gone, worth = entry.purchase.gone_of_worth
    bonus = sum(step["points"] for step in entry.steps if step["kind"] == RuleKind.FIRST_PURCHASE)
    return int(bonus - bonus * gone / worth) if worth else 0


def _due(kind: RuleKind, given: Iterable[tuple[LedgerEntry, int]]) -> Iterator[Twice]:
    for entry, points in given:
        own = lots_from(entry)
        due = points - expired_of(own)
        if due > 0:
            yield Twice(entry, kind, due, own)
