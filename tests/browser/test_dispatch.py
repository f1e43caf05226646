"""A dispatcher's day: one click on the order's page, many from the list, the board by mouse and keyboard."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Provider, User
from delivery.domain import Proof, hand_over, report
from delivery.domain.couriers import Profile, define_courier
from delivery.enums import DeliveryState
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


SAVES_AND_LOOKS_WHETHER_A_COURIER_CAN_BE_PRESSED_AT_ONCE = """() => new Promise((done) => {
  new MutationObserver((_, observer) => {
    const courier = document.querySelector("button[name=courier]");
    if (!courier) return;
    observer.disconnect();
    courier.scrollIntoView({ block: "center" });
    const { x, y, width, height } = courier.getBoundingClientRect();
    done(courier.contains(document.elementFromPoint(x + width / 2, y + height / 2)));
  }).observe(document.body, { childList: true, subtree: true });
  document.querySelector(".handing-address-form button[type=submit]").click();
})"""


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
    # Without an address nothing can be handed over. A second tap meant for this button gives it to nobody.
    assert not page.evaluate(SAVES_AND_LOOKS_WHETHER_A_COURIER_CAN_BE_PRESSED_AT_ONCE)
    expect(section.get_by_role("status")).to_have_text("نشانی ذخیره شد.")
    section.get_by_role("button", name="Reza").click()
    expect(section.locator(".handing-now")).to_contain_text("Reza")
    expect(section.get_by_role("status")).to_contain_text("پیامک")
    assert_sound(page)
    page.evaluate("window.stillHere = true")
    delivery = Delivery.objects.get()
    _by_a_colleague(order, couriers[1], provider, delivery.assignment_number)

    expect(section.locator(".handing-now")).to_contain_text("Mali")
    expect(section.get_by_role("status")).to_contain_text("پیامک")  # what was done here is still said
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
    # The section is drawn anew when the connection is back: what was looked for stays.
    section.locator("[data-handing]").evaluate("(drawn) => (drawn.dataset.before = '')")
    page.evaluate("document.dispatchEvent(new CustomEvent('talad:connection', { detail: 'up' }))")
    expect(section.locator("[data-handing]:not([data-before])")).to_be_attached()
    expect(section.locator(".choice")).to_have_count(1)
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


# --- in Persian, right to left, on a phone ----------------------------------------------------------------


@pytest.fixture
def open_phone(open_browser: Callable[..., Page], provider: User) -> Callable[[], Page]:
    """The dispatcher's, in Persian."""

    def open_() -> Page:
        User.objects.filter(pk=provider.pk).update(language="fa")
        return open_browser(provider, language="fa", viewport=PHONE)

    return open_


@pytest.fixture
def sixty_one(make_person: Callable[..., User], shop: Provider) -> list[Courier]:
    """The last by name is the one who is looked for."""
    names = [f"پیک {number:02}" for number in range(60)] + ["یونس کریمی"]
    people = [
        make_person(f"rider{number:02}", email="", display_name=name, phone=f"+9891200000{number:02}")
        for number, name in enumerate(names)
    ]
    return [Courier.objects.create(user=person, provider=shop) for person in people]


