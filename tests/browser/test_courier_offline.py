"""A courier's shift on a phone, through dead spots: read, press, sign, and everything arrives once."""

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.enums import DeliveryState as S
from delivery.enums import Outcome
from delivery.models import Courier, Delivery, DeliveryEvent
from orders.domain import cancel_order, confirm_order, place_order, settle
from orders.enums import OrderStatus
from orders.models import Order, OrderEvent
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.conftest import PHONE, password_as_the_site_keeps_it, session_cookie
from tests.browser.words import Words
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

WORDS = Words("fa")
GIVEN_AWAY = (
    "The task was not open to you any more when your report came in. "
    "Your report is kept, and the shop has been told: it decides whether it counts."
)
KEPT = """async () => {  // whose pages are on this phone
  const full = [];
  for (const key of await caches.keys()) {
    if (key.startsWith("kept-") && (await (await caches.open(key)).keys()).length) full.push(key);
  }
  return full;
}"""
SENDING_MS = 60_000  # large photos, on a machine that does other things too
ADDRESS = "تهران، خیابان ولیعصر، پلاک ۱۲، زنگ {}"
OpenPhone = Callable[..., BrowserContext]


@pytest.fixture
def open_phone(chromium: Browser, site: str, transactional_db: None) -> Iterator[OpenPhone]:
    """A phone of its own, with a service worker: what it keeps lasts as long as the context."""
    contexts: list[BrowserContext] = []

    def make(user: User | None = None, *, language: str = "fa") -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            locale=language,
            base_url=site,
            service_workers="allow",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, site)])
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def rider(courier: User, shop: Provider) -> Courier:
    User.objects.filter(pk=courier.pk).update(
        language="fa", time_zone="Asia/Tehran", password=password_as_the_site_keeps_it()
    )
    return Courier.objects.create(user=courier, provider=shop)


@pytest.fixture
def other_rider(make_person: Callable[..., User], shop: Provider) -> Courier:
    user = make_person("somchai", email="", language="fa")
    User.objects.filter(pk=user.pk).update(password=password_as_the_site_keeps_it())
    return Courier.objects.create(user=user, provider=shop)


@pytest.fixture
def tasks(
    customer: User, provider: User, rider: Courier, make_service: Callable[..., Service]
) -> list[Delivery]:
    """Three, each with 241.00 to collect."""
    tea = make_service("چای", kind=ServiceKind.GOODS, price=Decimal("120.50"))
    places = ("یک", "دو", "سه")
    made: list[Delivery] = _elsewhere(
        lambda: [_task(customer, provider, rider, tea, place) for place in places]
    )
    return made


def _elsewhere(work: Callable[[], Any]) -> Any:
    """As another process does it: Playwright's loop keeps this thread from telling the open pages."""

    def alone() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


def _task(customer: User, provider: User, rider: Courier, tea: Service, place: str) -> Delivery:
    order = place_order(tea, by=customer, form_token=uuid4(), quantity=2)
    confirm_order(order, by=provider)
    Order.objects.filter(pk=order.pk).update(
        delivery_address=ADDRESS.format(place), phone="+989123456789", customer_name="مریم رضایی"
    )
    return hand_over(Order.objects.get(pk=order.pk), courier=rider, by=provider)


