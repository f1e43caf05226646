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
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import Provider, User
from delivery.models import Courier, DeliveryEvent
from loyalty.models import Programme
from marketplace.notify.models import Notification
from orders.domain import place_order
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words
from tests.support.pictures import a_picture

pytestmark = pytest.mark.browser

PASSWORD = "peyk-sari-1405"
NOTE = "لطفاً به همسایه ندهید."
GUIDE = "Photo, vehicle and note help you to choose the right person for an order. They can be left empty."


@pytest.fixture
def parcel(make_service: Callable[..., Service], customer: User) -> Order:
    """Placed on the website, waiting for the shop."""
    saffron = make_service("زعفران سرگل", kind=ServiceKind.GOODS, price=Decimal("120.50"))
    order = place_order(saffron, by=customer, form_token=uuid4(), quantity=2)
    Order.objects.filter(pk=order.pk).update(
        delivery_address="تهران، خیابان ولیعصر، پلاک ۱۲", phone="+66812345678", note=NOTE
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
    _what_couriers_see(shop, words)
    _define_courier(shop, words)
    _hand_over(shop, words, parcel)
    phone = open_browser(language="fa", viewport=PHONE)
    _log_in(phone, words)
    _open_task(phone, words)
    _fail(phone, words)

    shop.goto(f"/orders/{parcel.pk}/")
    section = shop.get_by_role("region", name=words("Assign to courier"))
    expect(section.locator(".handing-now")).to_contain_text(words.word("Failed"))
    expect(section).to_contain_text(words.word("Nobody was there"))
    _assert_sound(shop)

    for state in ("On the way", "Delivered"):  # C16: the second try
        phone.get_by_role("button", name=words(state)).first.click()
        expect(phone.get_by_text(words.word(state)).first).to_be_visible()
    expect(phone.get_by_text(words.word("This task is finished."))).to_be_visible()
    shop.goto(f"/orders/{parcel.pk}/")
    expect(shop.get_by_text(words.word("Delivered")).first).to_be_visible()
    parcel.refresh_from_db()
    assert parcel.status == "completed"


def _assert_sound(page: Page) -> None:
    """Right to left too, as every page of this manual."""
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert_sound(page)


def _menu(page: Page, words: Words, name: str) -> None:
    drawer = page.locator("[popovertarget=side-menu]").first
    if drawer.is_visible():
        drawer.click()
    page.locator("#side-menu").get_by_role("link", name=words(name)).click()


def _settings(page: Page, words: Words, name: str) -> None:
    page.goto("/dashboard/")
    _menu(page, words, "Settings")
    page.locator("main").get_by_role("link", name=words(name)).click()


def _message_text(page: Page, words: Words) -> None:
    _settings(page, words, "SMS settings")  # C18: they come first
    expect(page.get_by_role("heading", level=1, name=words("SMS settings"))).to_be_visible()
    page.locator("[name=kind][value=console]").check()
    page.get_by_role("button", name=words("Save")).click()
    _assert_sound(page)
    _settings(page, words, "Message texts")  # C17
    _assert_sound(page)
    page.get_by_role("link", name=words("Order announcement to courier")).click()
    expect(page.get_by_role("heading", name=words("Order announcement to courier"))).to_be_visible()
    page.get_by_role("textbox", name=words("Order announcement to courier")).fill(
        "سفارش {number} برای شماست: {address}"
    )
    page.get_by_role("button", name=words("Save")).click()
    _assert_sound(page)


def _what_couriers_see(page: Page, words: Words) -> None:
    _settings(page, words, "What couriers see")  # C6
    expect(page.get_by_role("heading", level=1, name=words("What couriers see"))).to_be_visible()
    preview = page.locator("[data-preview]")
    expect(preview).to_contain_text(words.word("Please ring twice."))
    page.get_by_label(words("Customer's note")).uncheck()
    expect(preview).not_to_contain_text(words.word("Please ring twice."))
    _assert_sound(page)
    page.get_by_role("button", name=words("Save")).click()
    expect(page.get_by_text(words.word("Saved."))).to_be_visible()


def _define_courier(page: Page, words: Words) -> None:
    page.goto("/dashboard/")
    _menu(page, words, "Couriers")  # C7
    _assert_sound(page)
    page.locator("main").get_by_role("link", name=words("Add")).first.click()
    guide = page.get_by_role("region", name=words("How it works"))  # C8: on top of the form
    expect(guide).to_contain_text(words.word(GUIDE))
    form = page.locator("main form").first
    assert _top(guide) < _top(form)
    form.get_by_label(words("Name")).fill("رضا پیک‌موتوری")
    form.get_by_label(words("Phone")).fill("۰۹۱۲۳۴۵۶۷۸۹")
    form.get_by_label(words("Username")).fill("reza-peyk")
    form.get_by_label(words("Password")).fill(PASSWORD)
    form.get_by_label(words("Photo")).set_input_files(
        {"name": "reza.png", "mimeType": "image/png", "buffer": a_picture()}
    )
    form.get_by_label(words("Vehicle")).fill("موتورسیکلت")
    form.get_by_label(words("Note")).fill("فقط عصرها")
    expect(form.get_by_label(words("Active"))).to_be_checked()
    _assert_sound(page)
    page.get_by_role("button", name=words("Save")).click()
    expect(page.get_by_text("reza-peyk").first).to_be_visible()
    expect(page.get_by_text("موتورسیکلت").first).to_be_visible()
    courier = Courier.objects.get()
    assert (courier.note, courier.is_active, bool(courier.photo)) == ("فقط عصرها", True, True)


def _top(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"]


def _hand_over(page: Page, words: Words, parcel: Order) -> None:
    page.goto("/dashboard/")
    _menu(page, words, "Order list")  # C9
    page.get_by_role("link", name=words("Order details")).first.click()  # C10
    expect(page).to_have_url(re.compile(rf"/orders/{parcel.pk}/"))
    page.get_by_role("button", name=words("Confirm order")).first.click()  # C11
    expect(page.get_by_text(words.word("Confirmed")).first).to_be_visible()
    section = page.get_by_role("region", name=words("Assign to courier"))  # C12
    expect(section).to_be_visible()
    _assert_sound(page)
    section.get_by_role("button", name=re.compile("رضا پیک‌موتوری")).click()
    expect(section.locator(".handing-now")).to_contain_text("رضا پیک‌موتوری")
    announcement = Notification.objects.get(channel="sms")
    number = str(parcel.number).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert announcement.body.strip() == f"سفارش {number} برای شماست: تهران، خیابان ولیعصر، پلاک ۱۲"
    assert announcement.address == "+989123456789"


def _log_in(page: Page, words: Words) -> None:
    page.goto("/")
    _page_furniture(page, words)
    page.get_by_role("banner").get_by_role("link", name=words("Get started")).click()  # C1
    expect(page.get_by_text(words.word("A username works too."))).to_be_visible()
    _assert_sound(page)
    page.goto("/my-tasks/")  # C13: the couriers' own page
    page.get_by_label(words("Username")).fill("reza-peyk")  # C14
    page.get_by_label(words("Password")).fill(PASSWORD)
    _assert_sound(page)
    _press_on_a_slow_line(page, page.get_by_role("main").get_by_role("button", name=words("Log in")), words)
    expect(page).to_have_url(re.compile(r"/my-tasks/"))


def _press_on_a_slow_line(page: Page, button: Locator, words: Words) -> None:
    """C19: while the answer does not come, the page says to wait. It says so to the console too here: what
    leaves for another page is not to be asked."""
    held: list[Route] = []
    page.route(
        "**/accounts/login/",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    page.get_by_role("status").evaluate_all(
        """parts => parts.forEach((part) => new MutationObserver(() => {
            if (part.checkVisibility()) console.log(part.textContent);
        }).observe(part, { childList: true }))"""
    )
    with page.expect_console_message(lambda said: said.text == words.word("Please wait a few moments")):
        button.click(no_wait_after=True)
    held[0].continue_()


def _page_furniture(page: Page, words: Words) -> None:
    """C19: the copyright line, and the way up."""
    footer = page.get_by_role("contentinfo")
    expect(footer).to_contain_text("©")
    up = footer.get_by_role("link", name=words("Top of the page"))
    title = page.get_by_role("heading", level=1)
    up.scroll_into_view_if_needed()
    expect(title).not_to_be_in_viewport()
    _assert_sound(page)
    up.click()
    expect(title).to_be_in_viewport()


def _open_task(page: Page, words: Words) -> None:
    expect(page.get_by_role("heading", level=1, name=words("My tasks"))).to_be_visible()
    _assert_sound(page)
    page.goto("/settings/")
    page.get_by_role("banner").get_by_role("link", name=words("My tasks")).click()  # C15
    expect(page).to_have_url(re.compile(r"/my-tasks/$"))
    page.get_by_role("link", name=re.compile("ولیعصر")).first.click()
    expect(page.get_by_text("تهران، خیابان ولیعصر، پلاک ۱۲")).to_be_visible()
    page.wait_for_load_state()  # before, what is pressed goes as a plain form
    _assert_sound(page)
    expect(page.get_by_text(re.compile("[۱1][۲2][۰0][.٫][۵5]"))).to_have_count(0)  # C6: no prices at first
    expect(page.get_by_text(NOTE)).to_have_count(0)  # C6: as the shop chose


def _fail(page: Page, words: Words) -> None:
    """C16, with the state that needs a reason."""
    for state in ("Picked up", "On the way"):
        page.get_by_role("button", name=words(state)).first.click()
        expect(page.get_by_text(words.word(state)).first).to_be_visible()
    page.get_by_text(words.word("It could not be delivered"), exact=True).click()
    failed = page.get_by_role("button", name=words("Failed"))
    failed.click()
    expect(page.get_by_text(words.word("Choose why it could not be delivered."))).to_be_visible()
    assert not DeliveryEvent.objects.filter(state="failed").exists()
    _assert_sound(page)
    page.get_by_label(words("Nobody was there")).check()
    failed.click()
    expect(page.locator("[data-page-task] [data-pill]")).to_have_text(words("Failed"))
    expect(page.get_by_role("button", name=words("Returned"))).to_be_visible()
    expect(page.locator("[data-queue][data-sent='3']")).to_be_visible()
    assert DeliveryEvent.objects.get(state="failed").reason == "absent"


def test_the_stores_phone_is_in_the_top_bar(open_browser: Callable[..., Page], customer: User) -> None:
    """C1, for who logs in or signs up beside it, and for who has."""
    words, number = Words("fa"), "+۹۸ ۲۱ ۴۷۶۲ ۰۵۱۰"
    Programme.objects.update_or_create(pk=1, defaults={"contact_phone": "+982147620510"})
    User.objects.filter(pk=customer.pk).update(language="fa")
    name = re.compile(rf"^{words.word('Phone')} {re.escape(number)}$")

    for viewport in (PHONE, DESKTOP):
        visitor = open_browser(language="fa", viewport=viewport)
        for path in ("/", "/accounts/login/"):
            visitor.goto(path)
            bar = visitor.get_by_role("banner")
            expect(bar.get_by_role("link", name=words("Get started"))).to_be_visible()
            link = bar.get_by_role("link", name=name)
            expect(link).to_have_attribute("href", "tel:+982147620510")
            box = link.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
            assert link.locator("bdi").evaluate("part => part.offsetWidth > 1") == (viewport == DESKTOP)
            foot = visitor.get_by_role("contentinfo")
            expect(foot.get_by_role("link", name=name)).to_contain_text(number)
            _assert_sound(visitor)
    member = open_browser(customer, language="fa", viewport=PHONE)
    member.goto("/dashboard/")
    expect(member.get_by_role("banner").get_by_role("link", name=name)).to_have_count(0)
    member.get_by_role("banner").locator("summary").last.click()
    expect(member.get_by_role("banner").get_by_role("link", name=name)).to_be_visible()
    _assert_sound(member)


def test_what_an_action_says_stands_under_the_word_message(
    open_browser: Callable[..., Page], provider: User, shop: Provider
) -> None:
    """C19. It takes the page from nobody: what was pressed next is pressed."""
    words = Words("fa")
    User.objects.filter(pk=provider.pk).update(language="fa")
    page = open_browser(provider, language="fa", viewport=PHONE)
    page.goto("/settings/delivery/")
    message = page.get_by_role("status", name=words("Message"))
    expect(message).to_have_count(0)

    page.get_by_role("button", name=words("Save")).click()

    expect(message.get_by_role("heading", name=words("Message"))).to_be_visible()
    expect(message).to_contain_text(words.word("Saved."))
    _assert_sound(page)
    page.get_by_role("button", name=words("Save")).click()
    expect(message).to_contain_text(words.word("Saved."))
