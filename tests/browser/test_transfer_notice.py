"""A transfer from both sides: what the customer says of it, and the shop's word that it came or did not."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Provider, User
from marketplace.common.calendars import format_date
from marketplace.notify.models import Notification
from orders.domain import add_account, save_payment_settings
from orders.models import Order, TransferNotice
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words
from tests.support.pictures import a_picture

pytestmark = pytest.mark.browser

ZONE = timezone.get_fixed_timezone(7 * 60)
SLIP: Any = {"name": "slip.png", "mimeType": "image/png", "buffer": a_picture(size=(300, 500))}
RENAMED_PDF: Any = {"name": "slip.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.4 not a picture"}
PDF: Any = {"name": "slip.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 not a picture"}
NOT_A_PHOTO = "This file is not a photo: choose a JPEG, PNG or WebP."


@pytest.fixture
def payable(order: Order, shop: Provider) -> Order:
    """1,500 baht, in a shop with an account and a PromptPay number."""
    add_account(shop, bank="Kasikornbank", number="123-4-56789-0", holder="Siam Legal Co.")
    save_payment_settings(shop, promptpay_id="081-234-5678", unpaid_hours=None)
    return order


def test_a_transfer_told_in_persian_is_accepted_and_paid_once(
    open_browser: Callable[..., Page], payable: Order, customer: User, provider: User
) -> None:
    User.objects.filter(pk=customer.pk).update(language="fa")
    User.objects.filter(pk=provider.pk).update(language="th")
    theirs, mine = Words("fa"), Words("th")
    page = open_browser(customer, language="fa", viewport=PHONE)

    _read_how_to_pay(page, theirs, payable)
    _tell_with_slips_that_are_none(page, theirs)
    expect(page).to_have_url(re.compile(rf"{payable.get_absolute_url()}$"))
    expect(page.get_by_text(theirs("Waiting", context="transfer notice")).first).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("PromptPay|QR"))).to_have_count(0)  # nobody pays twice
    assert_sound(page)

    notice = TransferNotice.objects.get()
    noon = (timezone.now().astimezone(ZONE) - timedelta(days=1)).replace(hour=12, minute=5)
    assert (notice.amount, notice.bank) == (Decimal("1500"), "Kasikornbank 123-4-56789-0")
    assert notice.transferred_at == noon.replace(second=0, microsecond=0)
    _accept_in_two_tabs(open_browser(provider, language="th", viewport=DESKTOP), mine, notice)
    expect(page.get_by_text(theirs("Accepted", context="transfer notice")).first).to_be_visible()  # live
    expect(page.get_by_role("link", name=theirs("Notify a transfer"))).to_have_count(0)
    assert Notification.objects.filter(kind="transfer_accepted").count() == 1


def test_a_rejected_transfer_says_why_and_can_be_told_again(
    open_browser: Callable[..., Page], payable: Order, customer: User, provider: User
) -> None:
    User.objects.filter(pk=customer.pk).update(language="vi")
    User.objects.filter(pk=provider.pk).update(language="th")
    theirs, mine = Words("vi"), Words("th")
    page = open_browser(customer, language="vi", viewport=DESKTOP)
    shop = open_browser(provider, language="th", viewport=PHONE)

    page.goto(f"{payable.get_absolute_url()}transfer/")
    _tell_by_another_bank(page, theirs)
    page.go_back()
    _tell_by_another_bank(page, theirs)  # the same filling-in, sent once more
    notice = TransferNotice.objects.get()
    assert notice.bank == "Vietcombank"
    shop.goto(f"/orders/notices/{notice.pk}/")
    stale = shop.context.new_page()
    stale.goto(f"/sales/transfers/{notice.pk}/")
    _reject(shop, mine)

    expect(page.get_by_text("ยังไม่มีเงินเข้าบัญชี <b>").first).to_be_visible()  # live, and as it was typed
    expect(page.get_by_role("link", name=theirs("Notify a transfer"))).to_be_visible()
    assert_sound(page)
    stale.get_by_role("button", name=mine("Accept", context="transfer notice")).click()
    expect(stale.get_by_text(mine.word("Rejected", context="transfer notice")).first).to_be_visible()
    assert_sound(stale)
    payable.refresh_from_db()
    notice.refresh_from_db()
    assert (payable.paid_at, notice.decision) == (None, "rejected")
    kinds = Notification.objects.filter(kind__in=["transfer_accepted", "transfer_rejected"])
    assert list(kinds.values_list("kind", flat=True)) == ["transfer_rejected"]


def _read_how_to_pay(page: Page, words: Words, order: Order) -> None:
    page.goto(order.get_absolute_url())
    expect(page.get_by_text("Kasikornbank")).to_be_visible()
    expect(page.get_by_text("123-4-56789-0")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("PromptPay|QR"))).to_be_visible()
    copy = page.locator("[data-copy-text='123-4-56789-0']")
    copy.dblclick()
    expect(copy).to_have_text(words.word("Copied"))
    assert_sound(page)
    expect(copy).to_have_text(words.word("Copy"))
    page.get_by_role("link", name=words("Notify a transfer")).click()


def _tell_with_slips_that_are_none(page: Page, words: Words) -> None:
    day = format_date(timezone.now().astimezone(ZONE) - timedelta(days=1), "fa")
    amount, moment = page.get_by_label(words("Amount")), page.locator("[name=transferred_at]")
    slip, send = page.locator("[name=slip]"), page.get_by_role("button", name=words("Send"))
    refusal = page.get_by_text(words.word(NOT_A_PHOTO))
    expect(page.locator("[data-other-bank]")).to_be_hidden()
    page.get_by_role("combobox", name=words("Bank")).select_option("Kasikornbank 123-4-56789-0")
    amount.fill("۱٬۵۰۰")
    moment.fill(f"{day} ۱۲:۰۵")
    preview = page.get_by_role("img", name=words("The chosen slip"))
    slip.set_input_files(SLIP)
    expect(preview).to_be_visible()
    slip.set_input_files(PDF)
    expect(refusal).to_be_visible()
    expect(preview).to_be_hidden()
    assert slip.evaluate("input => input.validity.customError")  # not sent without it, as if none was chosen
    slip.set_input_files(RENAMED_PDF)
    expect(refusal).to_be_hidden()
    expect(preview).to_be_hidden()
    send.click()

    expect(refusal).to_be_visible()
    expect(page.get_by_role("combobox", name=words("Bank"))).to_have_value("Kasikornbank 123-4-56789-0")
    expect(amount).to_have_value("۱٬۵۰۰")
    expect(moment).to_have_value(f"{day} ۱۲:۰۵")
    assert_sound(page)
    assert not TransferNotice.objects.exists()
    amount.fill("هزار")
    slip.set_input_files(SLIP)
    send.click()
    expect(page.get_by_text(words.word("Your slip is kept: no need to choose it again."))).to_be_visible()
    expect(amount).to_have_value("هزار")
    amount.fill("۱٬۵۰۰")
    send.dblclick()


def _accept_in_two_tabs(page: Page, words: Words, notice: TransferNotice) -> None:
    page.goto("/sales/transfers/")
    assert_sound(page)
    page.get_by_role("row").nth(1).get_by_role("link", name="Customer").click()
    slip = page.get_by_role("img", name=words("Slip"))
    expect(slip).to_be_visible()
    expect(slip).to_have_js_property("naturalWidth", 300)
    assert_sound(page)
    other = page.context.new_page()
    other.goto(f"/orders/notices/{notice.pk}/")
    accept = page.get_by_role("button", name=words("Accept", context="transfer notice"))
    accept.dblclick()
    expect(accept).to_have_count(0)
    expect(page.get_by_text(words("Accepted", context="transfer notice")).first).to_be_visible()
    paid_at = Order.objects.get().paid_at
    assert paid_at is not None
    other.get_by_role("button", name=words("Accept", context="transfer notice")).click()
    expect(other.get_by_text(words("Accepted", context="transfer notice")).first).to_be_visible()
    assert_sound(other)
    assert Order.objects.get().paid_at == paid_at


def _tell_by_another_bank(page: Page, words: Words) -> None:
    page.get_by_role("combobox", name=words("Bank")).select_option("other")
    other = page.get_by_label(words("Another bank"))
    expect(other).to_be_focused()
    other.fill("Vietcombank")
    page.get_by_label(words("Amount")).fill("1.500")
    page.get_by_role("button", name=words("Send")).click()
    expect(page).to_have_url(re.compile(r"/orders/\d+/$"))


def _reject(page: Page, words: Words) -> None:
    page.locator("summary").filter(has_text=words.word("Reject", context="transfer notice")).click()
    page.get_by_role("radio", name=words("Not ours")).check()
    page.get_by_role("button", name=words("Reject the notice")).click()
    expect(page.get_by_text(words.word("Say why: the customer will see it."))).to_be_visible()
    expect(page.get_by_role("radio", name=words("Not ours"))).to_be_checked()
    assert_sound(page)
    page.get_by_label(words("Reason")).fill("ยังไม่มีเงินเข้าบัญชี <b>")
    page.get_by_role("button", name=words("Reject the notice")).click()
    expect(page.get_by_role("button", name=words("Reject the notice"))).to_have_count(0)
