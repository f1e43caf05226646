"""A form's answer stands at an address that cannot be opened again: nothing leads there."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from orders.models import Order

pytestmark = pytest.mark.django_db
LANGUAGE = re.compile(r'href="(/language/[^"]+)"')


@pytest.fixture
def desk(provider: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(provider)


def test_the_languages_beside_a_refused_form_lead_back_to_the_forms_own_page(
    desk: Client, order: Order
) -> None:
    form = f"/sales/orders/{order.pk}/"

    refused = desk.post(
        f"/sales/order/{order.pk}/notes/", {"note": ""}, headers={"Referer": f"http://testserver{form}?a=1"}
    )

    assert refused.status_code == 422
    assert set(LANGUAGE.findall(refused.text)) == {
        f"/language/{language}/?next={form}%3Fa%3D1" for language in ("en", "th", "fa", "vi")
    }
    elsewhere = desk.post(
        f"/sales/order/{order.pk}/notes/", {"note": ""}, headers={"Referer": "http://elsewhere.example/x"}
    )
    assert set(LANGUAGE.findall(elsewhere.text)) == {
        f"/language/{language}/?next=/" for language in ("en", "th", "fa", "vi")
    }


def test_such_an_address_opened_by_a_browser_says_so_in_words(desk: Client, order: Order) -> None:
    looked_at = desk.get(f"/sales/order/{order.pk}/notes/", headers={"Accept": "text/html"})
    asked = desk.get(f"/sales/order/{order.pk}/notes/", headers={"Accept": "application/json"})

    assert (looked_at.status_code, looked_at["Allow"]) == (405, "POST")
    assert "Nothing to open here" in looked_at.text
    assert (asked.status_code, asked.content) == (405, b"")
