"""Manual E, word for word: from a chat to a completed order, its time counting, and a colleague who cannot
find it.

The Vietnamese words are the manual's own; tests/manuals/test_words.py holds the catalogs to them. The numbers
in the comments are the manual's lines.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.domain import add_agent
from accounts.models import Provider, User
from messaging.domain import assign_thread, post_message
from messaging.models import Thread
from orders.models import Order
from services.models import Service
from tests.browser.axe import assert_accessible
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser

FACTS = ["Customer name", "Status", "Service", "Order number", "Phone"]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_manual_e_is_followed_from_a_chat_to_a_completed_order(
    open_browser: Callable[..., Page],
    shop: Provider,
    service: Service,
    thread: Thread,
    provider: User,
    agent: User,
    customer: User,
    make_person: Callable[..., User],
    viewport: Any,
) -> None:
    words = Words("vi")
    colleague = make_person("colleague", language="vi")
    add_agent(shop, colleague)
    people = [provider.pk, agent.pk, customer.pk]
    User.objects.filter(pk__in=people).update(language="vi", phone="")
    User.objects.filter(pk=customer.pk).update(phone="+84912345678", display_name="Trần Thị Lan")
    post_message(thread, by=customer, body="Xin chào, tôi muốn mua thêm")
    assign_thread(thread, to=agent, by=provider)
    page = open_browser(agent, language="vi", viewport=viewport)
    buyer = open_browser(customer, language="vi", viewport=PHONE)
    other = open_browser(colleague, language="vi", viewport=viewport)
    for room in (page, buyer, other):
        room.goto(f"/inbox/{thread.pk}/")

    order = _create_order(page, words)
    _the_card_is_empty(_card(buyer, order), words)
    expect(other.locator(".card-slot")).to_have_count(0)  # E17
    _fill_in(page, words)
    _confirm(page, buyer, words, order)
    assign_thread(thread, to=colleague, by=provider)  # E16: the card stays with who made it
    _complete(page, words, order)
    assert Order.objects.get(pk=order.pk).created_by_id == agent.pk
    _find_in_the_list(page, words, order)
    _colleague_finds_nothing(other, words, thread, order)


def _create_order(page: Page, words: Words) -> Order:
    page.get_by_label(words("Functions")).first.click()  # E2: the function icon
    page.get_by_text(words("Create order")).filter(visible=True).first.click()
    assert_accessible(page)
    page.get_by_role("button", name=words("New sale")).dblclick()  # one card, however it is pressed
    expect(page).to_have_url(re.compile(r"/orders/\d+/new-sale/"))  # E3
    expect(page.get_by_role("heading", name=words("New sale")).first).to_be_visible()
    assert_accessible(page)
    return Order.objects.get()  # E4: at that moment


def _card(page: Page, order: Order) -> Locator:
    card = page.locator(f".card-slot [data-card='/orders/{order.pk}/card/']").last
    expect(card).to_be_visible()
    return card


def _fact(card: Locator, words: Words, name: str) -> Locator:
    term = card.page.locator("dt").filter(has_text=words(name))
    return card.locator("dl > div").filter(has=term).locator("dd")


def _the_card_is_empty(card: Locator, words: Words) -> None:
    for name in FACTS:  # E8 to E14
        expect(_fact(card, words, name)).to_have_count(1)
    expect(_fact(card, words, "Customer name")).to_have_text("Trần Thị Lan")  # E8
    expect(_fact(card, words, "Status")).to_contain_text(words.word("Creating order"))  # E9
    expect(_fact(card, words, "Service")).to_have_text("")  # E10
    expect(_fact(card, words, "Order number")).to_have_text("")  # E11
    expect(_fact(card, words, "Contract number")).to_have_count(0)  # E12
    expect(_fact(card, words, "Outstanding time")).to_have_count(0)  # E13
    expect(_fact(card, words, "Phone")).to_contain_text("912 345 678")  # E14


def _fill_in(page: Page, words: Words) -> None:
    page.locator("select").first.select_option(index=1)
    page.get_by_role("button", name=words("Save")).click()
    expect(page).to_have_url(re.compile(r"/inbox/\d+/"))


def _confirm(page: Page, buyer: Page, words: Words, order: Order) -> None:
    card = _card(page, order)
    order.refresh_from_db()
    expect(_fact(card, words, "Order number")).to_have_text(str(order.number))
    card.get_by_role("button", name=words("Confirm order")).click()
    card = _card(page, order)
    expect(_fact(card, words, "Status")).to_contain_text("Đã tạo hợp đồng")  # E9
    expect(_fact(card, words, "Contract number")).to_have_text(f"C-{order.number}")  # E12
    expect(_fact(card, words, "Outstanding time")).to_have_text("0 phút")  # E13
    expect(_fact(_card(buyer, order), words, "Status")).to_contain_text("Đã tạo hợp đồng")  # live
    Order.objects.filter(pk=order.pk).update(confirmed_at=timezone.now() - timedelta(hours=25, minutes=3))
    page.reload()
    expect(_fact(_card(page, order), words, "Outstanding time")).to_have_text("25 giờ 3 phút")
    assert_accessible(page)


def _complete(page: Page, words: Words, order: Order) -> None:
    page.reload()
    _card(page, order).get_by_role("button", name=words("Complete order")).click()
    card = _card(page, order)
    expect(_fact(card, words, "Status")).to_contain_text("Đã hoàn tất")
    expect(_fact(card, words, "Outstanding time")).to_have_count(0)  # E13: then it disappears
    opener = page.locator("[data-panel-open]")
    if opener.is_visible():
        opener.click()
    panel = page.locator("[data-panel]")
    for tab in ("Orders", "Activity"):  # E7
        expect(panel.get_by_text(words(tab, context="tab")).first).to_be_visible()
    expect(panel).to_contain_text(str(order.number))


def _find_in_the_list(page: Page, words: Words, order: Order) -> None:
    page.goto("/dashboard/")
    drawer = page.locator("[popovertarget=side-menu]").first
    if drawer.is_visible():
        drawer.click()
    page.locator("#side-menu").get_by_role("link", name=words("Home")).click()  # E20
    section = page.locator("section").filter(has=page.get_by_role("heading", name=words("Order management")))
    section.get_by_role("link", name=words("Order list")).click()
    assert_accessible(page)
    for shown in ("Trần Thị Lan", "Legal advice by video", "912 345 678"):  # E21
        expect(page.locator("main").get_by_text(shown).first).to_be_visible()
    for typed in ("Trần", "0912345678", "۰۹۱۲ ۳۴۵ ۶۷۸", "+84 912 345 678"):  # E22
        page.goto(f"/orders/manage/?q={typed.replace('+', '%2B')}")
        expect(page.locator("main").get_by_text("Trần Thị Lan").first).to_be_visible()
    expect(page.locator("main").get_by_text(words("Filter")).first).to_be_visible()


def _colleague_finds_nothing(page: Page, words: Words, thread: Thread, order: Order) -> None:
    page.goto(f"/inbox/{thread.pk}/")
    expect(page.locator(".card-slot")).to_have_count(0)
    page.goto("/orders/manage/?q=Trần")
    expect(page.locator("main").get_by_text(str(order.number))).to_have_count(0)
    for address in ("", "card/", "new-sale/"):
        answer = page.goto(f"/orders/{order.pk}/{address}")
        assert answer is not None
        assert answer.status == 404
