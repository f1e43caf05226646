"""Points end with the last day of a month, the oldest first, once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from loyalty.domain import refund
from loyalty.domain.ledger import Posting, held_points, lock_member, post, spendable_points
from loyalty.domain.programme import expiry_day
from loyalty.enums import EntryKind
from loyalty.models import EarningRule, LedgerEntry, Member, Programme, Purchase
from tests.loyalty.sweeps import expire_points

Ledger = Callable[[Member], list[tuple[str, int]]]
JAN_31 = date(2027, 1, 31)
FEB_28 = date(2027, 2, 28)
IN_JANUARY = datetime(2027, 1, 15, 5, tzinfo=UTC)
# 31 January ends in Bangkok at 17:00 UTC.
LAST_MOMENT = datetime(2027, 1, 31, 16, 59, 59, tzinfo=UTC)
DAY_AFTER = datetime(2027, 1, 31, 17, tzinfo=UTC)


def write(
    member: Member, kind: EntryKind, points: int, reference: str, *, now: datetime = IN_JANUARY, **fields: Any
) -> LedgerEntry:
    with transaction.atomic():
        return post(lock_member(member.pk), [Posting(kind, points, reference, **fields)], now=now)[0]


@pytest.mark.parametrize(
    ("earned", "months", "last"),
    [
        (date(2026, 1, 31), 0, None),
        (date(2026, 1, 1), 6, date(2026, 7, 31)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 2, 28), 12, date(2028, 2, 29)),
        (date(2028, 2, 29), 24, date(2030, 2, 28)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
    ],
)
def test_points_are_good_until_the_last_day_of_the_month(
    earned: date, months: int, last: date | None
) -> None:
    assert expiry_day(earned, months) == last


def test_a_purchase_counts_by_its_day_in_the_store(
    programme: Programme, rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    Programme.objects.update(expiry_months=6)

    buy(1000, at=datetime(2026, 7, 31, 17, tzinfo=UTC))  # 1 August in Bangkok

    assert LedgerEntry.objects.get().expires_on == date(2027, 2, 28)


def test_points_go_when_their_last_day_is_over_and_not_before(member: Member, ledger_of: Ledger) -> None:
    write(member, EntryKind.BONUS, 100, "a", expires_on=JAN_31)
    write(member, EntryKind.BONUS, 50, "b")

    assert expire_points(now=LAST_MOMENT) == 0
    assert ledger_of(member) == [("bonus", 100), ("bonus", 50)]
    assert expire_points(now=DAY_AFTER) == 100
    assert ledger_of(member) == [("bonus", 100), ("bonus", 50), ("expiry", -100)]


def test_running_twice_takes_once(member: Member, ledger_of: Ledger) -> None:
    write(member, EntryKind.BONUS, 100, "a", expires_on=JAN_31)

    assert [expire_points(now=DAY_AFTER) for _again in range(3)] == [100, 0, 0]

    member.refresh_from_db()
    assert (ledger_of(member), member.balance) == ([("bonus", 100), ("expiry", -100)], 0)


def test_only_what_was_not_spent_goes(member: Member, ledger_of: Ledger) -> None:
    write(member, EntryKind.BONUS, 100, "a", expires_on=JAN_31)
    write(member, EntryKind.BONUS, 100, "b", expires_on=FEB_28)
    write(member, EntryKind.REDEMPTION, -130, "c")

    assert expire_points(now=DAY_AFTER) == 0
    assert expire_points(now=DAY_AFTER + timedelta(days=28)) == 70
    assert ledger_of(member)[-1] == ("expiry", -70)


def test_months_that_were_missed_are_made_up_for(member: Member) -> None:
    write(member, EntryKind.BONUS, 100, "a", expires_on=JAN_31)
    write(member, EntryKind.BONUS, 50, "b", expires_on=FEB_28)

    assert expire_points(now=DAY_AFTER + timedelta(days=90)) == 150
    assert LedgerEntry.objects.get(kind="expiry").expires_on == FEB_28


def test_what_an_undone_redemption_brings_back_is_as_old_as_it_was(member: Member, ledger_of: Ledger) -> None:
    """Twice the same points of the same entry: each time is a cause of its own."""
    write(member, EntryKind.BONUS, 100, "a", expires_on=JAN_31)
    spent = write(member, EntryKind.REDEMPTION, -50, "b")
    assert expire_points(now=DAY_AFTER) == 50

    write(member, EntryKind.RETURNED, 50, "b", reverses=spent, now=DAY_AFTER)

    assert expire_points(now=DAY_AFTER, since=date(2027, 2, 1)) == 50
    assert ledger_of(member)[-2:] == [("returned", 50), ("expiry", -50)]
    member.refresh_from_db()
    assert member.balance == 0


def test_what_was_over_already_when_it_was_written_goes_with_the_next_run(
    programme: Programme, rule: EarningRule, member: Member, buy: Callable[..., Purchase], ledger_of: Ledger
) -> None:
    """A purchase of a year ago that is only told now."""
    Programme.objects.update(expiry_months=6)
    moment = datetime(2027, 2, 10, 5, tzinfo=UTC)
    write(member, EntryKind.BONUS, 30, "a", expires_on=date(2026, 6, 30), now=moment)
    buy(1000, at=datetime(2026, 1, 5, tzinfo=UTC), now=moment)

    taken = [expire_points(now=moment + timedelta(days=1), since=date(2027, 2, 9)) for _again in range(2)]

    assert taken == [40, 0]
    assert ledger_of(member) == [("bonus", 30), ("purchase", 10), ("expiry", -40)]


def test_held_points_expire_too_and_are_held_no_more(member: Member) -> None:
    later = DAY_AFTER + timedelta(days=30)
    write(member, EntryKind.PURCHASE, 100, "a", expires_on=JAN_31, available_at=later)
    write(member, EntryKind.BONUS, 30, "b", expires_on=JAN_31)
    write(member, EntryKind.BONUS, 7, "c")

    assert expire_points(now=DAY_AFTER) == 130

    member.refresh_from_db()
    moment = DAY_AFTER
    assert (member.balance, held_points(member, now=moment), spendable_points(member, now=moment)) == (
        7,
        0,
        7,
    )


def test_a_refund_of_expired_points_owes_nothing(
    programme: Programme, rule: EarningRule, member: Member, buy: Callable[..., Purchase]
) -> None:
    Programme.objects.update(expiry_months=6)
    purchase = buy(1000, at=datetime(2026, 7, 1, 5, tzinfo=UTC))
    write(member, EntryKind.REDEMPTION, -4, "a")
    assert expire_points(now=DAY_AFTER) == 6

    half = refund(purchase, amount=purchase.amount / 2, reference="r1", by=None, now=DAY_AFTER)
    rest = refund(purchase, amount=purchase.amount / 2, reference="r2", by=None, now=DAY_AFTER)

    member.refresh_from_db()
    assert half is None
    assert rest is not None
    assert (rest.points, rest.shortfall, member.balance, member.owed) == (0, 4, 0, 4)


def test_who_had_all_of_it_taken_last_time_is_not_looked_at(
    member: Member, make_member: Callable[..., Member], django_assert_num_queries: Any
) -> None:
    write(member, EntryKind.BONUS, 100, "a", expires_on=date(2026, 6, 30))
    write(member, EntryKind.BONUS, 1, "b")
    expire_points(now=DAY_AFTER)

    with django_assert_num_queries(1):
        expire_points(now=DAY_AFTER, since=date(2027, 2, 1))
