"""Cash that a courier took at the door: all of the total, or a part of it."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import User
from orders.domain import accept_notice, cancel_order, confirm_order, receive_cash
from orders.models import Order
from orders.queries.payments import amount_due, facts_of
from tests.orders.payments.conftest import Claim

PART = Decimal("500")


@pytest.fixture
def brought(order: Order, provider: User) -> Order:
    """Confirmed, so that somebody could bring it; 1,500 baht."""
    return confirm_order(order, by=provider)


def test_a_part_leaves_the_rest_to_pay(brought: Order) -> None:
    receive_cash(brought, PART, at=timezone.now())

    brought.refresh_from_db()
    assert (brought.received, brought.rest, brought.paid_at) == (PART, Decimal("1000"), None)
    assert (amount_due(brought), brought.is_part_paid) == (Decimal("1000"), True)


@pytest.mark.parametrize("amount", ["1500", "1520"])
def test_the_total_or_more_pays_the_order_at_the_time_at_which_it_was_taken(
    brought: Order, amount: str
) -> None:
    at = timezone.now()

    receive_cash(brought, Decimal(amount), at=at)

    brought.refresh_from_db()
    assert (brought.received, brought.rest, brought.paid_at) == (Decimal(amount), Decimal(0), at)
    assert (amount_due(brought), brought.is_part_paid) == (Decimal(0), False)


def test_what_is_said_again_is_not_added(brought: Order) -> None:
    for _time in range(3):
        receive_cash(brought, PART, at=timezone.now())

    brought.refresh_from_db()
    assert (brought.received, amount_due(brought)) == (PART, Decimal("1000"))


def test_a_correction_ends_at_the_same_whichever_figure_was_there_before(brought: Order) -> None:
    receive_cash(brought, Decimal("1500"), at=timezone.now())
    receive_cash(brought, PART, at=timezone.now())

    brought.refresh_from_db()
    assert (brought.received, brought.paid_at, amount_due(brought)) == (PART, None, Decimal("1000"))

    receive_cash(brought, Decimal("1500"), at=timezone.now())

    brought.refresh_from_db()
    assert (brought.paid_at is not None, amount_due(brought)) == (True, Decimal(0))


def test_a_correction_takes_back_no_payment_that_the_shop_accepted(
    brought: Order, provider: User, claim: Claim
) -> None:
    accept_notice(claim(), by=provider)
    receive_cash(brought, Decimal("1500"), at=timezone.now())

    receive_cash(brought, PART, at=timezone.now())

    brought.refresh_from_db()
    assert (brought.received, brought.paid_at is not None) == (PART, True)


def test_the_rest_transferred_and_accepted_pays_the_order(
    brought: Order, provider: User, claim: Claim
) -> None:
    receive_cash(brought, PART, at=timezone.now())

    notice = accept_notice(claim(amount=Decimal("1000")), by=provider)

    brought.refresh_from_db()
    facts = facts_of(notice)
    assert (brought.paid_at is not None, amount_due(brought)) == (True, Decimal(0))
    assert (notice.finding, facts.difference, facts.excess) == ("matches", Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("amount", "finding", "difference"),
    [("1000", "matches", "0"), ("900", "differs", "-100"), ("1500", "differs", "500")],
)
def test_a_notice_is_compared_with_what_is_still_to_pay(
    brought: Order, claim: Claim, amount: str, finding: str, difference: str
) -> None:
    receive_cash(brought, PART, at=timezone.now())

    notice = claim(amount=Decimal(amount))

    facts = facts_of(notice)
    assert (notice.finding, facts.difference, facts.rest) == (finding, Decimal(difference), Decimal("1000"))


def test_a_notice_that_waits_is_compared_anew(brought: Order, claim: Claim) -> None:
    whole, rest = claim(amount=Decimal("1500")), claim(amount=Decimal("1000"))

    receive_cash(brought, PART, at=timezone.now())

    whole.refresh_from_db()
    rest.refresh_from_db()
    assert (whole.finding, rest.finding) == ("differs", "matches")


def test_cash_for_a_cancelled_order_is_known_and_pays_nothing(order: Order, provider: User) -> None:
    cancel_order(order, by=provider, reason="Sold out")

    receive_cash(order, Decimal("1500"), at=timezone.now())

    order.refresh_from_db()
    assert (order.received, order.paid_at, amount_due(order)) == (Decimal("1500"), None, Decimal(0))
    assert order.is_part_paid is False


def test_an_order_paid_before_owes_nothing_whatever_is_taken(
    brought: Order, provider: User, claim: Claim
) -> None:
    accept_notice(claim(), by=provider)
    brought.refresh_from_db()
    paid_at = brought.paid_at

    receive_cash(brought, PART, at=timezone.now())

    brought.refresh_from_db()
    assert (brought.paid_at, amount_due(brought), brought.is_part_paid) == (paid_at, Decimal(0), False)
