"""Whatever the outside system's updates do on their way here, the card ends in one state."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from marketplace.notify.models import Notification
from messaging.models import Thread
from orders.domain import create_card
from orders.domain.outside import receive_update
from orders.enums import SaleKind
from orders.models import Order, OrderEvent, OutsideEvent, OutsideSystem
from tests.orders.outside.conftest import NOON, update

RANK = ["creating", "contract_created", "completed"]


def deliver(system: OutsideSystem, body: dict[str, Any], event_id: str) -> int:
    raw = json.dumps(body).encode()
    return receive_update(system, event_id=event_id, sent_at=datetime.now(UTC), raw=raw).status


def state(order: Order) -> dict[str, Any]:
    order.refresh_from_db()
    names = ("status", "number", "contract_number", "customer_name", "phone", "search_text")
    names += ("total", "placed_at", "confirmed_at", "completed_at", "cancelled_at", "outside_at")
    # Two histories are two cards; a number that the outside never gave is ours and different for each.
    return {name: getattr(order, name) for name in names} | {
        "lines": [(line.title, line.quantity, line.unit_price) for line in order.lines.all()]
    }


@st.composite
def histories(draw: Any) -> list[dict[str, Any]]:
    """What happened outside, in its order: states go forward, times do not go back, texts change at will."""
    steps = draw(st.integers(1, 7))
    ranks = sorted(draw(st.lists(st.integers(0, 2), min_size=steps, max_size=steps)))
    cancelled = draw(st.booleans())
    minutes, history = 0, []
    for step, rank in enumerate(ranks):
        minutes += draw(st.sampled_from([0, 1, 90]) if step else st.just(0))
        status = "cancelled" if cancelled and rank == 2 else RANK[rank]
        texts: dict[str, str] = draw(
            st.fixed_dictionaries(
                {"order_number": st.just("SC-1") if step == 0 else st.sampled_from(["", "SC-1", "SC-2"])},
                optional={
                    name: st.sampled_from(["", "one", "two", "three"])
                    for name in ("contract_number", "service", "customer_name", "phone")
                }
                | {"total": st.sampled_from(["", "0", "12.50", "990", "999999999999.99"])},
            )
        )
        history.append({"status": status, "minutes": minutes, **texts})
    return history


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(history=histories(), chance=st.randoms(use_true_random=False))
def test_any_order_of_arrival_with_any_repeats_ends_in_the_state_of_the_right_order(
    history: list[dict[str, Any]],
    chance: random.Random,
    thread: Thread,
    agent: User,
    system: OutsideSystem,
) -> None:
    Order.objects.update(number=None)  # of the examples before
    right, mixed = (
        create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4()) for _ in range(2)
    )
    run = uuid4().hex  # what one second holds is told apart by its id: these sort as things happened
    for step, event in enumerate(history):
        assert deliver(system, update(right, **event), f"{run}-a{step}") == 200
    expected = state(right)
    Order.objects.filter(pk=right.pk).update(number=None)

    arrivals = list(enumerate(history)) * chance.randint(1, 3)
    chance.shuffle(arrivals)
    for step, event in arrivals:
        assert deliver(system, update(mixed, **event), f"{run}-b{step}") == 200

    assert state(mixed) == expected
    assert len(history) == OutsideEvent.objects.filter(order=mixed).count()


@pytest.mark.django_db(transaction=True)
def test_one_update_delivered_ten_times_at_once_is_done_once(card: Order, system: OutsideSystem) -> None:
    start, body = Barrier(10), update(card, contract_number="HD-1", order_number="SC-1", service="Fibre")

    def send(_number: int) -> int:
        try:
            start.wait()
            return deliver(system, body, "msg_1")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))

    assert answers == [200] * 10
    card.refresh_from_db()
    assert (card.status, card.number, card.contract_number) == ("confirmed", "SC-1", "HD-1")
    assert (card.lines.count(), OutsideEvent.objects.get().outcome) == (1, "updated")
    assert list(card.events.values_list("status", flat=True)) == ["draft", "confirmed"]
    assert Notification.objects.filter(kind="order_confirmed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_all_updates_of_an_order_at_once_end_in_its_last_state(card: Order, system: OutsideSystem) -> None:
    history = [
        update(card, "creating", 0, customer_name="Lan"),
        update(card, "contract_created", 10, contract_number="HD-1", order_number="SC-1", total="5"),
        update(card, "contract_created", 20, contract_number="HD-2", service="Fibre", total="990.00"),
        update(card, "completed", 30, phone="0912345678"),
    ] * 3
    start = Barrier(len(history))

    def send(step: int) -> int:
        try:
            start.wait()
            return deliver(system, history[step], f"msg_{step % 4}")
        finally:
            connection.close()

    with ThreadPoolExecutor(len(history)) as pool:
        answers = set(pool.map(send, range(len(history))))

    assert answers == {200}
    assert state(card) == {
        "status": "completed",
        "number": "SC-1",
        "contract_number": "HD-2",
        "customer_name": "Lan",
        "phone": "+66912345678",
        "search_text": "SC-1 lan 66912345678 0912345678",
        "placed_at": NOON + timedelta(minutes=10),
        "confirmed_at": NOON + timedelta(minutes=10),
        "completed_at": NOON + timedelta(minutes=30),
        "cancelled_at": None,
        "outside_at": NOON + timedelta(minutes=30),
        "total": Decimal("990.00"),
        "lines": [("Fibre", 1, Decimal("990.00"))],
    }
    assert OutsideEvent.objects.count() == 4
    assert OrderEvent.objects.filter(order=card, status="completed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_number_given_to_two_orders_at_once_goes_to_one(
    thread: Thread, agent: User, system: OutsideSystem
) -> None:
    cards = [create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4()) for _ in range(4)]
    start = Barrier(4)

    def send(number: int) -> int:
        try:
            start.wait()
            return deliver(system, update(cards[number], order_number="SC-1"), f"msg_{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))

    assert answers == [200, 409, 409, 409]
    assert sorted(Order.objects.values_list("status", flat=True)) == ["confirmed", "draft", "draft", "draft"]
    assert Order.objects.get(status="confirmed").number == "SC-1"
