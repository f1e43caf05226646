"""What a member's page says of points that lapse and of the day on which a level falls."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.levels import Earned, standing
from loyalty.domain.lots import lots_of
from loyalty.domain.overview import falls_on, points_now
from loyalty.enums import EntryKind
from loyalty.models import LedgerEntry, Level, Member, Programme

BANGKOK = ZoneInfo("Asia/Bangkok")
SILVER, GOLD = Level(name="Silver", threshold=Decimal(0)), Level(name="Gold", threshold=Decimal(1000))


def earned(day: datetime, amount: int = 1000) -> Earned:
    return Earned(day.astimezone(BANGKOK), Decimal(amount))


@pytest.mark.parametrize(
    ("window", "keep", "bought", "falls"),
    [
        (12, 0, datetime(2026, 3, 10, 5, tzinfo=UTC), date(2027, 3, 10)),
        (12, 12, datetime(2026, 3, 10, 5, tzinfo=UTC), date(2028, 3, 10)),
        (2, 1, datetime(2026, 12, 30, 20, tzinfo=UTC), date(2027, 4, 1)),  # 31 December in Bangkok
        (0, 12, datetime(2026, 3, 10, 5, tzinfo=UTC), None),
        (12, None, datetime(2026, 3, 10, 5, tzinfo=UTC), None),
    ],
)
def test_a_level_falls_on(window: int, keep: int | None, bought: datetime, falls: date | None) -> None:
    programme = Programme(level_window=window, level_keep_months=keep)
    events, levels = [earned(bought)], [SILVER, GOLD]
    now = bought.astimezone(BANGKOK) + timedelta(days=1)

    found = falls_on(events, levels, programme, now=now)

    assert found == falls
    if falls is not None:
        before = datetime(falls.year, falls.month, falls.day, tzinfo=BANGKOK) - timedelta(days=1)
        after = before + timedelta(days=2)
        assert standing(events, levels, programme, now=before).level is GOLD
        assert standing(events, levels, programme, now=after).level is SILVER


def test_the_lowest_level_does_not_fall() -> None:
    programme = Programme(level_window=12, level_keep_months=0)
    bought = datetime(2026, 3, 10, 5, tzinfo=UTC)

    assert falls_on([earned(bought, 10)], [SILVER, GOLD], programme, now=bought.astimezone(BANGKOK)) is None


def test_what_lapses_this_month_and_by_the_end_of_the_next(member: Member) -> None:
    # 23:30 of 30 November in UTC is December in Bangkok.
    now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    days = [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), None]
    postings = [
        Posting(EntryKind.ADJUSTMENT, 10**number, f"a{number}", expires_on=day)
        for number, day in enumerate(days)
    ]
    postings.append(Posting(EntryKind.ADJUSTMENT, 5, "held", available_at=now + timedelta(days=3)))
    locked = lock_member(member.pk)
    post(locked, postings, now=timezone.now())
    lots = lots_of(LedgerEntry.objects.filter(member=member).order_by("pk"))

    found = points_now(locked, lots, now=now)

    assert (found.this_month, found.this_month_end) == (11, date(2026, 12, 31))
    assert (found.next_month, found.next_month_end) == (111, date(2027, 1, 31))
    assert (found.balance, found.held, found.spendable) == (11116, 5, 11111)