def test_a_shift_through_dead_spots_loses_and_doubles_nothing(
    open_phone: OpenPhone, tasks: list[Delivery], other_rider: Courier, provider: User, shop: Provider
) -> None:
    phone = open_phone()
    page = _log_in(phone, "courier")
    first, second, third = tasks
    assert [row.get_attribute("data-task") for row in page.locator("[data-task]").all()] == [
        str(task.pk) for task in tasks
    ]
    assert_sound(page)

    phone.set_offline(True)
    page.reload()
    expect(
        page.get_by_text(
            WORDS.word("No connection. What you do is kept on this phone and sent when the signal is back.")
        )
    ).to_be_visible()
    expect(page.locator("[data-task]")).to_have_count(3)
    for task in (first, second):
        _deliver_without_signal(page, task)
    page.goto(f"/my-tasks/{third.pk}/")
    page.get_by_role("button", name=WORDS("Picked up")).click()
    expect(page.get_by_role("button", name=WORDS("On the way"))).to_be_visible()
    assert DeliveryEvent.objects.count() == 0
    page.goto("/my-tasks/")
    expect(page.locator(".task-row.is-next")).to_have_attribute("data-task", str(third.pk))
    row = page.locator(f".is-done [data-task='{first.pk}']")
    expect(row.locator("[data-pill]")).to_have_text(WORDS.word("Delivered"))
    expect(row.locator("[data-waits]")).to_be_visible()
    said = _kept_reports(page)
    assert [one["state"] for one in said] == [*["picked_up", "on_the_way", "delivered"] * 2, "picked_up"]

    third.refresh_from_db()
    seen = third.assignment_number
    _elsewhere(lambda: hand_over(third.order, courier=other_rider, by=provider, seen=seen))
    phone.set_offline(False)

    _expect_sent(page, 6)
    conflict = page.locator(".queue-row[data-status=conflict]")
    expect(conflict).to_contain_text(WORDS.word(GIVEN_AWAY))
    expect(page.locator(f".task-rows.is-done [data-task='{first.pk}']")).to_be_visible()
    expect(page.locator(f"[data-task='{third.pk}']")).to_have_count(0)
    assert_sound(page)
    _assert_arrived_once(said, first, second, third)

    # The answers were lost, as it seems to the phone: it sends all once more, from two tabs at once.
    beside = phone.new_page()
    beside.goto("/my-tasks/")
    page.reload()
    _forget_the_answers(page)
    for tab in (page, beside):
        tab.evaluate("courierQueue.flush()")
    expect(page.locator(".queue-row[data-status=waiting]")).to_have_count(0)
    _assert_arrived_once(said, first, second, third)


def _expect_sent(page: Page, count: int) -> None:
    """As the phone counts what the server took in; of those it shows the last alone."""
    expect(page.locator("[data-queue]")).to_have_attribute("data-sent", str(count), timeout=SENDING_MS)
    expect(page.locator(".queue-row[data-status=sent]")).to_have_count(1)


