"""Notices on devices, against a push service on loopback that reads them as the browser would."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from marketplace.notify import push, vapid
from marketplace.notify.domain import BACKOFF, notify, send_due
from marketplace.notify.enums import Channel
from marketplace.notify.models import Notification, PushSubscription
from orders.domain import place_order
from services.models import Service
from tests.support.push import Browser, PushService, push_service, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def service_of_browsers(settings: Any) -> Iterator[PushService]:
    settings.DEBUG = True  # loopback is a private address
    settings.DEFAULT_FROM_EMAIL = "Talad <shop@market.example>"
    with push_service() as service:
        yield service


@pytest.fixture
def phone(service_of_browsers: PushService, provider: User) -> Browser:
    """The provider's."""
    return turn_on(provider, service_of_browsers.browser("phone"))


def turn_on(user: User, browser: Browser) -> Browser:
    push.subscribe(user, endpoint=browser.endpoint, **browser.keys)
    return browser


def remind(user: User, key: str = "cause:1", **context: Any) -> None:
    given = {"customer": "Malee", "phone": "", "number": "", "note": "Ask again", "path": "/sales/7/"}
    notify(user, "follow_up_due", key, **{**given, "follow_up_at": timezone.now(), **context})


def pushed() -> Notification:
    return Notification.objects.get(channel=Channel.WEB_PUSH)


def test_an_order_is_told_on_the_shops_device_in_its_readers_language(
    customer: User, provider: User, service: Service, phone: Browser, service_of_browsers: PushService
) -> None:
    User.objects.filter(pk=provider.pk).update(language="th")

    order = place_order(service, by=customer, form_token=uuid4())
    send_due()

    [notice] = service_of_browsers.shown(phone)
    row = pushed()
    assert (notice["title"], notice["body"]) == (
        f"ออร์เดอร์ใหม่ {order.number}: Legal advice by video",
        "Customer สั่งซื้อจาก Siam Legal",
    )
    assert notice["url"] == f"/inbox/{order.thread_id}/"
    assert (notice["lang"], notice["tag"], notice["icon"]) == (
        "th",
        row.message_id.hex,
        "/static/brand/icon-192.png",
    )
    assert (row.address, row.status, row.reference) == ("provider", "sent", "devices: 1")


def test_a_notice_is_signed_by_the_store_and_urgent(
    provider: User, phone: Browser, service_of_browsers: PushService, settings: Any
) -> None:
    remind(provider)

    send_due()

    [(_path, headers, body)] = service_of_browsers.posts
    claims, key = token_of(headers["Authorization"])
    assert key == settings.VAPID_PUBLIC_KEY
    assert (claims["aud"], claims["sub"]) == (service_of_browsers.url, "mailto:shop@market.example")
    assert time.time() < claims["exp"] < time.time() + 24 * 3600
    assert {name: headers[name] for name in ("TTL", "Urgency", "Content-Encoding", "Topic")} == {
        "TTL": "86400",
        "Urgency": "high",
        "Content-Encoding": "aes128gcm",
        "Topic": pushed().message_id.hex,
    }
    assert b"Malee" not in body


def test_the_longest_notice_fits_into_what_a_push_service_takes(
    provider: User, phone: Browser, service_of_browsers: PushService
) -> None:
    remind(provider, customer="😀" * 1000, path="/sales/" + "7" * 200)

    send_due()

    [(_path, _headers, body)] = service_of_browsers.posts
    assert len(body) < 4096
    assert len(service_of_browsers.shown(phone)[0]["body"]) == 300


def test_what_can_wait_goes_by_mail_alone(provider: User, phone: Browser) -> None:
    notify(provider, "order_confirmed", "cause:1", number="1", title="", shop="", path="/")

    assert list(Notification.objects.values_list("channel", flat=True)) == ["email"]


def test_who_has_no_device_or_a_store_without_keys_tells_by_mail_alone(
    provider: User, customer: User, phone: Browser, settings: Any
) -> None:
    remind(customer, "cause:1")
    settings.VAPID_PRIVATE_KEY = ""
    remind(provider, "cause:2")

    assert list(Notification.objects.values_list("channel", flat=True)) == ["email", "email"]


def test_each_device_is_told_and_one_row_tells_of_it(
    provider: User, phone: Browser, service_of_browsers: PushService
) -> None:
    laptop = turn_on(provider, service_of_browsers.browser("laptop"))
    remind(provider)

    send_due()

    told = [notice["title"] for one in (phone, laptop) for notice in service_of_browsers.shown(one)]
    assert told == ["Due for follow-up: Malee", "Due for follow-up: Malee"]
    assert pushed().reference == "devices: 2"


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten_and_the_others_are_told(
    provider: User, phone: Browser, service_of_browsers: PushService, status: int
) -> None:
    laptop = turn_on(provider, service_of_browsers.browser("laptop"))
    service_of_browsers.answers["/phone"] = [status]
    remind(provider)

    send_due()

    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [laptop.endpoint]
    assert len(service_of_browsers.shown(laptop)) == 1
    assert pushed().status == "sent"


