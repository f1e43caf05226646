"""The operator's system check: what each row says of a part that is well, unwell or not there."""

import shutil
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Provider, User
from appointments.domain.relay_check import RelayResult
from appointments.enums import RelayOutcome
from loyalty.domain import check_balances
from marketplace import system_check
from marketplace.common.models import Heartbeat
from marketplace.common.tasks import heartbeat
from marketplace.notify.domain import notify
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import Notification
from marketplace.notify.sms import notify_sms, save_gateway
from orders.domain import outside
from orders.domain.outside.sending import CLAIM_LASTS
from orders.enums import DeliveryStatus
from orders.models import Order, OutsideDelivery
from tests.support.relays import TURN_SECRET, running_relay

PAGE = "/admin/system-check/"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request of another test may have left its reader's language behind."""
    with override("en"):
        yield


def rows() -> dict[str, tuple[str, str]]:
    return {row.key: (row.state.value, row.sentence) for row in system_check.all_rows()}


def calls(*outcomes: RelayOutcome) -> tuple[str, str]:
    row = system_check.calls([RelayResult("turn:relay.example", outcome) for outcome in outcomes])
    return row.state.value, row.sentence


def test_all_parts_are_good_when_they_are(db: None, settings: Any) -> None:
    heartbeat()
    check_balances()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp.example", 587
    settings.DEFAULT_FROM_EMAIL = "Talad <shop@market.example>"

    found = rows()

    assert {key: state for key, (state, _) in found.items() if state != "good"} == {"sms": "missing"}
    assert found["database"][1].startswith("PostgreSQL ")
    assert found["worker"][1] == "The worker gave its last sign of life 0 s ago."
    assert found["mail"][1] == "Mails go out through smtp.example:587 as shop@market.example."
    assert found["zones"][1] == "The tables are current: Tehran has no summer time."


