"""A dispatcher's day: one click on the order's page, many from the list, the board by mouse and keyboard."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.domain.couriers import Profile, define_courier
from delivery.models import Courier, Delivery
from orders.domain import confirm_order, place_order
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser


@pytest.fixture
def make_parcel(
    make_service: Callable[..., Service], customer: User, provider: User
) -> Callable[[str], Order]:
    tea = make_service("Jasmine tea", kind=ServiceKind.GOODS, price=Decimal("120.50"))

    def make(address: str) -> Order:
        order = confirm_order(place_order(tea, by=customer, form_token=uuid4()), by=provider)
        Order.objects.filter(pk=order.pk).update(delivery_address=address)
        return Order.objects.get(pk=order.pk)

    return make


@pytest.fixture
def couriers(shop: Provider, provider: User) -> list[Courier]:
    return [
        define_courier(
            shop,
            by=provider,
            profile=Profile(name=name, username=name.lower()),
            password="peyk-sari-1405",
            form_token=uuid4(),
        )
        for name in ("Reza", "Mali")
    ]


def _by_a_colleague(order: Order, courier: Courier, by: User, seen: int = 0) -> None:
    """In a thread of its own: this one runs the browser's event loop, and nothing could be told from it."""

    def give() -> None:
        try:
            hand_over(order, courier=courier, by=by, seen=seen)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(give).result()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_one_click_on_the_orders_page_stays_on_the_page_and_follows_colleagues(
    open_browser: Callable[..., Page],
    make_parcel: Callable[[str], Order],
    couriers: list[Courier],
    provider: User,
    viewport: dict[str, int],
) -> None:
    order, words = make_parcel(""), Words("fa")
    User.objects.filter(pk=provider.pk).update(language="fa")
    page = open_browser(provider, language="fa", viewport=viewport)
    page.goto(f"/orders/{order.pk}/")
    section = page.get_by_role("region", name=words("Assign to courier"))

    section.locator("textarea").fill("۱۲ خیابان ولیعصر")
    section.locator("form button[type=submit]").click()  # without an address nothing can be handed over
    section.get_by_role("button", name="Reza").click()
    expect(section.locator(".handing-now")).to_contain_text("Reza")
    assert_sound(page)
    page.evaluate("window.stillHere = true")
    delivery = Delivery.objects.get()
    _by_a_colleague(order, couriers[1], provider, delivery.assignment_number)

    expect(section.locator(".handing-now")).to_contain_text("Mali")
    assert page.evaluate("window.stillHere")


def test_many_are_ticked_in_the_list_ordered_and_given(
    open_browser: Callable[..., Page],
    make_parcel: Callable[[str], Order],
    couriers: list[Courier],
    provider: User,
) -> None:
    first, second, third = (make_parcel(f"{number} Silom") for number in (1, 2, 3))
    page = open_browser(provider, language="en")
    page.goto("/orders/manage/")
    for order in (first, third):
        page.locator(f"[name=order][value='{order.pk}']").check()
    assert_sound(page)
    page.get_by_role("button", name="Assign to courier").click()
    rows = page.locator("[data-many-list] > li")
    expect(rows).to_have_count(2)
    assert_sound(page)

    rows.nth(1).locator("[data-move=up]").click()  # newest first in the list: now the oldest goes first
    expect(rows.nth(0)).to_contain_text("1 Silom")
    page.get_by_role("button", name="Reza").click()

    expect(page.get_by_text("Reza got 2 orders.")).to_be_visible()
    tasks = Delivery.objects.tasks_of(couriers[0]).order_by("assignment_number")
    assert [task.order for task in tasks] == [first, third]
    assert not Delivery.objects.filter(order=second).exists()


def test_the_board_moves_cards_by_dragging_and_by_a_menu_and_keeps_what_is_ticked(
    open_browser: Callable[..., Page],
    make_parcel: Callable[[str], Order],
    couriers: list[Courier],
    provider: User,
) -> None:
    waiting, carried, other = (make_parcel(f"{number} Silom") for number in (1, 2, 3))
    hand_over(carried, courier=couriers[0], by=provider)
    page = open_browser(provider, language="en")
    page.goto("/deliveries/")
    card = page.locator(f"[data-card='{waiting.pk}']")
    reza = page.locator(f"[data-column='courier-{couriers[0].pk}']")

    card.drag_to(reza)
    expect(reza.locator(f"[data-card='{waiting.pk}']")).to_be_visible()
    page.locator(f"[name=order][value='{carried.pk}']").check()
    assert_sound(page)
    _by_a_colleague(other, couriers[1], provider)
    mali = page.locator(f"[data-column='courier-{couriers[1].pk}']")
    expect(mali.locator(f"[data-card='{other.pk}']")).to_be_visible()
    expect(page.locator(f"[name=order][value='{carried.pk}']")).to_be_checked()

    move = reza.locator(f"[data-card='{carried.pk}'] [data-board-move]")
    move.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_sound(page)
    page.get_by_role("dialog").get_by_role("button", name="Mali").press("Enter")

    expect(mali.locator(f"[data-card='{carried.pk}']")).to_be_visible()
    owners = {one.order_id: one.courier for one in Delivery.objects.select_related("courier__user")}
    assert owners == {waiting.pk: couriers[0], carried.pk: couriers[1], other.pk: couriers[1]}


def test_the_preview_follows_the_ticks(
    open_browser: Callable[..., Page], shop: Provider, provider: User
) -> None:
    page = open_browser(provider, language="en")
    page.goto("/settings/delivery/")
    preview = page.locator("[data-preview]")
    expect(preview).to_contain_text("Please ring twice.")

    page.get_by_label("Customer's note").uncheck()

    expect(preview).not_to_contain_text("Please ring twice.")
    assert_sound(page)
