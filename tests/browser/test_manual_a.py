"""Manual A, word for word: a provider in one browser and a customer in another, until they see each other.

The Thai words are the manual's own; tests/manuals/test_words.py holds the catalogs to them. The numbers
in the comments are the manual's lines.
"""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from marketplace.common.text import fold_digits
from services.models import Category
from tests.browser.axe import assert_sound
from tests.browser.calls import KEEP_CONNECTIONS, picture_moves
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser

PASSWORD, NEW_PASSWORD = "a-long-test-password", "quite-new-words-7"
TITLE = "ปรึกษากฎหมายกับทนาย"
QUESTION, ANSWER = "สวัสดีครับ สะดวกวันไหนครับ", "วันนี้ค่ะ อีกสักครู่ก็ได้"
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
    _log_out_and_in(provider, words, "provider@people.example", PASSWORD)
    _forget_the_password(provider, words, "provider@people.example")
    _log_out_and_in(provider, words, "provider@people.example", NEW_PASSWORD)
    _counts_all_orders(provider, words, 0)
    _add_service(provider, words, photo_file)
    _sign_up(customer, words, "Somying", "customer@people.example", "Customer")
    _order(customer, words)
    _counts_all_orders(provider, words, 1)
    _mail_is_sent(provider, words, "provider@people.example", TITLE)
    _provider_reads_and_asks(provider, words)
    _customer_reads_and_answers(customer, words)
    expect(provider.locator("main").get_by_text(ANSWER).last).to_be_visible()
    _make_appointment(provider, words)
    _meet(provider, customer, words)


def _start(page: Page, words: Words) -> None:
    """A2, from the first page; it leads to where a member logs in and anybody else signs up."""
    page.goto("/")
    assert_sound(page)
    start = page.get_by_role("link", name=words("Get started"))
    box = start.bounding_box()
    width = page.viewport_size["width"]  # type: ignore[index]
    assert box is not None
    # Top right; in a right-to-left page the same corner is at the left.
    edge = box["x"] if words.language == "fa" else width - box["x"] - box["width"]
    assert (box["y"] < 80, edge < width / 3) == (True, True)
    start.click()
    expect(page.get_by_role("heading", name=words("Log in"))).to_be_visible()
    assert_sound(page)


def _sign_up(page: Page, words: Words, name: str, email: str, role: str) -> None:
    _start(page, words)
    page.get_by_role("link", name=words("Sign up")).first.click()  # A3
    expect(page.get_by_role("heading", name=words("Sign up"))).to_be_visible()
    assert_sound(page)
    page.get_by_label(words("Name")).fill(name)
    page.get_by_label(words("Email")).fill(email)
    page.get_by_label(words("Password"), exact=False).first.fill(PASSWORD)
    page.get_by_role("radio", name=words(role)).check()  # A4
    page.get_by_role("button", name=words("Sign up")).click()
    expect(page.get_by_role("heading", name=words("Member system"))).to_be_visible()


def _log_out(page: Page, words: Words) -> None:
    page.locator("details.menu summary").last.click()
    page.get_by_role("button", name=words("Log out")).filter(visible=True).first.click()
    expect(page.get_by_role("link", name=words("Get started"))).to_be_visible()


def _log_out_and_in(page: Page, words: Words, email: str, password: str) -> None:
    _log_out(page, words)
    _start(page, words)  # A3: a member comes this way too
    page.get_by_label(words("Email")).fill(email)  # A5
    page.get_by_label(words("Password")).first.fill(password)
    page.get_by_role("button", name=words("Log in")).click()
    expect(page.get_by_role("heading", name=words("Member system"))).to_be_visible()  # A7
    assert_sound(page)


def _forget_the_password(page: Page, words: Words, email: str) -> None:
    """A6, up to the new password by the link in the mail."""
    _log_out(page, words)
    _start(page, words)
    page.get_by_role("link", name=words("Forgot password")).click()
    assert_sound(page)
    page.get_by_label(words("Email")).fill(email)
    page.get_by_role("button", name=words("Send the link")).click()
    expect(page.get_by_role("heading", name=words("Check your email"))).to_be_visible()
    assert_sound(page)
    letter = _mail_is_sent(page, words, email, "/password/reset/key/")
    link = letter.locator("a[href*='/password/reset/key/']").get_attribute("href")
    page.goto(urlsplit(str(link)).path)
    assert_sound(page)
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill(NEW_PASSWORD)
    page.get_by_role("button", name=words("Save and log in")).click()
    expect(page.get_by_role("heading", name=words("Member system"))).to_be_visible()


def _mail_is_sent(page: Page, words: Words, address: str, text: str) -> Locator:
    """The mail to `address` with `text` as it is read at /outbox/, once it has gone out."""
    deadline = time.monotonic() + 30
    while True:
        page.goto("/outbox/")
        letter = page.locator("article").filter(has_text=address).filter(has_text=text)
        if letter.filter(has=page.locator(".pill-enter", has_text=words.word("Sent"))).count():
            break
        assert time.monotonic() < deadline, page.locator("main").inner_text()
    assert_sound(page)
    expect(letter.first).to_be_visible()
    return letter.first


def _counts_all_orders(page: Page, words: Words, number: int) -> None:
    page.goto("/dashboard/")
    tile = page.locator("main").get_by_role("link", name=words("All orders"))  # A8
    assert fold_digits(tile.locator(".tile-value").inner_text()) == str(number)


