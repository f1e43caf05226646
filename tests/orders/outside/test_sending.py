"""order.created on its way to a real receiver."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from accounts.models import Provider, User
from messaging.models import Thread
from orders.domain import create_card, outside, place_order
from orders.enums import SaleKind
from orders.models import Order, OutsideDelivery, OutsideSystem
from services.models import Service
from tests.orders.outside.client import OutsideShop, free_port, listening
from tests.orders.outside.conftest import ADDRESSES


def row() -> tuple[Any, ...]:
    delivery = OutsideDelivery.objects.get()
    return delivery.status, delivery.attempts, delivery.answer_status, delivery.answer


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(datetime.now(UTC), tick=False) as moment:
        yield moment


def make_card(thread: Thread, by: User, kind: SaleKind = SaleKind.NEW) -> Order:
    return create_card(thread, by=by, sale_kind=kind, form_token=uuid4())


def test_a_new_card_is_announced_signed(
    card: Order, agent: User, system: OutsideSystem, receiver: OutsideShop
) -> None:
    delivery = OutsideDelivery.objects.get()

    assert outside.send_delivery(delivery.pk)

    assert row() == ("sent", 1, 204, "")
    assert receiver.ids == [delivery.event_id]
    assert receiver.events == [
        {
            "type": "order.created",
            "timestamp": card.created_at.isoformat(),
            "data": {
                "order": str(card.pk),
                "sale_kind": "new",
                "customer_name": "Customer",
                "phone": "",
                "agent": "agent@people.example",
                "agent_name": "Agent",
                "follows": None,
                "follows_number": None,
                "updates_url": outside.updates_address(system),
            },
        }
    ]


def test_an_additional_sale_names_what_it_adds_to(
    order: Order, thread: Thread, agent: User, system: OutsideSystem
) -> None:
    make_card(thread, agent, SaleKind.ADDITIONAL)

    data = OutsideDelivery.objects.get().body["data"]

    assert (data["sale_kind"], data["follows"], data["follows_number"]) == (
        "additional",
        str(order.pk),
        order.number,
    )


def test_one_card_is_one_event_however_often_it_is_asked_for(
    thread: Thread, agent: User, system: OutsideSystem
) -> None:
    token = uuid4()

    for _ in range(2):
        create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=token)

    assert OutsideDelivery.objects.count() == 1


def test_a_card_that_rolled_back_is_announced_to_nobody(
    thread: Thread, agent: User, system: OutsideSystem, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        make_card(thread, agent)
        transaction.set_rollback(True)

    assert (callbacks, OutsideDelivery.objects.count()) == ([], 0)


def test_no_event_without_a_system_or_its_address_and_none_for_web_orders(
    thread: Thread, agent: User, provider: User, customer: User, shop: Provider, service: Service
) -> None:
    make_card(thread, agent)
    outside.save_system(shop, by=provider, **ADDRESSES, webhook_url="")
    make_card(thread, agent)
    outside.save_system(shop, by=provider, **ADDRESSES, webhook_url="http://127.0.0.1:1/")
    place_order(service, by=customer, form_token=uuid4())
    outside.disconnect(shop, by=provider)
    make_card(thread, agent)

    assert not OutsideDelivery.objects.exists()


def test_a_receiver_that_is_down_gets_it_when_it_is_back(
    thread: Thread, agent: User, provider: User, shop: Provider, clock: Any
) -> None:
    port = free_port()
    _, secret = outside.save_system(
        shop, by=provider, **ADDRESSES, webhook_url=f"http://127.0.0.1:{port}/events"
    )
    make_card(thread, agent)
    waited = []
    for minutes in (0, 1, 5, 20, 60):
        clock.shift(timedelta(minutes=minutes))
        assert outside.send_due() == 0
        waited.append((OutsideDelivery.objects.get().due_at - timezone.now()) / timedelta(minutes=1))
        assert outside.send_due() == 0
    attempts = row()

    with listening(OutsideShop(secret=secret)) as receiver:
        outside.save_system(shop, by=provider, **ADDRESSES, webhook_url=receiver.url)
        clock.shift(timedelta(minutes=239))
        assert outside.send_due() == 0
        clock.shift(timedelta(minutes=1))
        assert outside.send_due() == 1

    assert waited == [1, 5, 20, 60, 240]
    assert attempts == ("pending", 5, None, "unreachable")
    assert (row(), len(receiver.events)) == (("sent", 6, 204, ""), 1)


def test_after_the_last_attempt_it_has_failed_and_is_sent_again_by_hand(
    card: Order, receiver: OutsideShop, clock: Any, django_capture_on_commit_callbacks: Any
) -> None:
    receiver.status = 503
    for minutes in (0, 1, 5, 20, 60, 240, 1000):
        clock.shift(timedelta(minutes=minutes))
        outside.send_due()
    assert row() == ("failed", 6, 503, "I say 503")
    assert len(receiver.ids) == 6
    receiver.status = 200

    outside.send_again(OutsideDelivery.objects.get())
    assert outside.send_due() == 1

    assert row() == ("sent", 1, 200, "I say 200")
    assert set(receiver.ids) == {OutsideDelivery.objects.get().event_id}
    assert len(receiver.ids) == 7


def test_what_was_sent_may_be_sent_again_under_the_same_id(card: Order, receiver: OutsideShop) -> None:
    outside.send_due()

    outside.send_again(OutsideDelivery.objects.get())
    outside.send_due()

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1


def test_gone_stops_and_disconnects(card: Order, receiver: OutsideShop, system: OutsideSystem) -> None:
    receiver.status = 410

    outside.send_due()

    system.refresh_from_db()
    assert (row(), system.is_active) == (("failed", 1, 410, "I say 410"), False)


def test_a_redirect_is_not_followed(card: Order, receiver: OutsideShop) -> None:
    with listening(OutsideShop(secret=receiver.secret)) as behind:
        receiver.status, receiver.location = 302, behind.url

        outside.send_due()

        assert (row(), behind.events) == (("pending", 1, 302, "I say 302"), [])


def test_a_private_address_is_refused_on_a_public_site(
    card: Order, receiver: OutsideShop, settings: Any
) -> None:
    settings.OUTSIDE_ALLOW_PRIVATE = False
    OutsideSystem.objects.update(webhook_url=receiver.url.replace("http:", "https:"))

    outside.send_due()

    assert (row(), receiver.events, receiver.forged) == (("pending", 1, None, "private"), [], 0)
    assert OutsideDelivery.objects.get().problem == "The address belongs to a private network."


def test_a_slow_receiver_is_cut_off(card: Order, receiver: OutsideShop, settings: Any) -> None:
    settings.OUTSIDE_TIMEOUT_SECONDS = 0.5
    receiver.status, receiver.drip_seconds = 200, 0.05

    outside.send_due()

    assert row() == ("pending", 1, None, "timeout")


def test_a_disconnected_system_gets_nothing(
    card: Order, receiver: OutsideShop, provider: User, shop: Provider
) -> None:
    outside.disconnect(shop, by=provider)

    outside.send_due()

    assert (row(), receiver.ids) == (("failed", 1, None, "disconnected"), [])


def test_a_worker_that_died_leaves_an_event_that_is_sent_later(
    card: Order, receiver: OutsideShop, clock: Any
) -> None:
    claimed = timezone.now() + timedelta(minutes=3)
    OutsideDelivery.objects.update(due_at=claimed, attempts=1)

    assert outside.send_due() == 0
    clock.shift(timedelta(minutes=3))
    assert outside.send_due() == 1

    assert (row()[:2], len(receiver.ids)) == (("sent", 2), 1)
