from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from marketplace.notify.models import Notification
from orders.models import Order
from services.domain import save_service, unlist_service
from services.enums import ServiceKind
from services.models import Service


def address(service: Service) -> str:
    return f"/services/{service.pk}/order/"


def filled_in(**fields: Any) -> dict[str, Any]:
    return {"form_token": uuid4(), "note": "", "preferred_at": "", **fields}


def test_the_form_shows_the_service_the_total_and_a_token(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    response = client_of(customer).get(address(service))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Legal advice by video" in page
    assert "Siam Legal" in page
    assert "฿1,500" in page
    assert 'type="submit">Order</button>' in page
    assert UUID(str(response.context["form"]["form_token"].value())).version == 4
    assert "quantity" not in response.context["form"].fields
    assert not Order.objects.exists()


def test_ordering_leads_to_the_order_with_a_word_of_success(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    response = client_of(customer).post(address(service), filled_in(note="Ring twice"), follow=True)

    order = Order.objects.get()
    assert response.redirect_chain == [(f"/orders/{order.pk}/", 302)]
    assert "Your order is placed. Siam Legal has been told." in response.content.decode()
    assert (order.customer, order.note, order.status) == (customer, "Ring twice", "placed")


def test_the_same_form_again_leads_to_the_same_order(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    client, form = client_of(customer), filled_in()

    first = client.post(address(service), form)
    again = client.post(address(service), form, follow=True)
    unlist_service(service)
    later = client.post(address(service), form)

    order = Order.objects.get()
    assert first.url == later.url == again.redirect_chain[0][0] == f"/orders/{order.pk}/"  # type: ignore[attr-defined]
    assert "You already sent this order. It was placed only once." in again.content.decode()
    assert Notification.objects.count() == 1


def test_the_back_button_finds_the_same_filling_in_for_an_hour(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    client, form = client_of(customer), filled_in()

    def shown() -> UUID:
        page = client.get(address(service), {"form": str(form["form_token"])})
        return UUID(str(page.context["form"]["form_token"].value()))

    assert shown() == form["form_token"]
    client.post(address(service), form)
    assert shown() == form["form_token"]
    Order.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert shown() != form["form_token"]


def test_who_is_signed_out_logs_in_and_comes_back(client: Client, service: Service) -> None:
    response = client.get(address(service))

    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address(service)}")


def test_goods_ask_for_the_quantity_in_any_digits(
    client_of: Callable[[User], Client], customer: User, make_service: Callable[..., Service]
) -> None:
    tea = make_service("Jasmine tea", kind=ServiceKind.GOODS, price=Decimal("120.50"))
    client = client_of(customer)

    shown = client.get(address(tea), {"quantity": "3"})
    client.post(address(tea), filled_in(quantity="۳"))

    assert "฿361.50" in shown.content.decode()
    assert Order.objects.get().total == Decimal("361.50")


@pytest.mark.parametrize("quantity", ["0", "-1", "1000", "many", "", "²"])
def test_a_quantity_that_cannot_be_is_refused_and_the_note_kept(
    quantity: str, client_of: Callable[[User], Client], customer: User, make_service: Callable[..., Service]
) -> None:
    tea = make_service("Jasmine tea", kind=ServiceKind.GOODS)

    response = client_of(customer).post(address(tea), filled_in(quantity=quantity, note="Without sugar"))
    shown = client_of(customer).get(address(tea), {"quantity": quantity})

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"quantity"}
    assert "Without sugar" in response.content.decode()
    assert shown.status_code == 200
    assert not Order.objects.exists()


def test_the_preferred_time_is_read_in_the_readers_zone(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    day = timezone.localdate() + timedelta(days=3)

    client_of(customer).post(address(service), filled_in(preferred_at=f"{day:%Y-%m-%d} 14:30"))

    assert Order.objects.get().preferred_at == datetime(
        day.year, day.month, day.day, 14, 30, tzinfo=ZoneInfo("Asia/Bangkok")
    )


def test_a_refusal_keeps_what_was_typed_and_the_token(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    form = filled_in(preferred_at="2020-01-01 10:00", note="<b>Second floor</b>")

    response = client_of(customer).post(address(service), form)

    page = response.content.decode()
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "preferred_at": ["The preferred time is in the past: choose a later one."]
    }
    assert "2020-01-01 10:00" in page
    assert "&lt;b&gt;Second floor&lt;/b&gt;" in page
    assert str(form["form_token"]) in page
    assert not Order.objects.exists()
    assert not Notification.objects.exists()


def test_a_changed_price_is_shown_and_agreed_to_by_ordering_again(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    client, form = client_of(customer), filled_in(seen_price="1500.00", note="As agreed")
    service.price = Decimal("1800")
    save_service(service)

    refused = client.post(address(service), form)
    page = refused.content.decode()
    client.post(address(service), {**form, "seen_price": refused.context["form"]["seen_price"].value()})

    assert (refused.status_code, "The price has changed" in page, "As agreed" in page) == (422, True, True)
    assert "฿1,800" in page
    assert Order.objects.get().total == Decimal("1800")


def test_a_form_without_its_token_is_asked_for_again(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    response = client_of(customer).post(address(service), {"form_token": "nonsense", "note": "Mine"})

    assert response.context["form"].non_field_errors() == ["Please send the form once more."]
    assert "Mine" in response.content.decode()
    assert "nonsense" not in response.content.decode()
    assert not Order.objects.exists()


def test_a_service_off_the_site_has_no_form_and_takes_no_order(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    unlist_service(service)
    client = client_of(customer)

    assert client.get(address(service)).status_code == 404
    assert client.get("/services/999999/order/").status_code == 404
    response = client.post(address(service), filled_in(), follow=True)

    assert response.redirect_chain == [("/services/", 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "This service is no longer offered."
    ]
    assert not Order.objects.exists()


def test_the_shops_own_people_see_the_service_instead(
    client_of: Callable[[User], Client], provider: User, service: Service
) -> None:
    client = client_of(provider)

    shown = client.get(address(service))
    sent = client.post(address(service), filled_in())

    assert (shown.status_code, shown["Location"]) == (302, service.get_absolute_url())
    assert sent.context["form"].non_field_errors() == ["You cannot order from your own shop."]
    assert not Order.objects.exists()


def test_goods_are_brought_to_the_address_of_the_form(
    client_of: Callable[[User], Client], customer: User, make_service: Callable[..., Service]
) -> None:
    tea = make_service("Tea", kind=ServiceKind.GOODS)
    client = client_of(customer)

    shown = client.get(address(tea)).content.decode()
    client.post(address(tea), filled_in(quantity="2", delivery_address="1 Rama IV"))

    assert 'autocomplete="street-address"' in shown
    order = Order.objects.get()
    assert order.delivery_address == "1 Rama IV"
    assert "1 Rama IV" in client.get(f"/orders/{order.pk}/").content.decode()


def test_what_is_no_goods_asks_for_no_address(
    client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    assert "delivery_address" not in client_of(customer).get(address(service)).content.decode()


def test_goods_without_an_address_are_picked_up(
    client_of: Callable[[User], Client], customer: User, make_service: Callable[..., Service]
) -> None:
    tea = make_service("Tea", kind=ServiceKind.GOODS)

    client_of(customer).post(address(tea), filled_in(quantity="1", delivery_address=""))

    assert Order.objects.get().delivery_address == ""
