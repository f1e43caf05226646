"""A shop connects its own order system: the addresses, the secret that is shown once, and the two logs."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from messaging.models import Thread
from orders.models import Order, OutsideDelivery, OutsideSystem
from tests.browser.axe import assert_sound
from tests.browser.conftest import PHONE
from tests.browser.words import Words
from tests.orders.outside.client import OutsideShop, listening, wait_for
from tests.support.private import wait_until

pytestmark = pytest.mark.browser

SCREEN = "https://orders.example/new?card={order}&by={agent}"


@pytest.fixture
def receiver() -> Iterator[OutsideShop]:
    """Fails at the first event, then takes all."""
    with listening(OutsideShop(answers=[500])) as shop:
        yield shop


def test_an_order_system_is_connected_hears_of_a_card_and_answers(
    open_browser: Callable[..., Page], site: str, thread: Thread, provider: User, receiver: OutsideShop
) -> None:
    User.objects.filter(pk=provider.pk).update(language="fa")
    words = Words("fa")
    page = open_browser(provider, language="fa", viewport=PHONE)
    outside: dict[str, Any] = {"body": "<title>Outside</title>", "content_type": "text/html"}
    page.context.route("https://orders.example/**", lambda route: route.fulfill(**outside))

    _refused(page, words)
    receiver.secret = _connect(page, words, receiver.url)
    order = _make_a_card(page, words, thread)
    wait_for(receiver, 1)
    _send_again(page, words, receiver)
    _hear_back(page, words, receiver, site, order)
    _disconnect(page, words)


def _refused(page: Page, words: Words) -> None:
    page.goto("/settings/")
    page.get_by_role("link", name=words("Order system")).first.click()
    assert_sound(page)
    typed = {
        "new_sale_url": "https://orders.example/new",
        "additional_sale_url": "orders.example/add?card={order}",
        "webhook_url": "https://",
    }
    for name, address in typed.items():
        page.locator(f"[name={name}]").fill(address)
    page.get_by_role("button", name=words("Connect")).click()
    for name, address in typed.items():
        box = page.locator(f"[name={name}]")
        expect(box).to_have_value(address)
        expect(box).to_have_attribute("aria-invalid", "true")
    assert_sound(page)
    assert not OutsideSystem.objects.exists()


def _connect(page: Page, words: Words, events: str) -> str:
    """The secret, which is then never shown again."""
    page.locator("[name=new_sale_url]").fill(SCREEN)
    page.locator("[name=additional_sale_url]").fill(SCREEN)
    page.locator("[name=webhook_url]").fill(events)
    page.get_by_role("button", name=words("Connect")).dblclick()
    secret = page.get_by_role("region", name=words("Signing secret")).locator("code")
    expect(secret).to_have_text(re.compile(r"^whsec_\S+$"))
    assert_sound(page)
    shown = secret.inner_text()
    assert shown == OutsideSystem.objects.get().secret
    page.get_by_role("link", name=words("Sent events")).click()
    assert_sound(page)
    page.go_back()
    expect(page.get_by_role("button", name=words("Save"))).to_be_visible()
    expect(secret).to_have_count(0)
    return shown


def _make_a_card(page: Page, words: Words, thread: Thread) -> Order:
    page.goto(thread.get_absolute_url())
    page.get_by_label(words("Functions")).first.click()
    page.get_by_text(words("Create order")).filter(visible=True).first.click()
    page.get_by_role("button", name=words("New sale")).dblclick()
    expect(page).to_have_title("Outside")
    order = Order.objects.get()
    assert page.url == f"https://orders.example/new?card={order.pk}&by=provider%40people.example"
    return order


def _send_again(page: Page, words: Words, receiver: OutsideShop) -> None:
    page.goto("/settings/order-system/sent/")
    row = page.locator(".outside-log > li")
    for state in ("HTTP 500", words.word("Waiting")):
        expect(row).to_contain_text(state)
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text("order.created")
    assert_sound(page)
    page.get_by_role("button", name=words("Send again")).dblclick()
    expect(page.get_by_text(words.word("The event is being sent again."))).to_be_visible()
    wait_for(receiver, 2)
    wait_until(lambda: OutsideDelivery.objects.filter(status="sent").exists(), 10)
    page.reload()
    expect(row).to_contain_text("HTTP 204")
    expect(row).to_contain_text(words.word("Sent"))
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1  # the same event


def _hear_back(page: Page, words: Words, receiver: OutsideShop, site: str, order: Order) -> None:
    path = urlsplit(receiver.events[0]["data"]["updates_url"]).path
    update = {
        "order": str(order.pk),
        "status": "contract_created",
        "occurred_at": receiver.events[0]["timestamp"],
        "order_number": "SC-1",
        "customer_name": "Lan",
    }
    assert receiver.tell(site + path, update)[0] == 200
    assert receiver.tell(site + path, update, secret="whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==")[0] == 401
    page.get_by_role("link", name=words("Received updates")).click()
    row = page.locator(".outside-log > li")
    expect(row).to_have_count(1)  # what was not signed is nobody's
    expect(row.get_by_role("link", name="Lan")).to_be_visible()
    assert_sound(page)


def _disconnect(page: Page, words: Words) -> None:
    page.get_by_role("link", name=words("Connection")).click()
    page.locator("summary").filter(has_text=words.word("New secret")).click()
    page.get_by_role("button", name=words("Make a new secret")).dblclick()
    secret = page.get_by_role("region", name=words("Signing secret")).locator("code")
    expect(secret).to_be_visible()
    assert secret.inner_text() == OutsideSystem.objects.get().secret
    page.locator("summary").filter(has_text=words("Disconnect")).click()
    page.get_by_role("button", name=words("Disconnect now")).dblclick()
    expect(page.get_by_role("button", name=words("Reconnect"))).to_be_visible()
    assert_sound(page)
    assert not OutsideSystem.objects.get().is_active
