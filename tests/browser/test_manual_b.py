"""Manual B, word for word: from a web order to an ended follow-up, and a callback request the same way.

The Thai words are the manual's own; tests/manuals/test_words.py holds the catalogs to them. The numbers
in the comments are the manual's lines.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from orders.models import Order
from services.models import Service
from tests.browser.axe import assert_accessible
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser

MENUS = ["Follow-up", "Orders", "Callback requests", "Transfer notices", "Reports", "Order for a customer"]


@pytest.mark.parametrize(
    ("language", "viewport"),
    [("th", DESKTOP), ("th", PHONE), ("fa", PHONE)],
    ids=["th-desktop", "th-phone", "fa-phone"],
)
def test_manual_b_is_followed_from_a_web_order_to_an_ended_follow_up(
    open_browser: Callable[..., Page],
    service: Service,
    provider: User,
    customer: User,
    language: str,
    viewport: Any,
) -> None:
    words = Words(language)
    User.objects.filter(pk__in=[provider.pk, customer.pk]).update(language=language)
    _order_on_the_web(open_browser(customer, language=language, viewport=viewport), words, service)
    page = open_browser(provider, language=language, viewport=viewport)

    _open_desk(page, words)
    _note_with_a_date(page, words)
    _due_now(page, words)
    _end(page, words)


def test_a_callback_request_is_followed_up_the_same_way(
    open_browser: Callable[..., Page], service: Service, provider: User
) -> None:
    words = Words("th")
    User.objects.filter(pk=provider.pk).update(language="th")
    visitor = open_browser(language="th", viewport=PHONE)
    visitor.goto(service.get_absolute_url())
    visitor.get_by_role("link", name=words("Contact me back")).click()  # B19
    assert_accessible(visitor)
    visitor.get_by_label(words("Name")).fill("สมหญิง ใจดี")
    visitor.get_by_label(words("Phone")).fill("๐๘๑ ๒๓๔ ๕๖๗๘")
    visitor.get_by_label(words("Message")).fill("อยากทราบราคาค่ะ")
    visitor.get_by_role("button", name=words("Contact me back")).click()
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()
    page = open_browser(provider, language="th", viewport=DESKTOP)

    page.goto("/sales/callbacks/")
    assert_accessible(page)
    expect(page.get_by_text("+66 81 234 5678").first).to_be_visible()
    _symbol(page, words, "Not followed up").click()  # B1, B3, B5
    _write(page, words, "โทรกลับแล้ว ลูกค้าขอคิดดูก่อน")
    page.get_by_role("textbox", name=words("Follow-up date")).click()
    page.get_by_role("dialog").get_by_role("button", name=words("Now")).click()  # B9
    page.get_by_role("button", name=words("OK")).click()
    expect(page.locator(".note").first).to_contain_text("โทรกลับแล้ว")
    page.goto("/sales/callbacks/")
    expect(_symbol(page, words, "Due for follow-up")).to_be_visible()


def _order_on_the_web(page: Page, words: Words, service: Service) -> None:
    page.goto(f"/services/{service.pk}/order/")
    page.get_by_role("button", name=words("Order")).last.click()
    expect(page).to_have_url(re.compile(r"/orders/\d+/"))  # B2


def _open_desk(page: Page, words: Words) -> None:
    page.goto("/dashboard/")
    drawer = page.locator("[popovertarget=side-menu]").first
    if drawer.is_visible():
        drawer.click()
    page.locator("#side-menu").get_by_role("link", name=words("Sales Management")).click()
    assert_accessible(page)
    for menu in MENUS:  # B18
        expect(
            page.locator("main").get_by_role("link", name=re.compile(words.word(menu))).first
        ).to_be_visible()
    page.locator("main .desk-ways").get_by_role(
        "link", name=re.compile(words.word("Follow-up"))
    ).first.click()
    assert_accessible(page)
    menus = page.locator(".desk-menus")
    assert [menus.get_by_role("link", name=words(menu)).count() for menu in MENUS] == [1] * 6


def _symbol(page: Page, words: Words, state: str) -> Locator:
    """The leftmost cell's symbol of the first row."""
    return page.get_by_role("row").nth(1).get_by_role("cell").first.get_by_role("link", name=words(state))


def _write(page: Page, words: Words, note: str) -> None:
    page.get_by_role("textbox", name=words("Note")).fill(note)  # B6


