"""Settings → Delivery: what couriers see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.models import Courier, Delivery, DeliverySettings
from orders.models import Order

PAGE = "/settings/delivery/"
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def owner(provider: User, shop: Provider, client_of: Callable[[User], Client]) -> Client:
    return client_of(provider)


def test_the_first_values_hide_prices_and_total(owner: Client) -> None:
    form = owner.get(PAGE).context["form"]

    ticked = {name for name in form.fields if name.startswith("show_") and form[name].value()}
    assert ticked == {"show_lines", "show_phone", "show_note"}
    assert not DeliverySettings.objects.exists()


def test_saved_settings_hold(owner: Client, shop: Provider) -> None:
    answer = owner.post(PAGE, {"show_total": "on", "link_hours": "۲۴"})

    stored = DeliverySettings.objects.get(provider=shop)
    assert answer["Location"] == PAGE
    assert (stored.show_lines, stored.show_total, stored.show_phone, stored.link_hours) == (
        False,
        True,
        False,
        24,
    )


@pytest.mark.parametrize("hours", ["0", "169", "", "many"])
def test_hours_out_of_reach_are_refused(owner: Client, hours: str) -> None:
    page = owner.post(PAGE, {"show_total": "on", "link_hours": hours})

    assert (page.status_code, "link_hours" in page.context["form"].errors) == (422, True)
    assert page.context["form"]["show_total"].value()
    assert not DeliverySettings.objects.exists()


def test_the_preview_is_what_the_courier_sees_of_a_real_order(
    owner: Client, delivery: Delivery, parcel: Order
) -> None:
    def preview(**ticks: Any) -> str:
        return owner.get(PAGE, ticks, headers=FETCH).content.decode()

    bare, all_of_it = preview(), preview(show_lines="on", show_prices="on", show_total="on", show_phone="on")

    assert "12 Charoen Krung, Bang Rak" in bare
    assert ("Jasmine tea" in bare, "120.50" in bare, "+66812345678" in bare) == (False, False, False)
    assert ("Jasmine tea" in all_of_it, "120.50" in all_of_it, "+66812345678" in all_of_it) == (
        True,
        True,
        True,
    )
    assert not DeliverySettings.objects.exists()


def test_without_an_order_there_is_an_example(owner: Client) -> None:
    words = owner.get(PAGE).content.decode()

    assert "An example: you have handed no order over yet." in words


def test_the_preview_shows_what_was_handed_over_last_whatever_is_due_first(
    owner: Client, make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    tomorrow, today = make_parcel(preferred_at=timezone.now() + timedelta(days=2)), make_parcel()
    for order in (tomorrow, today):
        hand_over(order, courier=rider, by=provider)

    assert owner.get(PAGE).context["example_of"] == today
