"""Purchases give points once, by the rules, and give them back with the money."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Provider, User
from loyalty.domain import award, award_waiting, check_balances, note_purchase, refund, spend_at_counter
from loyalty.domain.ledger import Posting, held_points, lock_member, post, spendable_points
from loyalty.enums import EntryKind
from loyalty.models import Branch, EarningRule, LedgerEntry, Member, Programme, Purchase, Refund
from marketplace.common.errors import DomainError
from tests.support.queue import forget_waiting, work_off

Buy = Callable[..., Purchase]
Ledger = Callable[[Member], list[tuple[str, int]]]
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


def spend(member: Member, points: int, *, now: datetime = NOW) -> None:
    with transaction.atomic():
        posting = Posting(EntryKind.REDEMPTION, -points, f"redemption:{LedgerEntry.objects.count()}")
        post(lock_member(member.pk), [posting], now=now)


def give_back(purchase: Purchase, amount: int | str, *, now: datetime = NOW) -> LedgerEntry | None:
    reference = f"refund:{Refund.objects.count()}"
    return refund(purchase, amount=Decimal(amount), reference=reference, by=None, now=now)


def sums(member: Member, now: datetime = NOW) -> tuple[int, int, int, int]:
    """(balance, held, spendable, owed)"""
    member.refresh_from_db()
    return member.balance, held_points(member, now=now), spendable_points(member, now=now), member.owed


def test_a_purchase_gives_whole_points_once(
    rule: EarningRule, member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    purchase = buy("1280.50")

    again = award(purchase)

    member.refresh_from_db()
    assert again == []
    assert ledger_of(member) == [("purchase", 12)]
    assert member.balance == 12
    assert (purchase.awarded_amount, purchase.awarded_at is not None) == (Decimal("1280.50"), True)


def test_a_purchase_that_gives_nothing_is_worked_out_once_too(
    member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    purchase = buy(1000)
    EarningRule.objects.create(name="New", kind="spending", per_amount=1, points=1)

    assert (award(purchase), ledger_of(member)) == ([], [])


# --- refunds ----------------------------------------------------------------------------------------------


def test_a_refund_takes_back_in_proportion_and_the_last_money_the_last_point(
    rule: EarningRule, member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    purchase = buy("1000")

    refund(purchase, amount=Decimal(333), reference="r1", by=None)
    refund(purchase, amount=Decimal(333), reference="r1", by=None)
    refund(purchase, amount=Decimal(667), reference="r2", by=None)

    member.refresh_from_db()
    assert ledger_of(member) == [("purchase", 10), ("refund", -3), ("refund", -7)]
    assert member.balance == 0


def test_small_refunds_add_up_to_what_one_large_one_takes(
    rule: EarningRule, member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    purchase = buy("1000")

    taken = [give_back(purchase, 50) for _part in range(20)]

    assert [entry.points if entry else 0 for entry in taken] == [0, -1] * 10
    assert sums(member) == (0, 0, 0, 0)


@pytest.mark.parametrize("amount", ["0", "-1", "1000.01"])
def test_more_than_was_paid_never_goes_back(
    amount: str, rule: EarningRule, member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    purchase = buy(1000)

    with pytest.raises(DomainError) as refusal:
        give_back(purchase, amount)

    purchase.refresh_from_db()
    assert refusal.value.code == "refund_too_large"
    assert (purchase.refunded, ledger_of(member), Refund.objects.count()) == (0, [("purchase", 10)], 0)


def test_a_refund_that_takes_no_point_counts_once_all_the_same(
    rule: EarningRule, member: Member, buy: Buy
) -> None:
    purchase = buy(1000)

    for _again in range(3):
        assert refund(purchase, amount=Decimal(99), reference="r1", by=None) is None

    purchase.refresh_from_db()
    assert purchase.refunded == 99


def test_points_that_were_spent_stay_owed_and_are_paid_off_by_the_next_ones(
    rule: EarningRule, member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    purchase = buy(1000)
    spend(member, 8)

    taken = give_back(purchase, 1000)

    assert taken is not None
    assert (taken.points, taken.shortfall, sums(member)) == (-2, 8, (0, 0, 0, 8))

    buy(500)
    assert sums(member) == (0, 0, 0, 3)
    buy(500)
    assert sums(member) == (2, 0, 2, 0)
    assert ledger_of(member)[-4:] == [("purchase", 5), ("owed", -5), ("purchase", 5), ("owed", -3)]
    assert check_balances().wrong == []


def test_a_refund_of_what_paid_off_a_debt_makes_it_owed_again(
    rule: EarningRule, member: Member, buy: Buy
) -> None:
    first = buy(1000)
    spend(member, 10)
    give_back(first, 1000)
    second = buy(1000)
    assert sums(member) == (0, 0, 0, 0)

    give_back(second, 1000)

    assert sums(member) == (0, 0, 0, 10)


def test_held_points_go_back_with_their_purchase_and_pay_off_debts(
    rule: EarningRule, member: Member, buy: Buy
) -> None:
    first = buy(1000, at=NOW)
    spend(member, 10)
    give_back(first, 1000)
    Programme.objects.update(hold_days=7)

    held = buy(3000, at=NOW)

    later = NOW + timedelta(days=7)
    assert sums(member) == (20, 20, 0, 0)
    assert sums(member, later) == (20, 0, 20, 0)
    give_back(held, 1500)
    assert sums(member) == (5, 5, 0, 0)


def test_held_points_that_paid_a_debt_are_taken_back_from_other_points(
    rule: EarningRule, member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    first = buy(1000, at=NOW)
    spend(member, 10)
    give_back(first, 1000)
    Programme.objects.update(hold_days=7)
    held = buy(3000, at=NOW)
    Programme.objects.update(hold_days=0)
    buy(1500, at=NOW)
    assert sums(member) == (35, 20, 15, 0)

    give_back(held, 3000)

    assert ledger_of(member)[-2:] == [("refund", -20), ("refund", -10)]
    assert sums(member) == (5, 0, 5, 0)


def test_held_points_of_one_purchase_are_not_taken_for_another(
    rule: EarningRule, member: Member, buy: Buy
) -> None:
    first = buy(1000, at=NOW)
    spend(member, 10)
    Programme.objects.update(hold_days=7)
    buy(3000, at=NOW)

    give_back(first, 1000)

    assert sums(member) == (30, 30, 0, 10)


def test_what_went_back_before_points_were_worked_out_gives_none_and_takes_none(
    rule: EarningRule, member: Member, ledger_of: Ledger
) -> None:
    purchase = Purchase.objects.create(reference="a", member=member, amount=1000)
    for _again in range(2):
        refund(purchase, amount=Decimal(400), reference="r1", by=None)

    award(purchase)
    refund(purchase, amount=Decimal(300), reference="r2", by=None)
    refund(purchase, amount=Decimal(300), reference="r3", by=None)

    assert ledger_of(member) == [("purchase", 6), ("refund", -3), ("refund", -3)]
    assert sums(member) == (0, 0, 0, 0)


def test_what_went_back_as_a_whole_before_gives_nothing(
    rule: EarningRule, member: Member, ledger_of: Ledger
) -> None:
    purchase = Purchase.objects.create(reference="a", member=member, amount=1000)
    give_back(purchase, 1000)

    award(purchase)

    assert ledger_of(member) == []


def test_categories_are_left_in_proportion_and_add_up(
    rule: EarningRule, member: Member, ledger_of: Ledger
) -> None:
    EarningRule.objects.update(categories=["3"])
    purchase = Purchase.objects.create(
        reference="a", member=member, amount=300, by_category={"3": "300.00"}, refunded=200
    )

    award(purchase)

    assert ledger_of(member) == [("purchase", 1)]  # of exactly 100, not of 99.99…


# --- where purchases come from ----------------------------------------------------------------------------


def test_a_purchase_is_noted_once_and_its_points_come_by_a_task(
    rule: EarningRule, customer: User, shop: Provider, django_capture_on_commit_callbacks: Any
) -> None:
    forget_waiting()
    with django_capture_on_commit_callbacks(execute=True):
        for amount in (500, 900):
            note_purchase("order:1", customer=customer, provider=shop, amount=Decimal(amount), by_category={})

    assert work_off("loyalty.award") == ["loyalty.award", "loyalty.award"]

    member = Member.objects.get()
    assert (member.user, member.balance, Purchase.objects.count()) == (customer, 5, 1)


def test_what_a_lost_task_left_behind_is_found(rule: EarningRule, customer: User) -> None:
    note_purchase("order:1", customer=customer, amount=Decimal(500), by_category={})

    assert (award_waiting(), award_waiting()) == (1, 0)
    assert Member.objects.get().balance == 5


def test_customers_that_shops_made_are_one_member_by_their_phone(
    rule: EarningRule, make_person: Callable[..., User]
) -> None:
    for number in (1, 2):
        made = make_person(f"customer-{number}", email="")
        made.set_unusable_password()
        made.save()
        note_purchase(
            f"order:{number}", customer=made, phone="+66812345678", amount=Decimal(500), by_category={}
        )

    assert award_waiting() == 2

    member = Member.objects.get()
    assert (str(member.phone), member.user, member.balance) == ("+66812345678", None, 10)


def test_a_shop_s_word_gives_no_account_the_points_of_another(
    rule: EarningRule, member: Member, customer: User
) -> None:
    note_purchase("order:1", customer=customer, phone=str(member.phone), amount=Decimal(500), by_category={})

    award_waiting()

    own = Member.objects.get(user=customer)
    assert (own.pk == member.pk, own.phone, own.balance) == (False, None, 5)
    assert sums(member) == (0, 0, 0, 0)


def test_a_phone_that_is_none_finds_nobody(rule: EarningRule, make_person: Callable[..., User]) -> None:
    made = make_person("customer-1", email="")
    made.set_unusable_password()
    made.save()
    note_purchase("order:1", customer=made, phone="ask Somchai", amount=Decimal(500), by_category={})

    award_waiting()

    member = Member.objects.get()
    assert (member.user, member.phone, member.balance) == (made, None, 5)


def test_the_counter_s_form_counts_once(
    rule: EarningRule, member: Member, branch: Branch, operator: User, ledger_of: Ledger
) -> None:
    for _press in range(2):
        spend_at_counter(member, amount=Decimal(1280), branch=branch, by=operator, form_token="t")

    assert ledger_of(member) == [("purchase", 12)]
    entry = LedgerEntry.objects.get()
    assert (entry.branch, entry.place, entry.by) == (branch, "counter", operator)


def test_the_counter_takes_no_amount_of_nothing_and_nobody_who_is_gone(
    rule: EarningRule, member: Member, make_member: Callable[..., Member], operator: User
) -> None:
    with pytest.raises(DomainError) as nothing:
        spend_at_counter(member, amount=Decimal(0), branch=None, by=operator, form_token="t")
    gone = make_member(merged_into=member)
    with pytest.raises(DomainError) as merged:
        spend_at_counter(gone, amount=Decimal(100), branch=None, by=operator, form_token="t")
    erased = make_member(erased_at=timezone.now())
    with pytest.raises(DomainError) as away:
        spend_at_counter(erased, amount=Decimal(100), branch=None, by=operator, form_token="t")

    assert (nothing.value.code, merged.value.code, away.value.code) == ("no_amount", "merged", "erased")
    assert Purchase.objects.count() == LedgerEntry.objects.count() == 0


def test_an_order_with_the_spare_phone_of_a_merged_member_gives_the_kept_one_its_points(
    rule: EarningRule, member: Member, make_member: Callable[..., Member], make_person: Callable[..., User]
) -> None:
    other = make_member(phone="+66899999999")
    Member.objects.filter(pk=other.pk).update(merged_into=member)
    buyer = make_person("walk-in")
    buyer.set_unusable_password()
    buyer.save()
    Purchase.objects.create(reference="order:1", customer=buyer, phone="+66899999999", amount=Decimal(500))

    assert award_waiting() == 1

    member.refresh_from_db()
    assert member.balance == 5
