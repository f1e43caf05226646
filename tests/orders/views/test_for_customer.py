"""The webmaster's order: the shop takes it for a customer (manual B, "Order for a customer")."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Provider, User
from orders.domain import find_or_create_customer
from orders.models import Order
from services.models import Service
from tests.orders.views.test_sales import lines

ClientOf = Callable[[User], Client]
ADDRESS = "/sales/order/"


def sent(service: Service, **fields: Any) -> dict[str, Any]:
    return {
        **lines((service, "1", "")),
        "form_token": uuid4(),
        "phone": "081 234 5678",
        "name": "คุณดาว",
        "known": "",
        **fields,
    }


def test_the_order_is_placed_and_its_page_has_the_link(
    agent: User, shop: Provider, service: Service, client_of: ClientOf
) -> None:
    response = client_of(agent).post(ADDRESS, sent(service, discount="۱۰۰", note="Friday"), follow=True)

    order = Order.objects.get()
    page = response.content.decode()
    assert response.redirect_chain == [(f"/sales/order/{order.pk}/", 302)]
    assert (order.channel, order.created_by, order.total) == ("behalf", agent, Decimal("1400"))
    assert (order.customer_name, order.phone) == ("คุณดาว", "+66812345678")
    for text in ("On the customer&#x27;s behalf", "Agent", "คุณดาว", f"/o/{order.link_token}/"):
        assert text in page


@pytest.mark.parametrize(
    ("phone", "stored"),
    [
        ("๐๘๑-๒๓๔-๕๖๗๘", "+66812345678"),
        ("+66 81 234 5678", "+66812345678"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", ""),
        ("+98 912 345 6789", "+989123456789"),
        ("۰۰۹۸۹۱۲۳۴۵۶۷۸۹", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_a_phone_is_read_in_any_digits_and_the_shops_way(
    phone: str, stored: str, agent: User, service: Service, client_of: ClientOf
) -> None:
    response = client_of(agent).post(ADDRESS, sent(service, phone=phone, note="Kept"))

    if stored:
        assert Order.objects.get().phone == stored
    else:
        assert response.status_code == 422
        assert response.context["form"].errors.keys() == {"phone"}
        assert "Kept" in response.content.decode()
        assert not Order.objects.exists()
        assert not User.objects.filter(username__startswith="customer-").exists()


def test_a_shop_in_tehran_reads_its_own_way(
    agent: User, shop: Provider, service: Service, client_of: ClientOf
) -> None:
    Provider.objects.filter(pk=shop.pk).update(time_zone="Asia/Tehran")

    client_of(agent).post(ADDRESS, sent(service, phone="۰۹۱۲ ۳۴۵ ۶۷۸۹"))

    assert Order.objects.get().phone == "+989123456789"


def test_a_known_phone_is_said_before_anything_is_saved(
    agent: User, shop: Provider, service: Service, client_of: ClientOf
) -> None:
    known = find_or_create_customer(shop, by=agent, name="Khun Dao", phone="+66812345678")
    client, typed = client_of(agent), sent(service, note="Friday")

    told = client.post(ADDRESS, typed)

    page = told.content.decode()
    assert told.status_code == 200
    assert "This phone belongs to your customer <bdi>Khun Dao</bdi>." in page
    assert "Friday" in page
    assert str(typed["form_token"]) in page
    assert not Order.objects.exists()

    client.post(ADDRESS, {**typed, "known": told.context["form"].initial["known"]})

    assert Order.objects.get().customer == known
    assert Order.objects.get().customer_name == "Khun Dao"


def test_a_prefilled_page_says_so_at_once(
    agent: User, shop: Provider, service: Service, client_of: ClientOf
) -> None:
    find_or_create_customer(shop, by=agent, name="Khun Dao", phone="+66812345678")

    page = client_of(agent).get(ADDRESS, {"name": "Dao", "phone": "0812345678"}).content.decode()

    assert 'value="0812345678"' in page
    assert 'value="Dao"' in page
    assert "<bdi>Khun Dao</bdi>" in page


def test_another_shops_customer_is_not_told_of(
    agent: User, service: Service, make_person: Callable[..., User], client_of: ClientOf
) -> None:
    make_person("elsewhere", phone="+66812345678", display_name="Somebody else's")

    page = client_of(agent).get(ADDRESS, {"phone": "0812345678"}).content.decode()

    assert "This phone belongs" not in page


def test_the_same_form_again_leads_to_the_same_order(
    agent: User, service: Service, client_of: ClientOf
) -> None:
    client, typed = client_of(agent), sent(service)

    first = client.post(ADDRESS, typed)
    told = client.post(ADDRESS, typed)  # by now the phone is known
    again = client.post(ADDRESS, {**typed, "known": told.context["form"].initial["known"]})

    assert first["Location"] == again["Location"]
    assert Order.objects.count() == 1


def test_a_refusal_keeps_everything_and_makes_nobody(
    agent: User, service: Service, client_of: ClientOf
) -> None:
    people = User.objects.count()

    response = client_of(agent).post(ADDRESS, sent(service, discount="9999", name="<i>Dao</i>"))

    page = response.content.decode()
    assert response.status_code == 422
    assert "The discount is larger than the order." in page
    assert "&lt;i&gt;Dao&lt;/i&gt;" in page
    assert "081 234 5678" in page
    assert (User.objects.count(), Order.objects.count()) == (people, 0)


def test_a_form_without_its_token_is_asked_for_again(
    agent: User, service: Service, client_of: ClientOf
) -> None:
    response = client_of(agent).post(ADDRESS, sent(service, form_token="nonsense"))

    page = response.content.decode()
    assert response.status_code == 422
    assert "Please send the form once more." in page
    assert "nonsense" not in page
    assert not Order.objects.exists()


def test_whoever_has_no_shop_finds_neither_page(
    customer: User, agent: User, service: Service, client_of: ClientOf
) -> None:
    client_of(agent).post(ADDRESS, sent(service))
    order = Order.objects.get()
    client = client_of(customer)

    assert client.get(ADDRESS).status_code == 404
    assert client.post(ADDRESS, sent(service)).status_code == 404
    assert client.get(f"/sales/order/{order.pk}/").status_code == 404
    assert Order.objects.count() == 1


def test_the_page_of_what_was_taken_is_not_for_other_orders(
    order: Order, agent: User, client_of: ClientOf
) -> None:
    assert client_of(agent).get(f"/sales/order/{order.pk}/").status_code == 404
