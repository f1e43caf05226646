"""Manual A, word for word: a provider in one browser and a customer in another, until they see each other.

The Thai words are the manual's own; tests/manuals/test_words.py holds the catalogs to them. The numbers
in the comments are the manual's lines.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from marketplace.notify.models import Notification
from services.models import Category
from tests.browser.axe import assert_accessible
from tests.browser.calls import KEEP_CONNECTIONS, picture_moves
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser

PASSWORD = "a-long-test-password"
ZONE = timezone.get_fixed_timezone(7 * 60)


@pytest.mark.parametrize(
    ("language", "viewport"), [("th", DESKTOP), ("fa", PHONE)], ids=["th-desktop", "fa-phone"]
)
def test_manual_a_is_followed_to_the_video_call(
    open_browser: Callable[..., Page],
    site: str,
    category: Category,
    photo_file: Any,
    language: str,
    viewport: Any,
) -> None:
    words = Words(language)
    provider = open_browser(language=language, viewport=viewport)
    customer = open_browser(language=language, viewport=viewport)
    for page in (provider, customer):
        page.add_init_script(KEEP_CONNECTIONS)

    _sign_up(provider, words, "Siam Legal", "provider@people.example", "Provider")
    _log_out_and_in(provider, words, "provider@people.example")
    _add_service(provider, words, photo_file)
    _sign_up(customer, words, "Somying", "customer@people.example", "Customer")
    _order(customer, words)
    _provider_reads_and_answers(provider, words)
    _make_appointment(provider, words)
    _meet(provider, customer, words)


def _sign_up(page: Page, words: Words, name: str, email: str, role: str) -> None:
    page.goto("/")
    start = page.get_by_role("link", name=words("Get started"))  # A2
    box = start.bounding_box()
    width = page.viewport_size["width"]  # type: ignore[index]
    assert box is not None
    # Top right; in a right-to-left page the same corner is at the left.
    edge = box["x"] if words.language == "fa" else width - box["x"] - box["width"]
    assert (box["y"] < 80, edge < width / 3) == (True, True)
    start.click()
    page.get_by_role("link", name=words("Sign up")).or_(
        page.get_by_role("button", name=words("Sign up"))
    ).first.click()  # A3
    assert_accessible(page)
    page.get_by_label(words("Name")).fill(name)
    page.get_by_label(words("Email")).fill(email)
    page.get_by_label(words("Password"), exact=False).first.fill(PASSWORD)
    page.get_by_role("radio", name=words(role)).check()  # A4
    page.get_by_role("button", name=words("Sign up")).click()
    expect(page.get_by_role("heading", name=words("Member system"))).to_be_visible()


def _log_out_and_in(page: Page, words: Words, email: str) -> None:
    page.goto("/dashboard/")
    page.locator("details.menu summary").last.click()
    page.get_by_role("button", name=words("Log out")).filter(visible=True).first.click()
    page.goto("/accounts/login/")
    assert page.get_by_role("link", name=words("Forgot password")).is_visible()  # A6
    page.get_by_label(words("Email")).fill(email)  # A5
    page.get_by_label(words("Password")).first.fill(PASSWORD)
    page.get_by_role("button", name=words("Log in")).click()
    expect(page.get_by_role("heading", name=words("Member system"))).to_be_visible()  # A7
    expect(page.locator("main").get_by_role("link", name=words("All orders"))).to_be_visible()  # A8
    assert_accessible(page)


def _open_menu(page: Page) -> None:
    """On a phone the left-hand menu is a drawer."""
    button = page.locator("[popovertarget=side-menu]").first
    if button.is_visible():
        button.click()


def _add_service(page: Page, words: Words, photo_file: Any) -> None:
    _open_menu(page)
    page.locator("#side-menu").get_by_role("link", name=words("Add service")).click()  # A9
    expect(page.get_by_role("heading", name=words("Add service"))).to_be_visible()  # A10
    assert_accessible(page)
    page.locator("[name=title]").fill("ปรึกษากฎหมายกับทนาย")
    page.locator("[name=description]").fill("คุยกับทนายหนึ่งชั่วโมงผ่านวิดีโอคอล")
    page.locator("[name=category]").select_option(index=1)
    page.locator("[name=price]").fill("๑,๕๐๐" if words.language == "th" else "۱۵۰۰")
    page.locator("[name=duration_minutes]").fill("60")
    kind = page.locator("[name=kind]")
    if kind.first.evaluate("e => e.tagName") == "SELECT":
        kind.select_option("video_call")
    else:
        page.locator("[name=kind][value=video_call]").check()
    page.locator("input[type=file]").set_input_files(photo_file)
    page.get_by_role("button", name=words("Save")).click()
    expect(page.get_by_text("ปรึกษากฎหมายกับทนาย").first).to_be_visible()


def _order(page: Page, words: Words) -> None:
    page.goto("/services/?q=กฎหมาย")  # A11: on the site at once
    assert_accessible(page)
    page.get_by_role("link", name="ปรึกษากฎหมายกับทนาย").first.click()
    assert_accessible(page)
    page.get_by_role("link", name=words("Order")).or_(
        page.get_by_role("button", name=words("Order"))
    ).first.click()
    page.get_by_role("button", name=words("Order")).last.click()
    expect(page).to_have_url(re.compile(r"/orders/\d+/"))
    assert_accessible(page)


def _provider_reads_and_answers(page: Page, words: Words) -> None:
    mail = Notification.objects.get(kind="order_placed")  # A12, A13
    assert mail.address == "provider@people.example"
    page.goto("/dashboard/")
    page.locator("header").get_by_role("link", name=words("New messages")).click()  # A15
    unread = page.locator("main").get_by_role("link").filter(has_text=words.word("Unread"))  # A16
    expect(unread.first).to_be_visible()
    assert_accessible(page)
    unread.first.click()
    page.get_by_role("textbox", name=words("Message")).fill("สวัสดีครับ สะดวกวันไหนครับ")
    page.get_by_role("button", name=words("Send")).click()
    expect(page.locator("main").get_by_text("สวัสดีครับ สะดวกวันไหนครับ").last).to_be_visible()
    assert_accessible(page)


def _make_appointment(page: Page, words: Words) -> None:
    page.get_by_role("link", name=words("Appointment")).first.click()  # A17
    page.get_by_label(words("Appointment topic")).fill("คุยครั้งแรก")  # A18
    start = timezone.now().astimezone(ZONE) + timedelta(minutes=3)
    page.get_by_role("textbox", name=words("Date and time")).fill(start.strftime("%Y-%m-%d %H:%M"))
    assert_accessible(page)
    page.get_by_role("button", name=words("Confirm appointment")).click()  # A19
    page.get_by_role("link", name=words("View your appointments")).filter(visible=True).first.click()  # A20


def _meet(provider: Page, customer: Page, words: Words) -> None:
    customer.goto("/appointments/")
    for page in (provider, customer):
        assert_accessible(page)
        page.locator("main").get_by_role("link", name=words("VDO Call")).first.click()  # A21: green
        page.get_by_role("button", name=words("Join")).click()
    for page in (provider, customer):
        picture_moves(page)
    assert_accessible(provider)
    for page in (provider, customer):
        page.get_by_role("button", name=words("Leave")).click()