def _sound(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert_sound(page)


def _stays(page: Page) -> None:
    page.evaluate("window.stillHere = true")


def _stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stillHere === true"))


def _order_of(rows: Locator) -> list[int]:
    return [int(pk) for pk in rows.evaluate_all("rows => rows.map((row) => row.dataset.order)")]


def test_many_at_once_keep_their_sequence_through_moves_a_search_and_one_that_is_left_out(
    open_phone: Callable[[], Page], make_parcel: Callable[[str], Order], sixty_one: list[Courier]
) -> None:
    words, parcels = Words("fa"), [make_parcel(f"خیابان ولیعصر، پلاک {number}") for number in range(4)]
    a, b, c, d = (order.pk for order in parcels)
    page = open_phone()
    page.goto("/orders/manage/")
    for order in (a, b, c, d):
        page.locator(f"[name=order][value='{order}']").check()
    page.get_by_role("button", name=words("Assign to courier")).click()
    rows = page.locator("[data-many-list] > li")
    expect(rows).to_have_count(4)
    assert _order_of(rows) == [d, c, b, a]  # as the list has them: the newest first
    _sound(page)

    _stays(page)
    rows.nth(3).locator("[data-move=up]").focus()
    for _step in range(3):  # the focus goes along
        page.keyboard.press("Enter")
    assert _order_of(rows) == [a, d, c, b]
    expect(rows.nth(0).locator("[data-move=up]")).to_be_hidden()
    expect(rows.nth(0).locator("[data-move=down]")).to_be_focused()
    expect(rows.nth(3).locator("[data-move=up]")).to_be_visible()
    assert _stayed(page)
    page.reload()
    assert _order_of(rows) == [a, d, c, b]

    page.locator(f"[data-order='{d}'] [data-move=out]").click()
    expect(rows).to_have_count(3)
    assert _order_of(rows) == [a, c, b]
    _stays(page)
    rows.nth(2).locator("[data-move=up]").click()
    assert (_order_of(rows), _stayed(page)) == ([a, b, c], True)

    expect(page.locator(".choice")).to_have_count(60)
    page.get_by_label(words("Search by name or phone")).fill("يونس كريمي")  # with an Arabic keyboard
    page.get_by_role("button", name=words("Search")).last.click()
    expect(page.locator(".choice")).to_have_count(1)
    assert _order_of(rows) == [a, b, c]
    _sound(page)
    page.get_by_role("button", name="یونس کریمی").click()

    message = page.get_by_role("status", name=words("Message"))
    expect(message).to_contain_text("یونس کریمی")
    _sound(page)
    tasks = Delivery.objects.tasks_of(sixty_one[60]).order_by("assignment_number")
    assert [task.order_id for task in tasks] == [a, b, c]
    assert not Delivery.objects.filter(order=d).exists()


def test_many_at_once_are_dragged_into_their_sequence(
    open_phone: Callable[[], Page], make_parcel: Callable[[str], Order], couriers: list[Courier]
) -> None:
    a, b, c = (make_parcel(f"خیابان ولیعصر، پلاک {number}").pk for number in range(3))
    page = open_phone()
    page.goto(f"/deliveries/assign/?order={a}&order={b}&order={c}")
    rows = page.locator("[data-many-list] > li")

    _stays(page)
    box = rows.nth(2).bounding_box()
    assert box is not None
    rows.nth(0).drag_to(rows.nth(2), target_position={"x": box["width"] / 2, "y": box["height"] - 4})
    expect(page.locator(".is-dragged")).to_have_count(0)
    assert (_order_of(rows), _stayed(page)) == ([b, c, a], True)
    expect(rows.nth(0).locator("[data-move=up]")).to_be_hidden()
    expect(rows.nth(2).locator("[data-move=down]")).to_be_hidden()
    page.get_by_role("button", name="Mali").click()

    page.wait_for_url("**/deliveries/")
    tasks = Delivery.objects.tasks_of(couriers[1]).order_by("assignment_number")
    assert [task.order_id for task in tasks] == [b, c, a]


def test_on_a_phone_the_board_follows_the_couriers_and_a_card_goes_to_whom_the_dialog_gives_it(
    open_phone: Callable[[], Page],
    make_parcel: Callable[[str], Order],
    couriers: list[Courier],
    provider: User,
) -> None:
    words, (moving, staying) = Words("fa"), (make_parcel(f"پلاک {number}") for number in (1, 2))
    reza, mali = couriers
    deliveries = {one.pk: hand_over(one, courier=reza, by=provider) for one in (moving, staying)}
    page = open_phone()
    page.goto("/deliveries/")
    of_reza, of_mali, over = (
        page.locator(f"[data-column='{key}']") for key in (f"courier-{reza.pk}", f"courier-{mali.pk}", "over")
    )
    expect(of_reza.locator("[data-card]")).to_have_count(2)
    expect(of_mali).to_have_count(0)
    _sound(page)

    _stays(page)
    _elsewhere(lambda: _say(deliveries[moving.pk], reza, DeliveryState.ON_THE_WAY))
    card = page.locator(f"[data-card='{moving.pk}']")
    expect(of_reza.locator(card)).to_contain_text(words.word("On the way"))
    _elsewhere(lambda: _say(deliveries[staying.pk], reza, DeliveryState.DELIVERED))
    expect(over.locator(f"[data-card='{staying.pk}']")).to_be_visible()
    expect(of_reza.locator("[data-card]")).to_have_count(1)

    card.locator("[data-board-move]").click()
    dialog = page.get_by_role("dialog", name=words("Assign to courier"))
    expect(dialog.get_by_role("search")).to_be_hidden()  # two are all
    expect(dialog.get_by_role("button", name="Reza")).to_have_count(0)  # who has it
    _sound(page)
    dialog.get_by_role("button", name="Mali").click()

    expect(of_mali.locator(card)).to_be_visible()
    expect(of_reza).to_have_count(0)
    message = page.get_by_role("status", name=words("Message"))
    expect(message.get_by_role("heading", name=words("Message"))).to_be_visible()
    expect(message).to_contain_text("Mali")
    _sound(page)
    assert _stayed(page)
    assert Delivery.objects.get(order=moving).courier == mali
    assert Delivery.objects.get(order=staying).courier == reza


def test_the_boards_dialog_finds_a_courier_whom_the_board_does_not_list(
    open_phone: Callable[[], Page], make_parcel: Callable[[str], Order], sixty_one: list[Courier]
) -> None:
    words, order = Words("fa"), make_parcel("پلاک ۱")
    page = open_phone()
    page.goto("/deliveries/")
    _stays(page)
    page.locator("[data-board-move]").click()
    dialog = page.get_by_role("dialog", name=words("Assign to courier"))
    expect(dialog.locator(".choice")).to_have_count(60)
    search = dialog.get_by_label(words("Search by name or phone"))

    search.fill("هیچ کس")
    search.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text(words("Nobody by that name or phone."))
    _sound(page)
    search.fill("۰۹۱۲ ۰۰۰ ۰۰۶۰")
    search.press("Enter")
    expect(dialog.locator(".choice")).to_have_count(1)
    _sound(page)
    dialog.get_by_role("button", name="یونس کریمی").click()

    column = page.locator(f"[data-column='courier-{sixty_one[60].pk}']")
    expect(column.locator(f"[data-card='{order.pk}']")).to_be_visible()
    assert _stayed(page)
    assert Delivery.objects.get().courier == sixty_one[60]
    # The next dialog begins with all again, and says who has the card that it is about.
    page.locator("[data-board-move]").click()
    expect(search).to_have_value("")
    expect(dialog.locator(".choice")).to_have_count(60)
    search.fill("یونس")
    search.press("Enter")
    expect(dialog.get_by_role("button", name="یونس کریمی")).to_be_disabled()


def test_without_scripts_the_board_leads_to_couriers_beyond_the_list(
    open_browser: Callable[..., Page],
    make_parcel: Callable[[str], Order],
    sixty_one: list[Courier],
    provider: User,
) -> None:
    order = make_parcel("1 Silom")
    page = open_browser(provider, language="en", viewport=PHONE, java_script_enabled=False)
    page.goto("/deliveries/")

    page.locator(f"[name=order][value='{order.pk}']").check()
    page.get_by_role("button", name="Another courier").click()
    page.get_by_label("Search by name or phone").fill("يونس")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_role("button", name="یونس کریمی").click()

    page.wait_for_url("**/deliveries/")
    assert Delivery.objects.get().courier == sixty_one[60]


def _say(delivery: Delivery, courier: Courier, state: DeliveryState) -> None:
    said = {"client_id": uuid4(), "state": state, "said_at": timezone.now()}
    report(delivery, courier=courier, proof=Proof(), **said)
