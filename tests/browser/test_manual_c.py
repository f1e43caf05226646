"""Manual C, word for word, in Persian and right to left: the shop in one browser, the courier's phone beside.

The Persian words are the manual's own; tests/manuals/test_words.py holds the catalogs to them. The numbers
in the comments are the manual's lines.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from marketplace.notify.models import Notification
from orders.domain import place_order
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_accessible
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser

PASSWORD = "peyk-sari-1405"


@pytest.fixture
def parcel(make_service: Callable[..., Service], customer: User) -> Order:
    """Placed on the website, waiting for the shop."""
    saffron = make_service("زعفران سرگل", kind=ServiceKind.GOODS, price=Decimal("120.50"))
    order = place_order(saffron, by=customer, form_token=uuid4(), quantity=2)
    Order.objects.filter(pk=order.pk).update(
        delivery_address="تهران، خیابان ولیعصر، پلاک ۱۲", phone="+66812345678"
    )
    return order


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_manual_c_is_followed_from_a_new_courier_to_a_delivered_order(
    open_browser: Callable[..., Page], parcel: Order, provider: User, customer: User, viewport: Any
) -> None:
    words = Words("fa")
    User.objects.filter(pk__in=[provider.pk, customer.pk]).update(language="fa")
    shop = open_browser(provider, language="fa", viewport=viewport)

    _message_text(shop, words)
    _define_courier(shop, words)
    _hand_over(shop, words, parcel)
    phone = open_browser(language="fa", viewport=PHONE)
    _deliver(phone, words, parcel)

    shop.goto(f"/orders/{parcel.pk}/")
    expect(shop.get_by_text(words.word("Delivered")).first).to_be_visible()
    parcel.refresh_from_db()
    assert parcel.status == "completed"


def _menu(page: Page, words: Words, name: str) -> None:
    drawer = page.locator("[popovertarget=side-menu]").first
    if drawer.is_visible():
        drawer.click()
    page.locator("#side-menu").get_by_role("link", name=words(name)).click()


def _message_text(page: Page, words: Words) -> None:
    page.goto("/settings/sms/")  # C18: the SMS settings come first
    expect(page.get_by_role("heading", level=1, name=words("SMS settings"))).to_be_visible()
    page.locator("[name=kind][value=console]").check()
    page.get_by_role("button", name=words("Save")).click()
    assert_accessible(page)
    page.goto("/settings/")
    page.get_by_role("link", name=words("Message texts")).first.click()  # C17
    assert_accessible(page)
    page.get_by_role("link", name=words("Order announcement to courier")).click()
    expect(page.get_by_role("heading", name=words("Order announcement to courier"))).to_be_visible()
    page.get_by_role("textbox", name=words("Order announcement to courier")).fill(
        "سفارش {number} برای شماست: {address}"
    )
    page.get_by_role("button", name=words("Save")).click()
    assert_accessible(page)


def _define_courier(page: Page, words: Words) -> None:
    page.goto("/dashboard/")
    _menu(page, words, "Couriers")  # C7
    assert_accessible(page)
    page.locator("main").get_by_role("link", name=words("Add")).first.click()
    expect(page.locator("main form").first).to_be_visible()  # C8: the guide stands on top of it
    page.get_by_label(words("Name")).fill("رضا پیک‌موتوری")
    page.get_by_label(words("Phone")).fill("۰۹۱۲۳۴۵۶۷۸۹")
    page.get_by_label(words("Username")).fill("reza-peyk")
    page.get_by_label(words("Password")).fill(PASSWORD)
    assert_accessible(page)
    page.get_by_role("button", name=words("Save")).click()
    expect(page.get_by_text("reza-peyk").first).to_be_visible()


def _hand_over(page: Page, words: Words, parcel: Order) -> None:
    page.goto("/dashboard/")
    _menu(page, words, "Order list")  # C9
    page.get_by_role("link", name=words("Order details")).first.click()  # C10
    expect(page).to_have_url(re.compile(rf"/orders/{parcel.pk}/"))
    page.get_by_role("button", name=words("Confirm order")).first.click()  # C11
    expect(page.get_by_text(words.word("Confirmed")).first).to_be_visible()
    section = page.get_by_role("region", name=words("Assign to courier"))  # C12
    expect(section).to_be_visible()
    assert_accessible(page)
    section.get_by_role("button", name=re.compile("رضا پیک‌موتوری")).click()
    expect(section.locator(".handing-now")).to_contain_text("رضا پیک‌موتوری")
    announcement = Notification.objects.get(channel="sms")
    number = str(parcel.number).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert announcement.body.strip() == f"سفارش {number} برای شماست: تهران، خیابان ولیعصر، پلاک ۱۲"
    assert announcement.address == "+989123456789"


def _deliver(page: Page, words: Words, parcel: Order) -> None:
    page.goto("/accounts/login/")  # C13, C14
    page.locator("[name=login]").fill("reza-peyk")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/my-tasks/"))
    expect(page.get_by_role("heading", level=1, name=words("My tasks"))).to_be_visible()  # C15
    expect(page.get_by_role("link", name=words("My tasks")).first).to_be_attached()
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("ولیعصر")).first.click()
    assert_accessible(page)
    expect(page.get_by_text(re.compile("[۱1][۲2][۰0][.٫][۵5]"))).to_have_count(0)  # C6: no prices at first
    for state in ("Picked up", "On the way", "Delivered"):  # C16
        page.get_by_role("button", name=words(state)).first.click()
        expect(page.get_by_text(words.word(state)).first).to_be_visible()
