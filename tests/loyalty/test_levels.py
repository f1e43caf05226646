"""A level is worked out from the ledger, each time anew."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import User
from loyalty.domain import redeem, refresh_level, refund, standing_of, undo_redemption
from loyalty.domain.daily import due_for_levels
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.levels import Earned, Standing, standing
from loyalty.enums import EntryKind, Place, RewardKind
from loyalty.models import EarningRule, Level, Member, Programme, Purchase, Reward
from tests.loyalty.sweeps import expire_points

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
Buy = Callable[..., Purchase]


def at(year: int, month: int, day: int, hour: int = 5) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def found(
    programme: Programme, *spent: tuple[datetime, int], now: datetime = NOW, **rules: Any
) -> tuple[str, Decimal, Decimal, Decimal | None]:
    """(level, counted, best, missing)"""
    for name, value in rules.items():
        setattr(programme, f"level_{name}", value)
    earned = [Earned(moment, Decimal(amount)) for moment, amount in spent]
    result: Standing = standing(earned, list(Level.objects.all()), programme, now=now)
    return str(result.level), result.counted, result.best, result.missing


@pytest.mark.parametrize(
    ("spent", "level", "missing"),
    [
        (0, "Silver", 1000),
        (999, "Silver", 1),
        (1000, "Gold", 4000),
        (4999, "Gold", 1),
        (5000, "Platinum", None),
    ],
)
def test_a_level_is_reached_at_its_threshold(
    spent: int, level: str, missing: int | None, programme: Programme, levels: list[Level]
) -> None:
    assert found(programme, (at(2026, 1, 1), spent)) == (level, spent, spent, missing)


def test_without_levels_there_is_none(programme: Programme) -> None:
    assert found(programme, (at(2026, 1, 1), 5)) == ("None", 5, 5, None)


@pytest.mark.parametrize(
    ("window", "keep", "expected"),
    [
        (0, 0, ("Platinum", 5500, 5500, None)),
        (0, None, ("Platinum", 5500, 5500, None)),
        (12, 0, ("Silver", 500, 500, 500)),
        (12, 6, ("Gold", 500, 1500, 4500)),
        (12, 12, ("Platinum", 500, 5000, None)),
        (12, None, ("Platinum", 500, 5000, None)),
    ],
)
def test_windows_and_how_long_a_level_is_kept(
    window: int, keep: int | None, expected: Any, programme: Programme, levels: list[Level]
) -> None:
    """4,000 twenty months ago, 1,000 thirteen and 500 five months ago."""
    spent = [(at(2025, 3, 22), 4000), (at(2025, 10, 22), 1000), (at(2026, 6, 22), 500)]

    assert found(programme, *spent, window=window, keep_months=keep) == expected


def test_a_year_ends_on_its_day(programme: Programme, levels: list[Level]) -> None:
    spent = (at(2025, 11, 22), 1000)
    last = at(2026, 11, 22, 4)

    assert found(programme, spent, now=last, window=12, keep_months=0)[0] == "Gold"
    assert found(programme, spent, now=at(2026, 11, 22), window=12, keep_months=0)[0] == "Silver"


def test_a_kept_level_falls_when_its_months_are_over(programme: Programme, levels: list[Level]) -> None:
    """Reached on 22 January 2025, counted until 22 January 2026, kept for three months more."""
    spent = (at(2025, 1, 22), 1000)
    before, after = at(2026, 4, 22, 4), at(2026, 4, 22, 6)

    assert found(programme, spent, now=before, window=12, keep_months=3)[:2] == ("Gold", 0)
    assert found(programme, spent, now=after, window=12, keep_months=3)[:2] == ("Silver", 0)


def test_what_is_still_to_come_does_not_count(programme: Programme, levels: list[Level]) -> None:
    assert found(programme, (at(2026, 12, 1), 9000))[0] == "Silver"


# --- from the ledger --------------------------------------------------------------------------------------


def test_spending_counts_from_the_purchase_on(levels: list[Level], member: Member, buy: Buy) -> None:
    buy(999)
    member.refresh_from_db()
    assert member.level == levels[0]

    buy(1)

    member.refresh_from_db()
    assert member.level == levels[1]
    assert standing_of(member).missing == 4000


def test_a_refund_lowers_it_as_if_it_had_never_been_spent(
    levels: list[Level], member: Member, buy: Buy
) -> None:
    purchase = buy(1500)

    refund(purchase, amount=Decimal(500), reference="r1", by=None)
    member.refresh_from_db()
    assert member.level == levels[1]
    refund(purchase, amount=Decimal(1), reference="r2", by=None)

    member.refresh_from_db()
    assert member.level == levels[0]
    assert standing_of(member).best == 999  # also for those who never fall


def test_points_count_as_they_were_earned_not_as_they_are_left(
    rule: EarningRule, levels: list[Level], member: Member, buy: Buy
) -> None:
    Programme.objects.update(level_criterion="points", expiry_months=6)
    EarningRule.objects.update(points=100)
    buy(1500, at=at(2026, 1, 5))
    with transaction.atomic():
        post(lock_member(member.pk), [Posting(EntryKind.REDEMPTION, -700, "a")], now=at(2026, 1, 6))
    expire_points(now=at(2026, 8, 2))

    member.refresh_from_db()
    refresh_level(member)
    assert (member.balance, member.level, standing_of(member).counted) == (0, levels[1], 1500)


def test_corrections_rewards_and_debts_are_no_earnings(
    rule: EarningRule, levels: list[Level], member: Member, buy: Buy
) -> None:
    Programme.objects.update(level_criterion="points")
    EarningRule.objects.update(points=100)
    purchase = buy(500)
    for posting in (
        Posting(EntryKind.ADJUSTMENT, 9000, "a"),
        Posting(EntryKind.IMPORTED, 9000, "b"),
        Posting(EntryKind.REDEMPTION, -18500, "c"),
    ):
        with transaction.atomic():
            post(lock_member(member.pk), [posting], now=NOW)
    refund(purchase, amount=Decimal(200), reference="r", by=None)
    buy(100)  # all of it pays off what is owed

    member.refresh_from_db()
    standing_now = standing_of(member)
    assert (member.balance, member.owed, standing_now.counted) == (0, 100, 500 - 200 + 100)


def test_points_that_were_bought_with_points_are_no_earnings(
    rule: EarningRule, levels: list[Level], member: Member, buy: Buy, operator: User
) -> None:
    Programme.objects.update(level_criterion="points")
    EarningRule.objects.update(points=100)
    buy(500)
    reward = Reward.objects.create(name="30 for 30", kind=RewardKind.POINTS, points=30, bonus=30)

    redemptions = [
        redeem(member, reward, place=Place.COUNTER, by=operator, form_token=uuid4()) for _press in range(3)
    ]
    pressed = standing_of(member).counted
    undo_redemption(redemptions[0], by=operator)

    member.refresh_from_db()
    assert (member.balance, pressed, standing_of(member).counted) == (500, 500, 500)


def test_the_level_of_a_purchase_multiplies_from_the_next_one_on(
    rule: EarningRule, levels: list[Level], member: Member, buy: Buy, ledger_of: Callable[..., Any]
) -> None:
    buy(1000)
    buy(1000)

    assert ledger_of(member) == [("purchase", 10), ("purchase", 15)]


# --- by hand, and by time ---------------------------------------------------------------------------------


def test_a_level_by_hand_stands_until_its_date(levels: list[Level], member: Member, buy: Buy) -> None:
    buy(1000)
    Member.objects.update(hand_level=levels[2], hand_level_until=date(2026, 12, 31))
    member.refresh_from_db()

    # 31 December ends in Bangkok at 17:00 UTC.
    last, after = at(2026, 12, 31, 16), at(2026, 12, 31, 17)

    assert (standing_of(member, now=last).level, standing_of(member, now=last).by_hand) == (levels[2], True)
    assert (standing_of(member, now=after).level, standing_of(member, now=after).by_hand) == (
        levels[1],
        False,
    )


def test_a_level_by_hand_may_be_lower_and_without_end(levels: list[Level], member: Member, buy: Buy) -> None:
    buy(6000)
    Member.objects.update(hand_level=levels[1])
    member.refresh_from_db()

    stands = standing_of(member, now=at(2040, 1, 1))

    assert (stands.level, stands.next_level, stands.missing) == (levels[1], levels[2], 0)


def refresh_due_levels(now: datetime) -> int:
    """Of all who are due; how many changed."""
    with transaction.atomic():
        return sum(refresh_level(lock_member(one.pk), now=now) for one in due_for_levels(now=now))


def test_the_row_follows_when_time_alone_changes_the_level(
    levels: list[Level], member: Member, make_member: Callable[..., Member], buy: Buy
) -> None:
    Programme.objects.update(level_window=12, level_keep_months=0)
    buy(1000, at=at(2025, 11, 22))
    by_hand = make_member(hand_level=levels[2], hand_level_until=date(2026, 12, 31))
    refresh_level(by_hand, now=NOW)
    refresh_level(member, now=at(2026, 11, 21))
    assert Member.objects.get(pk=member.pk).level == levels[1]

    assert refresh_due_levels(now=at(2026, 11, 21)) == 0
    assert refresh_due_levels(now=NOW) == 1
    assert refresh_due_levels(now=at(2027, 1, 1)) == 1
    assert refresh_due_levels(now=at(2027, 1, 1)) == 0

    assert set(Member.objects.values_list("level", flat=True)) == {levels[0].pk}
