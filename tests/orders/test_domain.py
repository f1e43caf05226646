from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.domain import suspend
from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from messaging.models import Message, Thread
from messaging.queries import unread_total
from orders.domain import place_order
from orders.models import Order, OrderEvent
from services.domain import save_service, take_off_site, unlist_service
from services.enums import ServiceKind
from services.models import Service


def nothing_was_ordered() -> bool:
    return not (
        Order.objects.exists()
        or Message.objects.exists()
        or Notification.objects.exclude(kind="service_taken_off").exists()
    )


def test_placing_stores_the_order_opens_the_thread_and_tells_the_shop(
    customer: User, provider: User, agent: User, service: Service
) -> None:
    order = place_order(service, by=customer, form_token=uuid4(), note="Please call first")

    order.refresh_from_db()
    assert (order.status, order.total, order.currency) == ("placed", Decimal("1500"), "THB")
    assert (order.customer, order.provider.name, order.note) == (customer, "Siam Legal", "Please call first")
    assert [(line.title, line.quantity, line.unit_price) for line in order.lines.all()] == [
        ("Legal advice by video", 1, Decimal("1500"))
    ]
    assert [(event.status, event.by) for event in order.events.all()] == [("placed", customer)]
    assert (order.thread.customer, order.thread.topic) == (customer, "Legal advice by video")
    card = Message.objects.get()
    assert (card.kind, card.data) == ("card", {"url": f"/orders/{order.pk}/card/"})
    assert (unread_total(customer), unread_total(provider), unread_total(agent)) == (0, 1, 1)
    assert list(Notification.objects.order_by("pk").values_list("kind", "address")) == [
        ("order_placed", "provider@people.example"),
        ("order_placed", "agent@people.example"),
    ]


def test_a_second_order_uses_the_same_thread_under_its_own_title(
    customer: User, make_service: Callable[..., Service]
) -> None:
    first = place_order(make_service(), by=customer, form_token=uuid4())

    second = place_order(make_service("Contract check"), by=customer, form_token=uuid4())

    assert Thread.objects.get().topic == "Contract check"
    assert (first.thread_id, first.number != second.number) == (second.thread_id, True)


def test_one_form_token_is_one_order(customer: User, service: Service) -> None:
    token = uuid4()

    first = place_order(service, by=customer, form_token=token)
    again = place_order(service, by=customer, form_token=token, note="changed")

    assert (again.pk, again.note) == (first.pk, "")
    assert (Order.objects.count(), Message.objects.count(), Notification.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_form_token_sent_twenty_times_at_once_is_one_order(customer: User, service: Service) -> None:
    token, start = uuid4(), Barrier(20)

    def submit(_number: int) -> int:
        try:
            start.wait()
            return place_order(service, by=customer, form_token=token).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        orders = set(pool.map(submit, range(20)))

    assert orders == {Order.objects.get().pk}
    assert (Message.objects.count(), OrderEvent.objects.count(), Notification.objects.count()) == (1, 1, 1)
    assert Thread.objects.get().last_seq == 1


@pytest.mark.django_db(transaction=True)
def test_orders_of_one_customer_at_once_are_all_kept(customer: User, service: Service) -> None:
    start = Barrier(8)

    def submit(_number: int) -> str:
        try:
            start.wait()
            return str(place_order(service, by=customer, form_token=uuid4()).number)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(submit, range(8)))

    assert (len(numbers), Order.objects.count(), Thread.objects.get().last_seq) == (8, 8, 8)


def test_two_customers_may_send_the_same_token(customer: User, stranger: User, service: Service) -> None:
    token = uuid4()

    orders = [place_order(service, by=person, form_token=token) for person in (customer, stranger)]

    assert orders[0].pk != orders[1].pk


def test_a_service_that_is_off_the_site_cannot_be_ordered(
    customer: User, operator: User, provider: User, make_service: Callable[..., Service]
) -> None:
    unlisted, taken_off, of_suspended = make_service(), make_service(), make_service()
    unlist_service(unlisted)
    take_off_site(taken_off, reason="Photo of someone else", by=operator)

    for service in (unlisted, taken_off):
        with pytest.raises(DomainError) as refusal:
            place_order(service, by=customer, form_token=uuid4())
        assert refusal.value.code == "not_offered"
    suspend(provider, reason="Fraud", by=operator)
    with pytest.raises(DomainError):
        place_order(of_suspended, by=customer, form_token=uuid4())

    assert nothing_was_ordered()


@pytest.mark.parametrize("person", ["provider", "agent"])
def test_nobody_orders_from_the_own_shop(
    person: str, service: Service, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(DomainError) as refusal:
        place_order(service, by=request.getfixturevalue(person), form_token=uuid4())

    assert refusal.value.code == "own_shop"
    assert nothing_was_ordered()


def test_a_preferred_time_in_the_past_is_refused(customer: User, service: Service) -> None:
    with pytest.raises(DomainError) as refusal:
        place_order(
            service, by=customer, form_token=uuid4(), preferred_at=timezone.now() - timedelta(minutes=1)
        )

    assert refusal.value.code == "past"
    assert nothing_was_ordered()


@pytest.mark.parametrize(
    ("kind", "price", "quantity"),
    [
        (ServiceKind.VIDEO_CALL, "10", 2),
        (ServiceKind.GOODS, "10", 0),
        (ServiceKind.GOODS, "9999999999.99", 999),
    ],
)
def test_a_quantity_that_makes_no_sense_is_refused(
    kind: str, price: str, quantity: int, customer: User, make_service: Callable[..., Service]
) -> None:
    service = make_service(kind=kind, price=Decimal(price))

    with pytest.raises(DomainError) as refusal:
        place_order(service, by=customer, form_token=uuid4(), quantity=quantity)

    assert refusal.value.code == "quantity"
    assert nothing_was_ordered()


def test_goods_are_ordered_by_quantity(customer: User, make_service: Callable[..., Service]) -> None:
    service = make_service("Jasmine tea", kind=ServiceKind.GOODS, price=Decimal("120.50"))

    order = place_order(service, by=customer, form_token=uuid4(), quantity=3)

    assert (order.total, order.lines.get().amount) == (Decimal("361.50"), Decimal("361.50"))


def test_a_price_that_changed_under_the_customer_is_refused_and_named(
    customer: User, service: Service
) -> None:
    service.price = Decimal("1800")
    save_service(service)

    with pytest.raises(DomainError) as refusal:
        place_order(service, by=customer, form_token=uuid4(), seen_price=Decimal("1500"))

    assert (refusal.value.code, refusal.value.extra) == ("price_changed", {"price": Decimal("1800")})
    assert nothing_was_ordered()


def test_a_later_price_changes_no_order(customer: User, order: Order, service: Service) -> None:
    service.price, service.title = Decimal("9"), "Something else"
    save_service(service)

    order.refresh_from_db()

    assert (order.total, order.lines.get().title) == (Decimal("1500"), "Legal advice by video")


def test_an_order_that_rolled_back_told_nobody(
    customer: User, service: Service, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        place_order(service, by=customer, form_token=uuid4())
        transaction.set_rollback(True)

    assert nothing_was_ordered()
    assert callbacks == []
