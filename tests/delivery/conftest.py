"""A parcel, two riders of the shop, and one of the operator's."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.domain import add_agent
from accounts.models import Provider, User
from delivery.domain import Proof, hand_over, report
from delivery.enums import DeliveryState
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from orders.domain import Item, confirm_order, order_for_customer, place_order
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service


@pytest.fixture
def colleague(make_person: Callable[..., User], shop: Provider) -> User:
    """Another agent of `shop`."""
    user = make_person("colleague")
    add_agent(shop, user)
    return user


@pytest.fixture
def tea(make_service: Callable[..., Service]) -> Service:
    return make_service("Jasmine tea", kind=ServiceKind.GOODS, price=Decimal("120.50"))


@pytest.fixture
def make_parcel(customer: User, provider: User, tea: Service) -> Callable[..., Order]:
    """A confirmed order of the website, to be brought to an address; 241.00 to collect."""

    def make(**fields: Any) -> Order:
        order = place_order(tea, by=customer, form_token=uuid4(), quantity=2)
        confirm_order(order, by=provider)
        fields.setdefault("delivery_address", "12 Charoen Krung, Bang Rak")
        fields.setdefault("phone", "+66812345678")
        Order.objects.filter(pk=order.pk).update(**fields)
        return Order.objects.get(pk=order.pk)

    return make


@pytest.fixture
def parcel(make_parcel: Callable[..., Order]) -> Order:
    return make_parcel()


@pytest.fixture
def agents_parcel(customer: User, agent: User, tea: Service, shop: Provider) -> Order:
    """The same made by an agent on the customer's behalf: no colleague finds it."""
    order = order_for_customer(
        shop, customer=customer, by=agent, form_token=uuid4(), items=[Item(tea)], delivery_address="9 Silom"
    )
    return confirm_order(order, by=agent)


@pytest.fixture
def make_rider(make_person: Callable[..., User], shop: Provider) -> Callable[..., Courier]:
    def make(username: str, provider: Provider | None = shop, **fields: Any) -> Courier:
        user = make_person(username, email="", phone=fields.pop("phone", ""))
        return Courier.objects.create(user=user, provider=provider, **fields)

    return make


@pytest.fixture
def rider(courier: User, shop: Provider) -> Courier:
    return Courier.objects.create(user=courier, provider=shop)


@pytest.fixture
def other_rider(make_rider: Callable[..., Courier]) -> Courier:
    return make_rider("somchai")


@pytest.fixture
def everybodys_rider(make_rider: Callable[..., Courier]) -> Courier:
    """The operator's: every shop may ask."""
    return make_rider("anyone", provider=None)


@pytest.fixture
def delivery(parcel: Order, rider: Courier, provider: User) -> Delivery:
    """The rider has it."""
    return hand_over(parcel, courier=rider, by=provider)


@pytest.fixture
def say(delivery: Delivery, rider: Courier) -> Callable[..., DeliveryEvent]:
    """The rider's report, that many minutes after the hand-over by the device's clock."""
    given_at = Assignment.objects.get(pk=delivery.assignment_number).at

    def make(state: DeliveryState, *, minutes: float = 1, **fields: Any) -> DeliveryEvent:
        courier, client_id = fields.pop("courier", rider), fields.pop("client_id", None) or uuid4()
        said_at = given_at + timedelta(minutes=minutes)
        with time_machine.travel(given_at + timedelta(hours=3), tick=False):  # signal comes back
            return report(
                delivery,
                courier=courier,
                client_id=client_id,
                state=state,
                said_at=said_at,
                proof=Proof(**fields),
            )

    return make