def test_what_is_not_set_up_is_not_a_fault(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    found = rows()

    assert found["mail"][0] == "missing"
    assert "Set EMAIL_URL." in found["mail"][1]
    assert found["sms"][0] == "missing"


def test_shops_with_an_sms_gateway_are_counted_and_a_silent_one_needs_attention(
    shop: Provider, provider: User
) -> None:
    gateway = save_gateway(shop, owner=provider, kind="console", secret="", currency="THB")
    assert rows()["sms"][0] == "missing"
    gateway = save_gateway(shop, owner=provider, kind="kavenegar", secret="key")
    assert rows()["sms"] == ("good", "Shops that send SMS through a gateway of theirs: 1.")

    notify_sms(shop, "+989121234567", "x", "sms:1", text="Hello")
    Notification.objects.filter(gateway=gateway).update(problem="no_answer")
    assert rows()["sms"][0] == "attention"


def test_a_sender_that_no_mailbox_takes_needs_attention(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Talad <no-reply@localhost>"

    assert rows()["mail"] == (
        "attention",
        "Mails go out as no-reply@localhost, which most mailboxes refuse. Set DEFAULT_FROM_EMAIL.",
    )


def test_a_silent_worker_and_its_outbox_need_attention(customer: User) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(minutes=3, seconds=30))
    for number in ("1", "2", "3"):
        notify(customer, "order_confirmed", number)
    Notification.objects.filter(unique_key="1").update(due_at=timezone.now() - timedelta(seconds=450))
    Notification.objects.exclude(unique_key="1").update(status=NotificationStatus.FAILED)

    found = rows()

    assert found["worker"] == ("attention", "The worker has been silent for 3 minutes.")
    assert found["queue"] == ("attention", "The oldest message has been waiting for 7 minutes.")
    assert found["failures"] == ("attention", "2 messages were not delivered.")
    complaints = system_check.complaints()
    assert [row.key for row in complaints] == ["worker", "queue", "failures"]
    assert complaints[2].url == "/admin/notify/notification/?status__exact=failed"


def test_redis_that_is_away_needs_attention(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_paused_until", float("inf"))

    state, sentence = rows()["redis"]

    assert state == "attention"
    assert sentence.startswith("Redis does not answer")


def test_a_full_disk_needs_attention(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(100 * 1024**3, 99 * 1024**3, 1024**3))

    state, sentence = rows()["disk"]

    assert state == "attention"
    assert sentence.startswith("Only 1 of 100 GB are free in ")


@pytest.fixture
def given_up(order: Order, shop: Provider, provider: User) -> Callable[..., OutsideDelivery]:
    """An event for the shop's order system whose last attempt was `ago`."""
    screen = "https://orders.example/{order}"
    addresses = {"new_sale_url": screen, "additional_sale_url": screen}
    system, _secret = outside.save_system(
        shop, by=provider, **addresses, webhook_url="https://orders.example/hidden-path"
    )

    def make(number: int, ago: timedelta, status: DeliveryStatus = DeliveryStatus.FAILED) -> OutsideDelivery:
        return OutsideDelivery.objects.create(
            system=system,
            order=order,
            event_id=f"evt_{number}",
            kind="order.created",
            body={"data": {"phone": "+66811112222"}},
            status=status,
            due_at=timezone.now() - ago + CLAIM_LASTS,
            answer="a secret answer",
        )

    return make


def test_events_that_an_order_system_did_not_take_are_counted_by_shop(
    given_up: Callable[..., OutsideDelivery], shop: Provider
) -> None:
    given_up(1, timedelta(hours=25))
    given_up(2, timedelta(hours=1), DeliveryStatus.SENT)
    assert rows()["order_systems"] == (
        "good",
        "No event for a shop's order system was given up in the last day.",
    )

    given_up(3, timedelta(hours=23))
    one = rows()["order_systems"]
    given_up(4, timedelta(minutes=1))

    assert one == (
        "attention",
        "1 event for a shop's order system was given up in the last day (\u2068Siam Legal\u2069: 1). "
        "Tell the shop: its settings page has the answers and “Send again”.",
    )
    assert rows()["order_systems"] == (
        "attention",
        "2 events for shops' order systems were given up in the last day (\u2068Siam Legal\u2069: 2). "
        "Tell the shops: their settings page has the answers and “Send again”.",
    )


def test_the_page_leads_to_the_log_and_keeps_secrets(
    given_up: Callable[..., OutsideDelivery], operator: User, client_of: Callable[[User], Client]
) -> None:
    system, client = given_up(1, timedelta(hours=1)).system, client_of(operator)
    link = "/admin/orders/outsidedelivery/?status__exact=failed"

    page = client.get(PAGE).content.decode()
    log = client.get(link)

    assert f'href="{link}"' in page
    assert "Siam Legal" in page
    assert [row.event_id for row in log.context["cl"].result_list] == ["evt_1"]
    for html in (page, log.content.decode()):
        for secret in (system.secret, str(system.token), "hidden-path", "+66811112222", "a secret answer"):
            assert secret not in html


def test_calls_without_a_relay_are_not_set_up(settings: Any) -> None:
    settings.TURN_URLS = []

    assert system_check.calls(None).state == "missing"
    assert "on mobile networks" in system_check.calls(None).sentence


def test_calls_are_ready_only_after_data_went_through(settings: Any) -> None:
    settings.TURN_URLS = ["turn:relay.example"]

    assert system_check.calls(None).state == "unknown"
    assert calls(RelayOutcome.WORKS, RelayOutcome.UNCHECKED)[0] == "good"
    assert calls(RelayOutcome.WORKS)[1].startswith("Calls ready")
    assert calls(RelayOutcome.WORKS, RelayOutcome.SILENT) == (
        "attention",
        "Calls work, but only over 1 of the relay's 2 addresses. Mend the others.",
    )
    assert calls(RelayOutcome.UNCHECKED)[0] == "attention"
    assert calls(RelayOutcome.REFUSED)[1].startswith("Calls are not ready")


def test_the_page_comes_without_trying_the_relay(
    operator: User, client_of: Callable[[User], Client], settings: Any
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:relay.invalid"], "x" * 20

    page = client_of(operator).get(PAGE).content.decode()

    assert "The relay has not been tried yet." in page
    assert "Check the relay" in page
    assert "This name leads nowhere" not in page


def test_the_button_tries_the_relay_and_says_what_it_found(
    operator: User, client_of: Callable[[User], Client], settings: Any, tmp_path: Any
) -> None:
    client = client_of(operator)
    with running_relay(tmp_path) as port:
        settings.TURN_URLS = [f"turn:127.0.0.1:{port}", "turn:relay.invalid"]
        settings.TURN_SECRET = TURN_SECRET

        page = client.post(f"{PAGE}relay/").content.decode()
        row = client.post(f"{PAGE}relay/", headers={"X-Requested-With": "fetch"})

    assert "<html" in page
    assert "<html" not in row.content.decode()
    assert row.headers["X-State"] == "attention"
    for html in (page, row.content.decode()):
        assert "only over 1 of the relay&#x27;s 2 addresses" in html
        assert "Works: what we sent through it arrived." in html
        assert "This name leads nowhere." in html


def test_the_browser_gets_what_a_call_gets(
    operator: User, client_of: Callable[[User], Client], settings: Any
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:relay.example"], "x" * 20

    servers = client_of(operator).get(f"{PAGE}relay/servers/").json()["iceServers"]

    assert [server["urls"] for server in servers] == [["turn:relay.example"]]
    assert servers[0]["username"].endswith(f":{operator.pk}")


def test_the_check_speaks_persian_with_persian_digits(
    operator: User, client_of: Callable[[User], Client]
) -> None:
    User.objects.filter(pk=operator.pk).update(language="fa")

    page = client_of(operator).get(PAGE).content.decode()

    assert "بررسی سامانه" in page
    assert "میلی‌ثانیه پاسخ می‌دهد" in page
    assert "PostgreSQL 1" not in page


def test_the_first_page_leads_here(operator: User, client_of: Callable[[User], Client]) -> None:
    assert f'href="{PAGE}"' in client_of(operator).get("/admin/").content.decode()