def test_when_the_last_device_is_gone_the_mail_goes_out_all_the_same(
    provider: User, phone: Browser, service_of_browsers: PushService, mailoutbox: Any
) -> None:
    service_of_browsers.answers["/phone"] = [410]
    remind(provider)

    assert send_due() == 2

    assert not PushSubscription.objects.exists()
    assert [mail.to for mail in mailoutbox] == [["provider@people.example"]]
    assert dict(Notification.objects.values_list("channel", "status")) == {
        "email": "sent",
        "web_push": "sent",
    }


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_push_service_that_is_busy_is_tried_again_by_the_sweep(
    provider: User, phone: Browser, service_of_browsers: PushService, status: int
) -> None:
    service_of_browsers.answers["/phone"] = [status]
    remind(provider)
    send_due()
    row = pushed()
    assert (row.status, row.attempts, service_of_browsers.posts) == ("pending", 1, [])
    assert f"127.0.0.1: {status}" in row.last_error

    Notification.objects.filter(pk=row.pk).update(due_at=timezone.now() - BACKOFF[0])
    send_due()

    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error) == ("sent", 2, "")
    assert [notice["tag"] for notice in service_of_browsers.shown(phone)] == [row.message_id.hex]


def test_one_device_that_took_it_is_enough(
    provider: User, phone: Browser, service_of_browsers: PushService
) -> None:
    laptop = turn_on(provider, service_of_browsers.browser("laptop"))
    service_of_browsers.answers["/phone"] = [503]
    remind(provider)

    send_due()

    assert (pushed().status, pushed().reference) == ("sent", "devices: 1")
    assert len(service_of_browsers.shown(laptop)) == 1
    assert PushSubscription.objects.count() == 2


def test_a_refusal_ends_in_not_delivered_and_keeps_the_device(
    provider: User, phone: Browser, service_of_browsers: PushService
) -> None:
    service_of_browsers.answers["/phone"] = [403]
    remind(provider)

    send_due()

    assert (pushed().status, pushed().attempts) == ("failed", 1)
    assert PushSubscription.objects.count() == 1


def test_a_public_site_calls_no_machine_behind_its_own_firewall(
    provider: User, phone: Browser, service_of_browsers: PushService, settings: Any
) -> None:
    settings.DEBUG = False
    PushSubscription.objects.update(endpoint=phone.endpoint.replace("http:", "https:"))
    remind(provider)

    send_due()

    assert (pushed().status, service_of_browsers.posts) == ("failed", [])
    assert "private" in pushed().last_error


def test_a_device_is_one_persons_at_a_time(provider: User, customer: User, phone: Browser) -> None:
    turn_on(customer, phone)

    assert list(PushSubscription.objects.values_list("user__username", flat=True)) == ["customer"]
    assert (push.marks_of(provider), len(push.marks_of(customer))) == ([], 1)


def test_turning_on_again_takes_the_browsers_new_keys(provider: User, phone: Browser) -> None:
    renewed = turn_on(provider, Browser(phone.endpoint))

    assert PushSubscription.objects.values("p256dh", "auth").get() == renewed.keys


def test_nobody_turns_off_another_persons_device(provider: User, customer: User, phone: Browser) -> None:
    push.unsubscribe(customer, phone.endpoint)
    assert PushSubscription.objects.count() == 1

    push.unsubscribe(provider, phone.endpoint)
    assert PushSubscription.objects.count() == 0


def test_of_eleven_devices_the_oldest_is_forgotten(
    provider: User, phone: Browser, service_of_browsers: PushService
) -> None:
    PushSubscription.objects.update(created_at=timezone.now() - timedelta(days=1))
    for number in range(10):
        turn_on(provider, service_of_browsers.browser(f"laptop-{number}"))

    assert PushSubscription.objects.count() == 10
    assert not PushSubscription.objects.filter(endpoint=phone.endpoint).exists()


def test_keys_that_are_no_pair_are_told_apart() -> None:
    (public, private), (other, _) = vapid.new_pair(), vapid.new_pair()

    assert vapid.belong_together(public, private)
    assert not vapid.belong_together(other, private)
    assert not vapid.belong_together(public, "")
    assert not vapid.belong_together(public, "nonsense!")
    assert vapid.pair_from("a secret") == vapid.pair_from("a secret") != vapid.pair_from("another")
