"""A dispatcher's day: one click on the order's page, many from the list, the board by mouse and keyboard."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.domain.couriers import Profile, define_courier
from delivery.models import Courier, Delivery
from orders.domain import cancel_order, confirm_order, place_order
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
    _elsewhere(lambda: hand_over(order, courier=courier, by=by, seen=seen))


def _elsewhere(act: Callable[[], object]) -> None:
    """In a thread of its own: this one runs the browser's event loop, and nothing could be told from it."""

    def alone() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result()


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


def test_a_courier_beyond_the_first_sixty_is_found_by_name(
    open_browser: Callable[..., Page],
    make_parcel: Callable[[str], Order],
    make_person: Callable[..., User],
    shop: Provider,
    provider: User,
) -> None:
    order = make_parcel("1 Silom")
    for number in range(61):
        user = make_person(f"rider{number:02}", email="", display_name=f"Rider {number:02}")
        Courier.objects.create(user=user, provider=shop)
    page = open_browser(provider, language="en", viewport=PHONE)
    page.goto(f"/orders/{order.pk}/")
    section = page.get_by_role("region", name="Assign to courier")
    expect(section.locator(".choice")).to_have_count(60)
    expect(section.get_by_role("button", name="Rider 60")).to_have_count(0)

    page.evaluate("window.stillHere = true")
    section.get_by_label("Search by name").fill("rider 60")
    section.get_by_role("button", name="Search").click()
    expect(section.locator(".choice")).to_have_count(1)
    assert_sound(page)
    section.get_by_role("button", name="Rider 60").click()

    expect(section.locator(".handing-now")).to_contain_text("Rider 60")
    assert page.evaluate("window.stillHere")
    assert Delivery.objects.get().courier == Courier.objects.get(user__username="rider60")


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


def test_the_board_follows_what_orders_do_and_what_the_clock_does(
    open_browser: Callable[..., Page],
    make_parcel: Callable[[str], Order],
    couriers: list[Courier],
    provider: User,
    customer: User,
) -> None:
    carried = make_parcel("1 Silom")
    hand_over(carried, courier=couriers[0], by=provider)
    page = open_browser(provider, language="en")
    page.clock.install()
    page.goto("/deliveries/")
    board = page.locator("[data-board]")
    expect(board.locator("[data-card]")).to_have_count(1)
    expect(board.get_by_text("Late", exact=True)).to_have_count(0)

    placed = place_order(
        carried.lines.get().service, by=customer, form_token=uuid4(), delivery_address="2 Silom"
    )
    _elsewhere(lambda: confirm_order(placed, by=provider))
    page.clock.run_for(2_000)
    expect(board.locator(f"[data-card='{placed.pk}']")).to_contain_text("2 Silom")

    _elsewhere(lambda: cancel_order(placed, by=provider))
    page.clock.run_for(2_000)
    expect(board.locator(f"[data-card='{placed.pk}']")).to_have_count(0)

    # Nobody does anything: its time goes by.
    Delivery.objects.filter(order=carried).update(due_at=timezone.now() - timedelta(minutes=1))
    page.clock.run_for(61_000)
    expect(board.locator(f"[data-card='{carried.pk}']").get_by_text("Late", exact=True)).to_be_visible()


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
