"""Every move from every state, by everybody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import Provider, User
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from orders.domain import cancel_order, complete_order, confirm_order
from orders.enums import OrderStatus
from orders.models import Order, OrderEvent

MOVES: dict[str, Callable[..., Order]] = {
    "confirmed": confirm_order,
    "completed": complete_order,
    "cancelled": cancel_order,
}
ALLOWED = {
    "provider": {
        ("draft", "cancelled"),
        ("placed", "confirmed"),
        ("placed", "cancelled"),
        ("confirmed", "completed"),
        ("confirmed", "cancelled"),
    },
    "customer": {("draft", "cancelled"), ("placed", "cancelled")},
    "stranger": set(),
}


@pytest.mark.parametrize("person", list(ALLOWED))
@pytest.mark.parametrize("to", list(MOVES))
@pytest.mark.parametrize("status", OrderStatus.values)
def test_every_pair_of_states_is_moved_by_who_may_and_refused_otherwise(
    status: str, to: str, person: str, order: Order, request: pytest.FixtureRequest
) -> None:
    Order.objects.filter(pk=order.pk).update(status=status)
    before = (OrderEvent.objects.count(), Notification.objects.count())
    by = request.getfixturevalue(person)

    if status == to:
        MOVES[to](order, by=by)  # said before: nothing happens, and nothing is refused
    elif (status, to) in ALLOWED[person]:
        MOVES[to](order, by=by)
        order.refresh_from_db()
        assert order.status == to
        # Of a draft that the shop gives up nobody is told: nobody had ordered anything.
        told = 0 if (status, person) == ("draft", "provider") else 1
        assert (OrderEvent.objects.count(), Notification.objects.count()) == (before[0] + 1, before[1] + told)
        return
    else:
        with pytest.raises(DomainError):
            MOVES[to](order, by=by)
    order.refresh_from_db()
    assert order.status == status
    assert (OrderEvent.objects.count(), Notification.objects.count()) == before


def test_the_life_of_an_order(order: Order, provider: User, customer: User) -> None:
    confirm_order(order, by=provider)
    order = complete_order(order, by=provider)

    assert (order.status, order.contract_number) == ("completed", f"C-{order.number}")
    moments = [order.placed_at, order.confirmed_at, order.completed_at]
    assert sorted(filter(None, moments)) == moments
    assert [(event.status, event.by) for event in order.events.all()] == [
        ("placed", customer),
        ("confirmed", provider),
        ("completed", provider),
    ]
    assert list(Notification.objects.order_by("pk").values_list("kind", "recipient__username")) == [
        ("order_placed", "provider"),
        ("order_confirmed", "customer"),
        ("order_completed", "customer"),
    ]


def test_the_customer_cancels_and_the_shop_reads_why(order: Order, customer: User) -> None:
    cancel_order(order, by=customer, reason="Found a date")

    told = Notification.objects.get(kind="order_cancelled")
    assert (told.address, told.context["reason"]) == ("provider@people.example", "Found a date")
    assert OrderEvent.objects.get(status="cancelled").reason == "Found a date"


def test_a_customer_who_is_too_late_to_cancel_is_told_what_to_do(
    order: Order, provider: User, customer: User
) -> None:
    confirm_order(order, by=provider)

    with pytest.raises(DomainError) as refusal:
        cancel_order(order, by=customer)

    assert refusal.value.code == "confirmed"
    assert (
        refusal.value.sentence == "The order is already confirmed. Ask the provider in the chat to cancel it."
    )


@pytest.mark.django_db(transaction=True)
def test_confirming_and_cancelling_at_once_leaves_one_of_the_two(
    order: Order, provider: User, customer: User
) -> None:
    start = Barrier(2)

    def move(what: tuple[Callable[..., Order], User]) -> str:
        try:
            start.wait()
            return str(what[0](order, by=what[1]).status)
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(move, [(confirm_order, provider), (cancel_order, customer)]))

    order.refresh_from_db()
    assert outcomes in ({"confirmed"}, {"cancelled", "moved"}, {"confirmed", "moved"})
    assert OrderEvent.objects.filter(order=order).count() == 2


def test_the_card_is_drawn_again_on_both_sides_after_a_move(
    order: Order, provider: User, shop: Provider, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        confirm_order(order, by=provider)

    assert len(callbacks) == 3  # the mail's task, and the card event to either side
