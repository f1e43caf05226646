"""Levels: a pure function of the ledger and the programme's settings, with its arithmetic."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from loyalty.domain.programme import programme, store_day, store_zone
from loyalty.enums import EARNED, EntryKind, LevelCriterion
from loyalty.models import LedgerEntry, Level, Member, Programme, Purchase
from marketplace.common.calendars import add_months

# They take points away, not that these were earned.
_NOT_LOST = (EntryKind.OWED, EntryKind.MERGE, EntryKind.EXPIRY)
# How loyalty.domain.redeeming begins what a bonus refers to that a reward gave.
_OF_REDEMPTION = "redemption:"


class Earned(NamedTuple):
    """What counts towards a level, at the moment of its purchase; what was refunded of it never counted."""

    at: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """`counted` is the criterion now, `best` its greatest since `kept_since`, by which the level goes.

    `missing` leads to `next_level`; both are None at the top.
    """

    level: Level | None
    counted: Decimal
    best: Decimal
    window_start: datetime | None
    kept_since: datetime | None
    next_level: Level | None
    missing: Decimal | None
    by_hand: bool = False


def standing(
    earned: Iterable[Earned], levels: Sequence[Level], settings: Programme, *, now: datetime
) -> Standing:
    """`levels` by threshold, lowest first. The level is the highest one that was reached at some moment since
    `kept_since`: now, where levels fall at once; ever, where they never fall."""
    totals = _Totals(earned)
    window, keep = settings.level_window, settings.level_keep_months
    kept_since = None if keep is None else add_months(now, -keep)
    counted = totals.at(now, window)
    best = max([counted, *(totals.at(at, window) for at in totals.moments(kept_since, now))])
    reached = [level for level in levels if level.threshold <= best]
    further = [level for level in levels if level.threshold > best]
    next_level = further[0] if further else None
    return Standing(
        level=reached[-1] if reached else None,
        counted=counted,
        best=best,
        window_start=add_months(now, -window) if window else None,
        kept_since=kept_since,
        next_level=next_level,
        missing=next_level.threshold - counted if next_level else None,
    )


def standing_of(member: Member, *, now: datetime | None = None, without: Purchase | None = None) -> Standing:
    """The member's, with a level by hand in its place as long as that stands; `without` a purchase that is
    only about to count."""
    moment = (now or timezone.now()).astimezone(store_zone())
    settings = programme()
    found = standing(
        earned_by(member, settings, without=without), list(Level.objects.all()), settings, now=moment
    )
    hand = member.hand_level
    if hand is None or not hand_stands(member, now=moment):
        return found
    higher = Level.objects.filter(threshold__gt=hand.threshold).first()
    return Standing(
        level=hand,
        counted=found.counted,
        best=found.best,
        window_start=found.window_start,
        kept_since=found.kept_since,
        next_level=higher,
        missing=max(higher.threshold - found.counted, Decimal(0)) if higher else None,
        by_hand=True,
    )


def hand_stands(member: Member, *, now: datetime) -> bool:
    """Whether the member has a level by hand whose last day is not past."""
    until = member.hand_level_until
    return member.hand_level_id is not None and (until is None or store_day(now) <= until)


def refresh_level(member: Member, *, now: datetime | None = None) -> bool:
    """Brings the level on the (locked) member's row up to date; whether it changed."""
    level = standing_of(member, now=now).level
    if member.level_id == (level.pk if level else None):
        return False
    member.level = level
    member.save(update_fields=["level"])
    return True


def earned_by(member: Member, settings: Programme, *, without: Purchase | None = None) -> list[Earned]:
    """Also what members earned who were merged into this one."""
    # Asked for through a join with OR, the database would read everybody's.
    family = Member.objects.filter(Q(pk=member.pk) | Q(merged_into=member))
    zone = store_zone()  # months are the store's
    if settings.level_criterion == LevelCriterion.SPENDING:
        purchases = Purchase.objects.filter(member__in=family)
        if without is not None:
            purchases = purchases.exclude(pk=without.pk)
        spent = purchases.values_list("at", "amount", "refunded")
        return [Earned(at.astimezone(zone), amount - refunded) for at, amount, refunded in spent]
    entries = LedgerEntry.objects.filter(member__in=family)
    # Points that were bought with points: a reward could be redeemed round and round.
    entries = entries.exclude(kind=EntryKind.BONUS, reference__startswith=_OF_REDEMPTION)
    rows = entries.values_list("pk", "kind", "points", "shortfall", "created_at", "reverses")
    given = {pk: (at, points) for pk, kind, points, _short, at, _of in rows if kind in EARNED and points > 0}
    taken: dict[int, int] = {}
    for _pk, kind, points, short, _at, of in rows:
        if of in given and kind not in _NOT_LOST:  # what is owed was taken back, too
            taken[of] = taken.get(of, 0) + short - points
    return [
        Earned(at.astimezone(zone), Decimal(points - taken.get(pk, 0))) for pk, (at, points) in given.items()
    ]


class _Totals:
    """What was counted at any moment."""

    def __init__(self, earned: Iterable[Earned]) -> None:
        events = sorted(earned)
        self.times = [event.at for event in events]
        self.sums = list(accumulate((event.amount for event in events), initial=Decimal(0)))

    def at(self, moment: datetime, window: int) -> Decimal:
        """In the `window` months until then; 0 months are all."""
        start = bisect_right(self.times, add_months(moment, -window)) if window else 0
        return self.sums[bisect_right(self.times, moment)] - self.sums[start]

    def moments(self, since: datetime | None, now: datetime) -> list[datetime]:
        """When the total can have been greatest: it only grows with an event."""
        first = 0 if since is None else bisect_right(self.times, since)
        inside = self.times[first : bisect_right(self.times, now)]
        return inside if since is None else [since, *inside]
