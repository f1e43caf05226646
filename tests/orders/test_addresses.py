"""The delivery address of an order."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import User
from marketplace.common.errors import DomainError
from messaging.models import Thread
from orders.domain import (
    cancel_order,
    complete_order,
    confirm_order,
    create_card,
    place_order,
    set_delivery_address,
)
from orders.enums import SaleKind
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service


def refused(order: Order, by: User, address: str = "Elsewhere") -> str:
    before = Order.objects.get(pk=order.pk).delivery_address
    with pytest.raises(DomainError) as refusal:
        set_delivery_address(order, by=by, address=address)
    assert Order.objects.get(pk=order.pk).delivery_address == before
    return refusal.value.code


def test_both_sides_write_it_while_the_order_is_open(order: Order, customer: User, provider: User) -> None:
    set_delivery_address(order, by=customer, address=" 1 Rama IV\n10500 ")
    assert Order.objects.get().delivery_address == "1 Rama IV\n10500"

    confirm_order(order, by=provider)
    set_delivery_address(order, by=provider, address="")
    assert Order.objects.get().delivery_address == ""


def test_what_is_over_keeps_its_address(
    make_service: Callable[..., Service], customer: User, provider: User
) -> None:
    done, gone = (place_order(make_service(), by=customer, form_token=uuid4()) for _ in range(2))
    complete_order(confirm_order(done, by=provider), by=provider)
    cancel_order(gone, by=customer)

    assert [refused(done, provider), refused(done, customer), refused(gone, provider)] == ["moved"] * 3


def test_a_draft_is_the_shops(thread: Thread, agent: User, customer: User) -> None:
    card = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())

    assert refused(card, customer) == "moved"
    assert set_delivery_address(card, by=agent, address="9 Silom").delivery_address == "9 Silom"


def test_others_and_too_long_ones_are_refused(order: Order, stranger: User, customer: User) -> None:
    assert refused(order, stranger) == "not_allowed"
    assert refused(order, customer, "x" * 1001) == "too_long"


def test_only_goods_are_brought(make_service: Callable[..., Service], customer: User) -> None:
    advice = place_order(make_service(), by=customer, form_token=uuid4(), delivery_address="1 Rama IV")
    tea = make_service("Tea", kind=ServiceKind.GOODS)
    brought = place_order(tea, by=customer, form_token=uuid4(), delivery_address=" 1 Rama IV ")

    assert (advice.delivery_address, brought.delivery_address) == ("", "1 Rama IV")
