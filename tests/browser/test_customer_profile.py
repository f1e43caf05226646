"""What a shop knows of one customer, opened from the chat; and two entries of one person made one."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Provider, User
from appointments.domain.booking import book_appointment
from followup.domain import add_note
from messaging.domain import post_message
from messaging.models import Thread
from orders.domain import (
    Item,
    accept_notice,
    claim_transfer,
    complete_order,
    confirm_order,
    place_order,
    take_order,
)
from orders.models import Order
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser


@pytest.fixture
def history(thread: Thread, service: Service, customer: User, provider: User) -> Order:
    """A completed and paid order, with a note, a message and an appointment."""
    User.objects.filter(pk=customer.pk).update(display_name="สมหญิง <ใจดี>", phone="+66812345678")
    post_message(thread, by=customer, body="สวัสดีค่ะ")
    order = place_order(service, by=customer, form_token=uuid4())
    confirm_order(order, by=provider)
    paid = {"bank": "กสิกรไทย", "amount": order.total, "transferred_at": timezone.now()}
    accept_notice(claim_transfer(order, by=customer, form_token=uuid4(), **paid), by=provider)
    complete_order(order, by=provider)
    add_note(order, by=provider, note="ลูกค้าพอใจมาก 👍", follow_up_at=None, form_token=uuid4())
    start = (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    book_appointment(thread, by=provider, topic="คุยครั้งแรก", start=start)
    return order


def test_everything_about_a_customer_is_one_step_from_the_chat(
    open_browser: Callable[..., Page], thread: Thread, history: Order, provider: User, agent: User
) -> None:
    User.objects.filter(pk__in=[provider.pk, agent.pk]).update(language="th")
    words = Words("th")
    page = open_browser(agent, language="th", viewport=PHONE)

    page.goto(thread.get_absolute_url())
    page.get_by_role("link", name=words("Customer profile")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("สมหญิง <ใจดี>")
    expect(page.get_by_role("link", name="+66 81 234 5678")).to_be_visible()
    assert_sound(page)
    kinds = page.locator(".history-entry").evaluate_all(
        "rows => rows.map(row => row.className.match(/history-(?!entry)(\\w+)/)[1])"
    )
    assert sorted(kinds) == sorted(
        ["first_message", *["event"] * 3, "notice", "decision", "paid", "note", "appointment"]
    )
    for said in ("สวัสดีค่ะ", "กสิกรไทย", "ลูกค้าพอใจมาก 👍", "คุยครั้งแรก"):
        expect(page.locator(".history").get_by_text(said).first).to_be_visible()
    page.locator(".history-appointment a").click()
    expect(page).to_have_url(re.compile(r"/appointments/\d+/"))
    page.go_back()
    page.locator(".history-event a").first.click()
    expect(page).to_have_url(re.compile(rf"{history.get_absolute_url()}$"))
    page.go_back()
    page.get_by_role("link", name=words("Message")).click()
    expect(page).to_have_url(re.compile(rf"{thread.get_absolute_url()}$"))


def test_two_entries_of_one_person_are_corrected_and_made_one(
    open_browser: Callable[..., Page], shop: Provider, service: Service, provider: User
) -> None:
    User.objects.filter(pk=provider.pk).update(language="fa")
    words = Words("fa")
    first, second = (
        take_order(shop, by=provider, name=name, phone=phone, items=[Item(service)], form_token=uuid4())
        for name, phone in (("Sara", "+66812345678"), ("سارا", "+66898765432"))
    )
    page = open_browser(provider, language="fa", viewport=DESKTOP)
    page.goto(f"/customers/{first.thread_id}/")
    other_tab = page.context.new_page()
    other_tab.goto(f"/customers/{second.thread_id}/")
    assert_sound(page)

    page.get_by_label(words("Customer name")).fill("سارا رضایی")
    page.locator("[name=phone]").fill("۰۸۹۸۷۶۵۴۳۲")
    page.get_by_role("button", name=words("Save")).click()
    expect(page.locator("[name=phone]")).to_have_value("۰۸۹۸۷۶۵۴۳۲")  # refused: the other entry's
    expect(page.locator("[name=phone]")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label(words("Customer name"))).to_have_value("سارا رضایی")
    assert_sound(page)
    page.locator("[name=phone]").fill("۰۸۱ ۲۳۴ ۵۶۷۸")
    page.get_by_role("button", name=words("Save")).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("سارا رضایی")
    page.get_by_role("searchbox").last.fill("۰۸۹۸۷۶۵۴۳۲")
    page.get_by_role("button", name=words("Search")).last.click()
    page.locator(".twins summary").click()
    assert_sound(page)
    page.get_by_role("button", name=words("Merge for good")).dblclick()
    expect(page.locator(".history-event")).to_have_count(2)
    assert set(Order.objects.values_list("customer_id", "thread_id")) == {
        (first.customer_id, first.thread_id)
    }
    other_tab.get_by_role("button", name=words("Save")).click()  # of the entry that is gone
    expect(other_tab.locator("[name=phone]")).to_have_count(0)