def _note_with_a_date(page: Page, words: Words) -> None:
    _symbol(page, words, "Not followed up").click()  # B3, B5
    expect(page.get_by_role("heading", name=words("Order details"))).to_be_visible()  # B6
    expect(page.get_by_role("button", name=words("Confirm order")).first).to_be_visible()
    assert_accessible(page)
    _write(page, words, "ลูกค้าขอคิดดูก่อน 👍 “นัดพรุ่งนี้”")  # B7: any text
    page.get_by_role("textbox", name=words("Follow-up date")).click()  # B8: a calendar appears
    calendar = page.get_by_role("dialog")
    expect(calendar).to_be_visible()
    box = page.get_by_role("textbox", name=words("Follow-up date"))
    calendar.get_by_role("gridcell").last.click()
    calendar.get_by_role("button", name=words("Done")).click()
    expect(calendar).to_be_hidden()
    assert box.input_value() != ""  # B10
    page.get_by_role("button", name=words("OK")).click()
    expect(page.locator(".note").first).to_contain_text("ลูกค้าขอคิดดูก่อน 👍 “นัดพรุ่งนี้”")  # B11
    is_below = page.evaluate(
        "() => document.querySelector('.note').getBoundingClientRect().top"
        " > document.querySelector('[name=note]').getBoundingClientRect().bottom"
    )
    assert is_below
    page.goto("/sales/follow-up/")
    symbol = _symbol(page, words, "Following up")  # B12, B14
    if (page.viewport_size or {"width": 0})["width"] > 600:
        symbol.hover()  # B13
    else:
        symbol.focus()
    expect(page.get_by_role("tooltip").first).to_contain_text("ลูกค้าขอคิดดูก่อน")


def _due_now(page: Page, words: Words) -> None:
    _symbol(page, words, "Following up").click()
    _write(page, words, "ติดต่ออีกครั้งวันนี้")
    page.get_by_role("textbox", name=words("Follow-up date")).click()
    page.get_by_role("dialog").get_by_role("button", name=words("Now")).click()  # B9
    done = page.get_by_role("dialog").get_by_role("button", name=words("Done"))
    if done.is_visible():
        done.click()
    page.get_by_role("button", name=words("OK")).click()
    expect(page.locator(".note")).to_have_count(2)
    page.goto("/sales/follow-up/")
    expect(_symbol(page, words, "Due for follow-up")).to_be_visible()  # B14
    assert_accessible(page)


def _end(page: Page, words: Words) -> None:
    _symbol(page, words, "Due for follow-up").click()
    _write(page, words, "ปิดการขายแล้ว")  # B15
    page.get_by_role("button", name=words("OK")).click()
    summary = page.locator(".note").first
    expect(summary).to_contain_text("ปิดการขายแล้ว")
    with page.expect_response(re.compile(r"/tick/")):
        summary.get_by_role("checkbox", name=words("Follow-up ended")).check()  # B16
    expect(summary.get_by_role("checkbox", name=words("Follow-up ended"))).to_be_checked()
    assert_accessible(page)
    page.goto("/sales/follow-up/")
    expect(_symbol(page, words, "Follow-up ended")).to_be_visible()  # B17


def test_the_note_of_a_low_row_stands_above_its_symbol(
    open_browser: Callable[..., Page], order: Order, provider: User
) -> None:
    page = open_browser(provider, language="en", viewport=DESKTOP)
    page.goto("/sales/follow-up/")
    symbol = page.locator(".desk-cell-symbol > a").first
    bottom = int(symbol.evaluate("(symbol) => symbol.getBoundingClientRect().bottom"))
    page.set_viewport_size({"width": 1280, "height": bottom + 12})

    symbol.hover()

    expect(page.get_by_role("tooltip")).to_be_visible()
    tip = page.locator(".desk-tip").bounding_box()
    assert tip is not None
    assert tip["y"] >= 0
    assert tip["y"] + tip["height"] <= bottom


def test_a_tap_beside_the_note_sheet_only_closes_it(
    open_browser: Callable[..., Page], order: Order, provider: User
) -> None:
    page = open_browser(provider, language="en", viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/sales/follow-up/")
    page.locator(".desk-tip-button").tap()
    sheet = page.locator(".desk-tip:popover-open")
    expect(sheet).to_be_visible()
    name = page.locator(".desk-name").bounding_box()
    assert name is not None

    page.touchscreen.tap(name["x"] + 5, name["y"] + 5)

    expect(sheet).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/sales/follow-up/$"))
    page.locator(".desk-tip-button").tap()
    sheet.get_by_role("button", name="Close").tap()
    expect(sheet).to_be_hidden()
    page.touchscreen.tap(name["x"] + 5, name["y"] + 5)
    expect(page).to_have_url(re.compile(rf"/sales/orders/{order.pk}/$"))
