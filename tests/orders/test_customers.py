"""Orders that the shop takes for a customer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.models import Provider, User
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from messaging.models import Message, Thread
from orders.domain import Item, find_or_create_customer, order_for_customer, share_link, take_order
from orders.models import Order
from services.models import Service

PHONE = "+66812345678"


def take(shop: Provider, by: User, service: Service, *, token: UUID | None = None, **sold: Decimal) -> Order:
    return take_order(
        shop,
        by=by,
        name="Khun Dao",
        phone=PHONE,
        items=[Item(service)],
        form_token=token or uuid4(),
        **sold,
    )


def test_an_order_by_phone_makes_the_customer_the_room_and_a_link(
    shop: Provider, agent: User, service: Service
) -> None:
    order = take(shop, agent, service, discount=Decimal(100))

    assert (order.status, order.channel, order.created_by) == ("placed", "behalf", agent)
    assert (order.customer.name, str(order.customer.phone)) == ("Khun Dao", PHONE)
    assert not order.customer.has_usable_password()
    assert (order.customer_name, order.phone, order.total) == ("Khun Dao", PHONE, Decimal("1400"))
    assert order.link_token == share_link(order)
    assert Message.objects.get().only_for == agent
    assert not Notification.objects.exists()  # there is no address to write to


def test_the_next_order_finds_the_same_customer(shop: Provider, agent: User, service: Service) -> None:
    first, second = take(shop, agent, service), take(shop, agent, service)

    assert first.customer == second.customer
    assert Thread.objects.count() == 1


def test_somebody_elses_customer_is_not_found(
    shop: Provider, agent: User, service: Service, make_person: Callable[..., User]
) -> None:
    known_elsewhere = make_person("elsewhere", phone=PHONE)

    assert find_or_create_customer(shop, by=agent, name="Dao", phone=PHONE) != known_elsewhere


def test_what_was_sold_is_not_told_by_the_rooms_topic(
    shop: Provider, thread: Thread, agent: User, customer: User, make_service: Callable[..., Service]
) -> None:
    order_for_customer(
        shop, by=agent, customer=customer, items=[Item(make_service("A secret"))], form_token=uuid4()
    )

    thread.refresh_from_db()
    assert thread.topic == "Legal advice by video"


def test_a_refused_order_leaves_no_customer_behind(shop: Provider, agent: User, service: Service) -> None:
    people = User.objects.count()

    with pytest.raises(DomainError) as refusal:
        take(shop, agent, service, discount=Decimal("1500.01"))

    assert refusal.value.code == "discount"
    assert (User.objects.count(), Thread.objects.count(), Order.objects.count()) == (people, 0, 0)


@pytest.mark.parametrize("person", ["customer", "stranger"])
def test_only_the_shops_people_take_orders(
    person: str, shop: Provider, service: Service, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(DomainError) as refusal:
        take(shop, request.getfixturevalue(person), service)

    assert refusal.value.code == "not_allowed"
    assert not Order.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_once_takes_one_order(
    shop: Provider, agent: User, service: Service
) -> None:
    start, token = Barrier(4), uuid4()

    def send(_number: int) -> int:
        try:
            start.wait()
            return take(shop, agent, service, token=token).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(send, range(4)))

    assert (len(made), Order.objects.count(), Message.objects.count()) == (1, 1, 1)
    assert User.objects.filter(phone=PHONE).count() == 1
