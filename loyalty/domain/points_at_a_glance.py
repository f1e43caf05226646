"""A member's points and level at a glance."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from loyalty.domain.ledger import held_points
from loyalty.domain.levels import Standing, standing_of
from loyalty.domain.lots import lots_of
from loyalty.domain.programme import programme, store_day
from loyalty.enums import LevelCriterion
from loyalty.models import LedgerEntry, Member

# What ends within it is "soon".
SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Overview:
    """`expiring` is the next day on which points are good for the last time, and how many; None when none end
    SOON. `by_points` says what the level goes by: points earned, else money spent."""

    balance: int
    held: int
    owed: int
    standing: Standing
    by_points: bool
    expiring: tuple[date, int] | None

    @property
    def spendable(self) -> int:
        return self.balance - self.held

    @property
    def reached(self) -> Decimal:
        """Of the next level's threshold, for a bar from 0 to it."""
        found = self.standing
        return min(found.counted, found.next_level.threshold) if found.next_level else found.counted


def overview_of(member: Member, *, now: datetime | None = None) -> Overview:
    moment = now or timezone.now()
    return Overview(
        balance=member.balance,
        held=held_points(member, now=moment),
        owed=member.owed,
        standing=standing_of(member, now=moment),
        by_points=programme().level_criterion == LevelCriterion.POINTS,
        expiring=_expiring(member, moment),
    )


def _expiring(member: Member, now: datetime) -> tuple[date, int] | None:
    today = store_day(now)
    ends: Counter[date] = Counter()
    for lot in lots_of(LedgerEntry.objects.filter(member=member).order_by("pk")):
        if lot.expires_on is not None and today <= lot.expires_on <= today + SOON:
            ends[lot.expires_on] += lot.left
    return min(ends.items(), default=None)
