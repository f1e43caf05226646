"""The ledger is written once and never changed; what is in it is what members have."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from loyalty.domain.ledger import Posting, held_points, lock_member, post, spendable_points
from loyalty.enums import EntryKind
from loyalty.models import LedgerEntry, Member
from marketplace.common.errors import DomainError

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
Ledger = Callable[[Member], list[tuple[str, int]]]


def write(member: Member, *postings: Posting, now: datetime = NOW) -> list[LedgerEntry]:
    with transaction.atomic():
        return post(lock_member(member.pk), postings, now=now)


def sums(member: Member, now: datetime = NOW) -> tuple[int, int, int, int]:
    """(balance, held, spendable, owed)"""
    member.refresh_from_db()
    return member.balance, held_points(member, now=now), spendable_points(member, now=now), member.owed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loyalty_ledgerentry SET points = points + 1",
        "UPDATE loyalty_ledgerentry SET note = 'another story'",
        "DELETE FROM loyalty_ledgerentry",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(statement: str, member: Member) -> None:
    write(member, Posting(EntryKind.BONUS, 100, "a"))

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert LedgerEntry.objects.values_list("points", "note").get() == (100, "")


def test_one_cause_makes_one_entry(member: Member, ledger_of: Ledger) -> None:
    bonus = Posting(EntryKind.BONUS, 100, "birthday")

    first = write(member, bonus, bonus)
    again = write(member, bonus)

    assert (len(first), again) == (1, [])
    assert ledger_of(member) == [("bonus", 100)]
    assert sums(member)[0] == 100


def test_the_same_reference_of_another_kind_is_another_cause(member: Member, ledger_of: Ledger) -> None:
    write(member, Posting(EntryKind.BONUS, 100, "1"))
    write(member, Posting(EntryKind.ADJUSTMENT, 5, "1"))

    assert ledger_of(member) == [("bonus", 100), ("adjustment", 5)]


def test_the_database_itself_refuses_a_second_entry_of_a_cause(member: Member) -> None:
    write(member, Posting(EntryKind.BONUS, 100, "1"))

    with pytest.raises(IntegrityError, match="ledger_once_per_cause"), transaction.atomic():
        LedgerEntry.objects.create(member=member, kind="bonus", reference="1", points=100)


def test_the_database_refuses_a_balance_below_zero_and_an_entry_that_says_nothing(member: Member) -> None:
    with pytest.raises(IntegrityError, match="member_balance_not_negative"), transaction.atomic():
        Member.objects.update(balance=-1)
    with pytest.raises(IntegrityError, match="ledger_entry_says_something"), transaction.atomic():
        LedgerEntry.objects.create(member=member, kind="bonus", reference="1", points=0)


def test_spending_more_than_there_is_says_how_many_are_missing_and_writes_nothing(
    member: Member, ledger_of: Ledger
) -> None:
    write(member, Posting(EntryKind.BONUS, 100, "a"))

    with pytest.raises(DomainError) as refusal:
        write(
            member,
            Posting(EntryKind.REDEMPTION, -60, "b"),
            Posting(EntryKind.REDEMPTION, -70, "c"),
        )

    assert (refusal.value.code, refusal.value.sentence) == ("not_enough_points", "30 points are missing.")
    assert refusal.value.extra == {"missing": 30, "spendable": 100}
    assert ledger_of(member) == [("bonus", 100)]
    assert sums(member) == (100, 0, 100, 0)


def test_what_comes_in_the_same_call_pays_for_nothing_in_it(member: Member, ledger_of: Ledger) -> None:
    with pytest.raises(DomainError):
        write(member, Posting(EntryKind.BONUS, 200, "a"), Posting(EntryKind.REDEMPTION, -100, "a"))

    assert ledger_of(member) == []
    assert sums(member) == (0, 0, 0, 0)


def test_the_very_last_point_can_be_spent(member: Member, ledger_of: Ledger) -> None:
    write(member, Posting(EntryKind.BONUS, 100, "a"))

    write(member, Posting(EntryKind.REDEMPTION, -100, "b"))

    assert ledger_of(member) == [("bonus", 100), ("redemption", -100)]
    assert sums(member) == (0, 0, 0, 0)


def test_held_points_count_and_can_be_spent_only_when_their_time_comes(
    member: Member, ledger_of: Ledger
) -> None:
    write(member, Posting(EntryKind.PURCHASE, 100, "a", available_at=TOMORROW))
    spend = Posting(EntryKind.REDEMPTION, -1, "b")

    assert sums(member) == (100, 100, 0, 0)
    with pytest.raises(DomainError) as refusal:
        write(member, spend, now=TOMORROW - timedelta(microseconds=1))
    assert refusal.value.extra == {"missing": 1, "spendable": 0}
    assert ledger_of(member) == [("purchase", 100)]

    write(member, spend, now=TOMORROW)
    assert sums(member, TOMORROW) == (99, 0, 99, 0)


def test_taking_back_more_than_can_be_spent_is_refused_like_spending(
    member: Member, ledger_of: Ledger
) -> None:
    (given,) = write(member, Posting(EntryKind.ADJUSTMENT, 100, "a"))
    write(member, Posting(EntryKind.REDEMPTION, -30, "b"))
    write(member, Posting(EntryKind.PURCHASE, 50, "c", available_at=TOMORROW))

    with pytest.raises(DomainError) as refusal:
        write(member, Posting(EntryKind.UNDO, -100, "a", reverses=given))

    assert refusal.value.extra == {"missing": 30, "spendable": 70}
    assert ledger_of(member) == [("adjustment", 100), ("redemption", -30), ("purchase", 50)]
    assert sums(member) == (120, 50, 70, 0)


def test_what_is_owed_is_paid_off_by_what_is_earned_and_not_by_a_correction(
    member: Member, ledger_of: Ledger
) -> None:
    write(member, Posting(EntryKind.REFUND, 0, "a", shortfall=50))

    write(member, Posting(EntryKind.ADJUSTMENT, 10, "goodwill"))
    write(member, Posting(EntryKind.PURCHASE, 30, "b"), Posting(EntryKind.BONUS, 30, "b"))

    assert ledger_of(member) == [
        ("refund", 0),
        ("adjustment", 10),
        ("purchase", 30),
        ("bonus", 30),
        ("owed", -30),
        ("owed", -20),
    ]
    assert sums(member) == (20, 0, 20, 0)


def test_held_points_pay_off_what_is_owed_and_the_rest_stays_held(member: Member) -> None:
    write(member, Posting(EntryKind.REFUND, 0, "a", shortfall=50))

    write(member, Posting(EntryKind.PURCHASE, 80, "b", available_at=TOMORROW))

    assert sums(member) == (30, 30, 0, 0)
    assert sums(member, TOMORROW) == (30, 0, 30, 0)


def test_an_undone_redemption_pays_off_what_was_owed_because_of_it(member: Member, ledger_of: Ledger) -> None:
    write(member, Posting(EntryKind.PURCHASE, 100, "a"))
    (spent,) = write(member, Posting(EntryKind.REDEMPTION, -100, "b"))
    write(member, Posting(EntryKind.REFUND, 0, "c", shortfall=100))

    write(member, Posting(EntryKind.RETURNED, 100, "b", reverses=spent))

    assert ledger_of(member)[-2:] == [("returned", 100), ("owed", -100)]
    assert sums(member) == (0, 0, 0, 0)