def _colour(element: Locator, of: str) -> str:
    """ "red", "green" or what else the browser draws `of` the element in."""
    drawn = element.evaluate("(e, of) => getComputedStyle(e)[of]", of)
    red, green, blue = (int(part) for part in re.findall(r"\d+", drawn)[:3])
    if red > 1.5 * max(green, blue):
        return "red"
    return "green" if green > 1.5 * max(red, blue) else drawn


def _open_menu(page: Page) -> None:
    """On a phone the left-hand menu is a drawer."""
    button = page.locator("[popovertarget=side-menu]").first
    if button.is_visible():
        button.click()


def _add_service(page: Page, words: Words, photo_file: Any) -> None:
    _open_menu(page)
    page.locator("#side-menu").get_by_role("link", name=words("Add service")).click()  # A9
    expect(page.get_by_role("heading", name=words("Add service"))).to_be_visible()  # A10
    assert_sound(page)
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
    page.goto("/")
    search = page.locator("main").get_by_role("search")
    search.get_by_role("searchbox").fill("กฎหมาย")
    search.get_by_role("button", name=words("Search")).click()  # A11: on the site at once
    expect(page).to_have_url(re.compile(r"/services/\?q="))
    assert_sound(page)
    page.get_by_role("link", name=TITLE).first.click()
    assert_sound(page)
    page.get_by_role("link", name=words("Order")).or_(
        page.get_by_role("button", name=words("Order"))
    ).first.click()
    expect(page.get_by_role("heading", name=words("What would you like?"))).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name=words("Order")).last.click()
    expect(page).to_have_url(re.compile(r"/orders/\d+/"))
    assert_sound(page)


def _unread_topic(page: Page, words: Words) -> Locator:
    """A15, A16: by the one word and by the other the same topics are listed, the unread one in red."""
    page.goto("/dashboard/")
    page.locator("header").get_by_role("link", name=words("New messages")).click()
    expect(page.get_by_role("heading", name=words("Inbox"))).to_be_visible()
    listed = page.locator("main [data-thread-rows]").inner_text()
    _open_menu(page)
    page.locator("#side-menu").get_by_role("link", name=words("Inbox")).click()
    expect(page.get_by_role("heading", name=words("Inbox"))).to_be_visible()
    assert page.locator("main [data-thread-rows]").inner_text() == listed
    unread = page.locator("main").get_by_role("link").filter(has_text=words.word("Unread"))
    expect(unread.first).to_be_visible()
    assert _colour(unread.first.locator(".badge-unread"), "backgroundColor") == "red"
    assert_sound(page)
    return unread.first


def _write(page: Page, words: Words, text: str) -> None:
    page.get_by_role("textbox", name=words("Message")).fill(text)
    page.get_by_role("button", name=words("Send")).click()
    expect(page.locator("main").get_by_text(text).last).to_be_visible()
    assert_sound(page)


def _provider_reads_and_asks(page: Page, words: Words) -> None:
    _unread_topic(page, words).click()  # A13: the order is there
    expect(page.locator("main").get_by_role("heading", name=TITLE).first).to_be_visible()
    _write(page, words, QUESTION)  # A14


def _customer_reads_and_answers(page: Page, words: Words) -> None:
    _unread_topic(page, words).click()
    expect(page.locator("main").get_by_text(QUESTION).last).to_be_visible()
    _write(page, words, ANSWER)
    page.goto("/inbox/")
    expect(page.locator("main [data-thread-rows] .badge-unread")).to_have_count(0)  # read: not red any more


def _make_appointment(page: Page, words: Words) -> None:
    page.get_by_role("link", name=words("Appointment")).first.click()  # A17
    page.get_by_label(words("Appointment topic")).fill("คุยครั้งแรก")  # A18
    start = timezone.now().astimezone(ZONE) + timedelta(minutes=3)
    page.get_by_role("textbox", name=words("Date and time")).fill(start.strftime("%Y-%m-%d %H:%M"))
    assert_sound(page)
    page.get_by_role("button", name=words("Confirm appointment")).click()  # A19
    expect(page.get_by_role("heading", name=words("The appointment is made"))).to_be_visible()
    assert_sound(page)
    page.locator("main").get_by_role("link", name=words("View your appointments")).click()  # A20
    expect(page.get_by_role("heading", name=words("View your appointments"))).to_be_visible()


def _meet(provider: Page, customer: Page, words: Words) -> None:
    customer.goto("/dashboard/")
    _open_menu(customer)
    customer.locator("#side-menu").get_by_role("link", name=words("View your appointments")).click()
    for page in (provider, customer):
        row = page.locator("main li").filter(has_text="คุยครั้งแรก")
        enter = row.get_by_role("link", name=words("VDO Call"))
        expect(enter).to_be_visible()
        assert_sound(page)
        assert _colour(row, "borderTopColor") == "green"  # A21
        assert _colour(enter, "backgroundColor") == "green"
        enter.click()
        expect(page.get_by_role("button", name=words("Join"))).to_be_enabled()
        assert_sound(page)
        page.get_by_role("button", name=words("Join")).click()
    for page in (provider, customer):
        picture_moves(page)
        assert_sound(page)
    for page in (provider, customer):
        page.get_by_role("button", name=words("Leave")).click()
