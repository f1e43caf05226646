from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Provider, User
from followup.models import CallbackRequest
from marketplace.notify.models import Notification
from services.models import Service

FILLED = {"name": "Dao", "phone": "081 234 5678", "email": "", "message": "About the price"}


def nothing_was_asked() -> bool:
    return not (CallbackRequest.objects.exists() or Notification.objects.exists())


def test_the_shops_and_the_services_pages_lead_to_the_form(client: Client, service: Service) -> None:
    slug = service.provider.slug

    assert f'href="/contact/{slug}/"' in client.get(f"/shop/{slug}/").content.decode()
    assert (
        f'href="/contact/{slug}/?service={service.pk}"'
        in client.get(f"/services/{service.pk}/").content.decode()
    )


def test_who_is_signed_out_asks_and_reads_what_happens_next(client: Client, service: Service) -> None:
    shop = service.provider

    response = client.post(f"/contact/{shop.slug}/?service={service.pk}", FILLED, follow=True)

    callback = CallbackRequest.objects.get()
    assert (callback.name, callback.phone, callback.message) == ("Dao", "+66812345678", "About the price")
    assert (callback.service, callback.customer) == (service, None)
    assert response.redirect_chain == [(f"/contact/{shop.slug}/thanks/", 302)]
    assert "will call or write to you" in response.content.decode()


def test_the_form_knows_who_is_signed_in(
    customer: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    client = client_of(customer)

    page = client.get(f"/contact/{shop.slug}/").content.decode()
    client.post(f"/contact/{shop.slug}/", FILLED | {"email": "customer@people.example"})

    assert 'value="customer@people.example"' in page
    assert CallbackRequest.objects.get().customer == customer


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phone": ""}, "Give a phone number or an email"),
        ({"name": ""}, "Write your name"),
        ({"message": ""}, "Say in a few words"),
        ({"phone": "call me maybe"}, "This is not a phone number"),
        ({"phone": "", "email": "nobody"}, "email"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    changes: dict[str, str], sentence: str, client: Client, shop: Provider
) -> None:
    typed = FILLED | {"message": "A long story"} | changes

    response = client.post(f"/contact/{shop.slug}/", typed)

    page = response.content.decode()
    assert (response.status_code, sentence in page, nothing_was_asked()) == (422, True, True)
    assert all(value in page for value in typed.values())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("๐๘๑ ๒๓๔ ๕๖๗๘", "+66812345678"),
        ("+۹۸ ۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567"),
        ("0912 123 4567 8", "091212345678"),
    ],
)
def test_a_phone_is_read_in_any_digits_and_kept_where_its_country_is_unknown(
    typed: str, kept: str, client: Client, shop: Provider
) -> None:
    client.post(f"/contact/{shop.slug}/", FILLED | {"phone": typed})

    assert CallbackRequest.objects.get().phone == kept


def test_the_trap_says_thank_you_and_keeps_nothing(client: Client, shop: Provider) -> None:
    response = client.post(f"/contact/{shop.slug}/", FILLED | {"website": "https://spam.example"})

    assert (response.status_code, nothing_was_asked()) == (302, True)


def test_the_sixth_request_of_an_hour_waits_with_its_words_kept(client: Client, shop: Provider) -> None:
    codes = [
        client.post(f"/contact/{shop.slug}/", FILLED | {"message": f"No. {n}"}).status_code for n in range(6)
    ]
    page = client.post(f"/contact/{shop.slug}/", FILLED | {"message": "the seventh"}).content.decode()

    assert codes == [302, 302, 302, 302, 302, 429]
    assert CallbackRequest.objects.count() == 5
    assert "Wait an hour" in page
    assert "the seventh" in page


def test_a_visitors_token_is_never_anothers(shop: Provider) -> None:
    pages = [Client(enforce_csrf_checks=True) for _ in range(2)]
    tokens = [client.get(f"/contact/{shop.slug}/").context["csrf_token"] for client in pages]

    response = pages[1].post(f"/contact/{shop.slug}/", FILLED | {"csrfmiddlewaretoken": str(tokens[1])})

    assert (response.status_code, tokens[0] != tokens[1]) == (302, True)


def test_the_shops_own_people_read_why_not(
    provider: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    response = client_of(provider).post(f"/contact/{shop.slug}/", FILLED)

    assert (response.status_code, nothing_was_asked()) == (422, True)
    assert "This is your own shop." in response.content.decode()


def test_a_suspended_or_unknown_shop_has_no_form(client: Client, shop: Provider) -> None:
    shop.is_suspended = True
    shop.save()

    assert client.post(f"/contact/{shop.slug}/", FILLED).status_code == 404
    assert client.get("/contact/nobody/").status_code == 404
    assert nothing_was_asked()


@pytest.mark.parametrize("asked", ["x", "999999", "9" * 30, ""])
def test_a_service_that_is_not_there_is_left_out(
    asked: str, client: Client, service: Service, make_service: Callable[..., Any]
) -> None:
    client.post(f"/contact/{service.provider.slug}/?service={asked}", FILLED)

    assert CallbackRequest.objects.get().service is None