def _deliver_without_signal(page: Page, task: Delivery) -> None:
    page.goto("/my-tasks/")
    page.locator(f"[data-task='{task.pk}'] .task-row-link").click()
    expect(page.get_by_text(task.order.delivery_address)).to_be_visible()
    expect(page.locator("a[href='tel:+989123456789']")).to_be_visible()
    for word in ("Picked up", "On the way"):
        page.get_by_role("button", name=WORDS(word)).click()
    delivered = page.get_by_role("button", name=WORDS("Delivered"))
    expect(delivered).to_be_visible()
    page.reload()  # the battery was out: what was shown as done is still there
    expect(delivered).to_be_visible()
    if task.order.pk % 2 == 0:
        assert_sound(page)
    form = page.locator("#deliver")
    page.locator("[name=collected]").fill("۲۴۱")
    form.locator("[name=receiver]").fill("مریم")
    form.locator("[name=photo]").set_input_files(
        {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": _large_photo()}
    )
    expect(form.locator("[data-preview]")).to_be_visible()
    _sign(page)
    delivered.click()
    expect(page.get_by_text(WORDS.word("This task is finished."))).to_be_visible()


def _sign(page: Page) -> None:
    pad = page.locator("#deliver canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 90, steps=5)
    page.mouse.up()


def _large_photo() -> bytes:
    """As a phone's camera makes it: large, and with the place in it."""
    image = Image.effect_noise((2400, 1800), 40).convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"  # GPS latitude
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=70)
    return out.getvalue()


def _kept_reports(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        page.evaluate(
            "async () => JSON.stringify((await courierQueue.all()).map("
            "({clientId, state, saidAt, photo}) => ({clientId, state, saidAt, width: photo?.width})))"
        )
    )
    return found


def _forget_the_answers(page: Page) -> None:
    page.evaluate(
        "async () => { for (const one of await courierQueue.all())"
        " await courierQueue.put({ ...one, status: 'waiting' }); }"
    )


def _assert_arrived_once(said: list[dict[str, Any]], *tasks: Delivery) -> None:
    events = list(DeliveryEvent.objects.order_by("said_at"))
    assert [(event.client_id, event.state) for event in events] == [
        (UUID(one["clientId"]), one["state"]) for one in said
    ]
    for event, one in zip(events, said, strict=True):
        assert abs(event.said_at - datetime.fromisoformat(one["saidAt"])) < timedelta(milliseconds=1)
    for task in tasks[:2]:
        delivered = DeliveryEvent.objects.get(delivery=task, state=S.DELIVERED)
        assert (delivered.receiver, delivered.collected) == ("مریم", Decimal("241.00"))
        assert delivered.happened_at == delivered.said_at
        with delivered.photo.open("rb") as file, Image.open(file) as photo:
            assert photo.size == (1600, 1200)
            assert not photo.getexif()
        assert delivered.signature
        order = Order.objects.get(pk=task.order_id)
        assert (order.status, order.paid_at) == (OrderStatus.COMPLETED, delivered.happened_at)
        assert OrderEvent.objects.filter(order=order, status=OrderStatus.COMPLETED).count() == 1
    assert [one["width"] for one in said if one["state"] == "delivered"] == [1600, 1600]
    lost = DeliveryEvent.objects.get(delivery=tasks[2])
    assert (lost.state, lost.outcome) == (S.PICKED_UP, Outcome.CONFLICT)


def test_a_report_that_is_refused_is_told_and_mended_and_holds_up_no_other(
    open_phone: OpenPhone, tasks: list[Delivery]
) -> None:
    phone = open_phone()
    page = _log_in(phone, "courier")
    phone.set_offline(True)
    page.goto(f"/my-tasks/{tasks[0].pk}/")
    for word in ("Picked up", "On the way"):
        page.get_by_role("button", name=WORDS(word)).click()
    page.locator("[name=collected]").fill("همه")
    page.locator("#deliver [name=receiver]").fill("مریم")
    page.get_by_role("button", name=WORDS("Delivered")).click()
    page.goto(f"/my-tasks/{tasks[1].pk}/")
    page.get_by_role("button", name=WORDS("Picked up")).click()
    phone.set_offline(False)

    problem = page.locator(".queue-row[data-status=problem]")
    expect(problem).to_be_visible(timeout=SENDING_MS)
    _expect_sent(page, 3)
    assert not DeliveryEvent.objects.filter(state=S.DELIVERED).exists()
    assert_sound(page)

    problem.locator("[data-mend]").click()
    form = page.locator("#deliver")
    expect(form.locator("[name=receiver]")).to_have_value("مریم")
    page.locator("[name=collected]").fill("۲۴۱")
    page.get_by_role("button", name=WORDS("Delivered")).click()

    _expect_sent(page, 4)
    delivered = DeliveryEvent.objects.get(state=S.DELIVERED)
    assert (delivered.receiver, delivered.collected) == ("مریم", Decimal(241))


def test_what_is_pressed_before_the_phone_can_keep_it_is_kept(
    open_phone: OpenPhone, tasks: list[Delivery]
) -> None:
    phone = open_phone()
    page = _log_in(phone, "courier")
    page.add_init_script(
        """window.opening = new Promise((open) => { window.letOpen = open; });
        const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...all) {
          const asked = new EventTarget();
          window.opening.then(() => {
            const real = open.apply(this, all);
            for (const on of ["onsuccess", "onerror", "onupgradeneeded", "onblocked"]) {
              real[on] = (event) => asked[on]?.(event);
            }
            for (const name of ["result", "error", "transaction"]) {
              Object.defineProperty(asked, name, { get: () => real[name] });
            }
          });
          return asked;
        };"""
    )
    phone.set_offline(True)
    page.goto(f"/my-tasks/{tasks[0].pk}/")
    page.get_by_role("button", name=WORDS("Picked up")).click()
    expect(page.locator(".queue-row")).to_have_count(0)
    page.evaluate("letOpen()")

    expect(page.locator(".queue-row[data-status=waiting]")).to_have_count(1)
    phone.set_offline(False)
    _expect_sent(page, 1)
    assert DeliveryEvent.objects.get().state == S.PICKED_UP


def test_who_was_logged_out_meanwhile_logs_in_and_goes_on(
    open_phone: OpenPhone, tasks: list[Delivery]
) -> None:
    phone = open_phone()
    page = _log_in(phone, "courier")
    page.goto(f"/my-tasks/{tasks[0].pk}/")
    phone.set_offline(True)
    page.get_by_role("button", name=WORDS("Picked up")).click()
    expect(page.locator("[data-line=offline]")).to_be_visible()
    phone.clear_cookies()
    page.route(f"**/my-tasks/{tasks[0].pk}/", lambda route: route.abort())  # the first bar of signal is weak
    phone.set_offline(False)

    expect(
        page.get_by_text(WORDS.word("You are logged out. Your reports are kept: log in, and they are sent."))
    ).to_be_visible(timeout=SENDING_MS)  # only the sender can know: the service worker's may be at it first
    assert DeliveryEvent.objects.count() == 0
    expect(page.locator("[data-line=offline]")).to_be_hidden()
    page.locator("[data-login-link]").click()
    _fill_in(page, "courier")

    _expect_sent(page, 1)
    assert DeliveryEvent.objects.get().state == S.PICKED_UP


def test_another_person_on_the_same_phone_finds_nothing_and_sends_nothing_of_the_first(
    open_phone: OpenPhone, tasks: list[Delivery], other_rider: Courier
) -> None:
    phone = open_phone()
    # The service worker would send what waits, and rightly: the first one is still logged in.
    phone.add_init_script(
        "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', { value: null })"
    )
    page = _log_in(phone, "courier")
    page.goto(f"/my-tasks/{tasks[0].pk}/")
    page.route("**/report/", lambda route: route.abort())
    page.get_by_role("button", name=WORDS("Picked up")).click()
    expect(page.locator(".queue-row[data-status=waiting]")).to_have_count(1)
    page.on("dialog", lambda dialog: dialog.accept())  # that something waits still

    _log_out(page)
    assert page.evaluate(KEPT) == []
    page.unroute("**/report/")
    posts: list[str] = []
    phone.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page = _log_in(phone, "somchai")
    expect(page.locator("[data-task]")).to_have_count(0)
    expect(page.locator(".queue-row")).to_have_count(0)
    page.evaluate("courierQueue.flush()")
    assert [url for url in posts if "/report/" in url] == []
    assert page.evaluate(KEPT) == [f"kept-user-{other_rider.user_id}"]
    phone.set_offline(True)
    page.goto(f"/my-tasks/{tasks[0].pk}/")  # nothing of the first one's tasks
    expect(page.get_by_text(tasks[0].order.delivery_address)).to_have_count(0)
    phone.set_offline(False)

    phone.clear_cookies()
    page = _log_in(phone, "courier")
    _expect_sent(page, 1)
    assert DeliveryEvent.objects.get().assignment.courier == tasks[0].courier


def test_a_page_that_was_on_its_way_while_its_courier_logged_out_is_not_kept(
    open_phone: OpenPhone, tasks: list[Delivery]
) -> None:
    phone = open_phone()
    page = _log_in(phone, "courier")
    beside = phone.new_page()
    beside.goto("/offline/")

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE delivery_delivery IN ACCESS EXCLUSIVE MODE")
        beside.evaluate(f"void (window.late = fetch('/my-tasks/{tasks[0].pk}/').then((it) => it.status))")
        _until_somebody_waits_for(cursor, "delivery_delivery")
        _log_out(page)
        assert page.evaluate(KEPT) == []
    assert beside.evaluate("window.late") == HTTPStatus.OK  # it was asked for in time
    assert page.evaluate(KEPT) == []


def test_a_task_that_is_taken_away_says_so_and_leaves_the_phone(
    open_phone: OpenPhone, tasks: list[Delivery], other_rider: Courier, provider: User
) -> None:
    phone = open_phone()
    page = _log_in(phone, "courier")
    page.goto(f"/my-tasks/{tasks[0].pk}/")
    expect(page.get_by_role("button", name=WORDS("Picked up"))).to_be_visible()

    task = tasks[0]
    seen = task.assignment_number
    _elsewhere(lambda: hand_over(task.order, courier=other_rider, by=provider, seen=seen))

    expect(page.get_by_text(WORDS.word("This task is not yours any more."))).to_be_visible()
    expect(page.get_by_role("button", name=WORDS("Picked up"))).to_have_count(0)
    expect(page.get_by_text(tasks[0].order.delivery_address)).to_have_count(0)
    phone.set_offline(True)
    page.goto("/my-tasks/")
    page.goto(f"/my-tasks/{tasks[0].pk}/")
    expect(page.get_by_text(tasks[0].order.delivery_address)).to_have_count(0)


def test_an_order_that_is_paid_or_cancelled_meanwhile_shows_on_the_open_page(
    open_phone: OpenPhone, tasks: list[Delivery], provider: User
) -> None:
    phone = open_phone()
    page = _log_in(phone, "courier")
    page.clock.install()
    page.goto(f"/my-tasks/{tasks[0].pk}/")
    expect(page.locator(".task-amount")).to_contain_text("۲۴۱")
    expect(page.locator("#deliver [name=collected]")).to_have_value("241.00")
    map_link = page.get_by_role("link", name=WORDS("Map"))
    expect(map_link).to_have_attribute("href", re.compile(re.escape(quote(tasks[0].order.delivery_address))))

    _elsewhere(lambda: settle(tasks[0].order))
    page.clock.run_for(61_000)

    expect(page.get_by_text(WORDS.word("Paid already"))).to_be_visible()
    expect(page.locator(".task-amount")).not_to_contain_text("۲۴۱")
    expect(page.locator("#deliver [name=collected]")).to_have_count(0)

    _elsewhere(lambda: cancel_order(tasks[0].order, by=provider))
    page.clock.run_for(61_000)

    expect(page.get_by_text(WORDS.word("Do not deliver, bring it back"))).to_be_visible()
    page.get_by_role("button", name=WORDS("Returned")).click()
    expect(page.get_by_text(WORDS.word("This task is finished."))).to_be_visible()


def test_a_link_alone_is_enough_without_signal_too(open_phone: OpenPhone, tasks: list[Delivery]) -> None:
    task = tasks[0]
    Delivery.objects.filter(pk=task.pk).update(link_until=timezone.now() + timedelta(hours=1))
    phone = open_phone()
    page = phone.new_page()
    page.goto(f"/t/{task.link_token}/")
    expect(page.locator("[data-courier][data-kept]")).to_be_attached()
    assert_sound(page)

    phone.set_offline(True)
    page.reload()
    for word in ("Picked up", "On the way"):
        page.get_by_role("button", name=WORDS(word)).click()
    page.locator("#deliver [name=receiver]").fill("مریم")
    page.get_by_role("button", name=WORDS("Delivered")).click()
    expect(page.get_by_text(WORDS.word("This task is finished."))).to_be_visible()
    phone.set_offline(False)

    _expect_sent(page, 3)
    expect(page.get_by_text(WORDS.word("This task is finished."))).to_be_visible()
    assert [event.state for event in DeliveryEvent.objects.all()] == [S.PICKED_UP, S.ON_THE_WAY, S.DELIVERED]
    assert Delivery.objects.get(pk=task.pk).state == S.DELIVERED
    _forget_the_answers(page)
    page.evaluate("courierQueue.flush()")
    _expect_sent(page, 3)
    assert DeliveryEvent.objects.count() == 3
    answer = page.goto(f"/t/{task.link_token}/")
    assert answer is not None
    assert answer.status == 404


def _log_in(phone: BrowserContext, username: str) -> Page:
    page = phone.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error on {page.url}: {error}"))
    page.goto("/accounts/login/")
    _fill_in(page, username)
    expect(page).to_have_url(re.compile(r"/my-tasks/$"))
    expect(page.locator("[data-courier][data-kept]")).to_be_attached()
    return page


def _log_out(page: Page) -> None:
    page.locator("header .menu:not(.language-menu) summary").click()
    page.get_by_role("button", name=WORDS("Log out")).click()
    expect(page).to_have_url(re.compile(r":\d+/$"))


def _until_somebody_waits_for(cursor: CursorWrapper, table: str) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        cursor.execute("SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
        if cursor.fetchone():
            return
    raise AssertionError(f"nobody waits for {table}")


def _fill_in(page: Page, username: str) -> None:
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
