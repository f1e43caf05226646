"""Turning notices on and off for a device, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from marketplace.notify.models import PushSubscription
from tests.support.push import Browser

pytestmark = pytest.mark.django_db

ON, OFF = "/settings/push/on/", "/settings/push/off/"
ENDPOINT = "https://push.example/send/abc"
Log_in = Callable[[User], Client]


def post(client: Client, address: str, data: Any, **headers: str) -> int:
    response = client.post(address, data, content_type="application/json", headers=headers)
    return int(response.status_code)


def test_a_browser_turns_itself_on_and_off(customer: User, client_of: Log_in) -> None:
    browser, client = Browser(ENDPOINT), client_of(customer)

    assert post(client, ON, browser.subscription(), user_agent="Mozilla/5.0 Firefox/140.0") == 200

    device = PushSubscription.objects.get()
    assert (device.user, device.endpoint, device.user_agent) == (
        customer,
        ENDPOINT,
        "Mozilla/5.0 Firefox/140.0",
    )
    assert {"p256dh": device.p256dh, "auth": device.auth} == browser.keys

    assert post(client, OFF, browser.subscription()) == 200

    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "http://push.example/send/abc"},
        {"endpoint": "https://127.0.0.1/send"},
        {"endpoint": "https://localhost/send"},
        {"endpoint": "https://user:secret@push.example/"},
        {"endpoint": "https://push.example/é"},
        {"endpoint": "https://push.example/" + "x" * 1000},
        {"endpoint": ["https://push.example/"]},
        {"endpoint": ""},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": Browser(ENDPOINT).keys["p256dh"], "auth": "AAAA"}},
        {"keys": {}},
        {"keys": None},
    ],
)
def test_what_no_browser_says_is_refused(customer: User, client_of: Log_in, changed: dict[str, Any]) -> None:
    status = post(client_of(customer), ON, {**Browser(ENDPOINT).subscription(), **changed})

    assert status == 422
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '"text"'])
def test_what_is_no_subscription_is_refused(customer: User, client_of: Log_in, body: str) -> None:
    assert post(client_of(customer), ON, body) == 422
    assert post(client_of(customer), OFF, body) == 200


def test_the_service_worker_gets_what_it_needs_to_subscribe_anew(customer: User, settings: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(customer, backend="allauth.account.auth_backends.AuthenticationBackend")

    given = client.get("/settings/push/key/")
    told = post(
        client, given.json()["on"], Browser(ENDPOINT).subscription(), X_CSRFToken=given.json()["token"]
    )

    assert (given.json()["key"], given.json()["on"]) == (settings.VAPID_PUBLIC_KEY, ON)
    assert "no-store" in given["Cache-Control"]
    assert told == 200
    assert PushSubscription.objects.get().user == customer


def test_without_keys_of_the_store_there_is_nothing_to_subscribe_with(
    customer: User, client_of: Log_in, settings: Any
) -> None:
    settings.VAPID_PRIVATE_KEY = ""

    assert client_of(customer).get("/settings/push/key/").status_code == 404


def test_the_token_against_forged_posts_is_asked_for(customer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(customer, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert post(client, ON, Browser(ENDPOINT).subscription()) == 403
    assert not PushSubscription.objects.exists()


def test_who_logs_out_is_told_nothing_more_on_that_device(customer: User, client_of: Log_in) -> None:
    phone, laptop = client_of(customer), client_of(customer)
    post(phone, ON, Browser(ENDPOINT).subscription())
    post(laptop, ON, Browser("https://push.example/send/laptop").subscription())

    phone.post("/accounts/logout/")

    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [
        "https://push.example/send/laptop"
    ]


def test_without_the_stores_keys_there_is_no_such_thing(
    customer: User, client_of: Log_in, settings: Any
) -> None:
    client = client_of(customer)
    assert 'id="push"' in client.get("/settings/").content.decode()
    settings.VAPID_PUBLIC_KEY = settings.VAPID_PRIVATE_KEY = ""

    status = post(client, ON, Browser(ENDPOINT).subscription())

    assert (status, PushSubscription.objects.count()) == (404, 0)
    assert 'id="push"' not in client.get("/settings/").content.decode()


def test_the_operator_sees_devices_without_their_secrets(
    customer: User, operator: User, client_of: Log_in
) -> None:
    browser = Browser(ENDPOINT)
    post(client_of(customer), ON, browser.subscription())
    pk = PushSubscription.objects.get().pk

    pages = [
        client_of(operator).get(f"/admin/notify/pushsubscription/{end}").content.decode()
        for end in ("", f"{pk}/change/")
    ]

    for page in pages:
        assert "push.example" in page
        assert not any(secret in page for secret in ("send/abc", *browser.keys.values()))
