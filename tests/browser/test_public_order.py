"""An order for somebody without an account: made by the shop, opened and paid by whoever has its link."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Provider, User
from orders.domain import add_account, save_payment_settings
from orders.models import Order, TransferNotice
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words
from tests.support.pictures import a_picture

pytestmark = pytest.mark.browser

CLIPBOARD = ["clipboard-read", "clipboard-write"]
SLIP: Any = {"name": "slip.png", "mimeType": "image/png", "buffer": a_picture(size=(300, 500))}


def test_an_order_for_a_customer_is_paid_with_its_link_alone(
    open_browser: Callable[..., Page], shop: Provider, make_service: Callable[..., Service], provider: User
) -> None:
    User.objects.filter(pk=provider.pk).update(language="th")
    add_account(shop, bank="Kasikornbank", number="123-4-56789-0", holder="Siam Legal Co.")
    save_payment_settings(shop, promptpay_id="081-234-5678", unpaid_hours=None)
    mine, theirs = Words("th"), Words("fa")
    page = open_browser(provider, language="th", viewport=PHONE, permissions=CLIPBOARD)

    _take(page, mine, make_service("ชามะลิ", kind=ServiceKind.GOODS))
    link = _copy_the_link(page, mine)
    page.go_back()
    page.get_by_role("button", name=mine("Save")).click()  # the same order, sent once more
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    order = Order.objects.get()
    assert (order.total, order.phone, order.customer_name) == (Decimal("3000"), "+66812345678", "สมหญิง ใจดี")

    holder = open_browser(language="fa", viewport=PHONE)
    beside = open_browser(language="en", viewport=DESKTOP)
    for visitor in (holder, beside):
        visitor.goto(link)
    _pay_by_link(holder, theirs, link)
    notice = TransferNotice.objects.get()
    assert (notice.order_id, notice.amount, notice.by_id) == (order.pk, Decimal("3000"), None)
    beside.reload()  # who shares the link sees that it waits, and no code to pay once more
    expect(beside.get_by_text("You notified a transfer.")).to_be_visible()
    expect(beside.locator("svg.promptpay-code")).to_have_count(0)
    assert_sound(beside)
    page.goto(f"/orders/notices/{notice.pk}/")
    page.get_by_role("button", name=mine("Accept", context="transfer notice")).click()
    expect(page.get_by_text(mine("Accepted", context="transfer notice")).first).to_be_visible()
    holder.reload()
    expect(holder.get_by_text(theirs("Accepted", context="transfer notice"))).to_be_visible()
    expect(holder.get_by_role("link", name=theirs("Notify a transfer"))).to_have_count(0)
    assert_sound(holder)
    for wrong in (f"{link[:-2]}/", f"{link}/", "/o/%2e/"):
        answer = holder.goto(wrong)
        assert answer is not None
        assert answer.status == 404
    assert_sound(holder)


def _take(page: Page, words: Words, service: Service) -> None:
    page.goto("/sales/order/")
    assert_sound(page)
    page.get_by_label(words("Phone")).fill("๐๘๑-๒๓๔-๕๖๗๘")
    page.get_by_role("button", name=words("Save")).click()
    expect(page.locator("[name=phone]")).to_have_value("๐๘๑-๒๓๔-๕๖๗๘")  # refused: nothing is chosen
    assert_sound(page)
    page.get_by_label(words("Customer name")).fill("สมหญิง ใจดี")
    page.locator("[name=lines-0-service]").select_option(str(service.pk))
    page.locator("[name=lines-0-quantity]").fill("๒")
    expect(page.locator("#sale-total")).to_contain_text("3,000")
    page.get_by_role("button", name=words("Save")).dblclick()
    expect(page).to_have_url(re.compile(r"/sales/order/\d+/"))
    assert_sound(page)


def _copy_the_link(page: Page, words: Words) -> str:
    """The path of what is then in the clipboard."""
    page.get_by_role("button", name=words("Copy")).click()
    expect(page.get_by_role("button", name=words("Copied"))).to_be_visible()
    return urlsplit(page.evaluate("navigator.clipboard.readText()")).path


def _pay_by_link(page: Page, words: Words, link: str) -> None:
    expect(page.get_by_text("123-4-56789-0")).to_be_visible()
    expect(page.locator("svg.promptpay-code")).to_be_visible()
    expect(page.get_by_text("0812345678")).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name=words("Notify a transfer")).click()
    assert_sound(page)
    page.get_by_role("combobox", name=words("Bank")).select_option("PromptPay")
    page.get_by_label(words("Amount")).fill("۳٬۰۰۰")
    page.locator("[name=slip]").set_input_files(SLIP)
    page.get_by_role("button", name=words("Send")).dblclick()
    expect(page).to_have_url(re.compile(f"{link}$"))
    expect(page.get_by_text(words("Waiting", context="transfer notice"))).to_be_visible()
    page.go_back()
    page.get_by_role("combobox", name=words("Bank")).select_option("PromptPay")
    page.get_by_role("button", name=words("Send")).click()
    expect(page).to_have_url(re.compile(f"{link}$"))
