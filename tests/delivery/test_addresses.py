"""Where the parcel goes: the shop's word, and the customer's until a courier has it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from delivery.domain import change_address, take_back
from delivery.models import Delivery
from marketplace.common.errors import DomainError
from orders.models import Order

ClientOf = Callable[[User], Client]


def address_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).delivery_address


def test_the_customer_changes_it_until_a_courier_has_it(
    client_of: ClientOf, parcel: Order, customer: User
) -> None:
    page = f"/orders/{parcel.pk}/my-address/"

    response = client_of(customer).post(page, {"address": "99 Sukhumvit"})

    assert (response.status_code, response["Location"]) == (302, f"/orders/{parcel.pk}/")
    assert address_of(parcel) == "99 Sukhumvit"


def test_once_a_courier_has_it_the_customer_is_told_to_ask(
    client_of: ClientOf, delivery: Delivery, parcel: Order, customer: User, provider: User
) -> None:
    page = f"/orders/{parcel.pk}/my-address/"
    client = client_of(customer)

    shown, refused = client.get(page), client.post(page, {"address": "99 Sukhumvit"})

    sentence = "A courier has the parcel already. Write to the provider in the chat if the address is wrong."
    assert (shown.status_code, refused.status_code) == (200, 422)
    assert sentence in shown.content.decode()
    assert "<textarea" not in shown.content.decode()
    assert sentence in refused.content.decode()
    assert "99 Sukhumvit" in refused.content.decode()  # nothing typed is lost
    assert address_of(parcel) == "12 Charoen Krung, Bang Rak"

    take_back(delivery, by=provider, seen=delivery.assignment_number)

    assert client.post(page, {"address": "99 Sukhumvit"}).status_code == 302
    assert address_of(parcel) == "99 Sukhumvit"


def test_the_shop_corrects_it_while_a_courier_rides_but_does_not_take_it_away(
    delivery: Delivery, parcel: Order, provider: User
) -> None:
    change_address(parcel, by=provider, address="14 Charoen Krung")

    with pytest.raises(DomainError) as refusal:
        change_address(parcel, by=provider, address=" ")

    assert refusal.value.code == "no_address"
    assert address_of(parcel) == "14 Charoen Krung"


def test_the_couriers_phone_hears_of_a_new_address_once(
    delivery: Delivery, parcel: Order, provider: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as told:
        change_address(parcel, by=provider, address="14 Charoen Krung")
    with django_capture_on_commit_callbacks() as told_again:
        change_address(parcel, by=provider, address="14 Charoen Krung")

    # The order's and the delivery's card on both sides, the board, the phone.
    assert (len(told), len(told_again)) == (6, 0)


def test_nobody_else_changes_it(
    client_of: ClientOf, agents_parcel: Order, colleague: User, stranger: User
) -> None:
    for person in (colleague, stranger):
        assert client_of(person).get(f"/orders/{agents_parcel.pk}/my-address/").status_code == 404
        with pytest.raises(DomainError) as refusal:
            change_address(agents_parcel, by=person, address="Mine")
        assert refusal.value.code == "not_allowed"

    assert address_of(agents_parcel) == "9 Silom"
