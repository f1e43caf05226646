"""A courier's one thumb: what it presses once counts once, and what stands on the phone is so."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.enums import DeliveryState as S
from delivery.models import Courier, Delivery, DeliveryEvent
from orders.domain import confirm_order, place_order
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.words import Words

pytestmark = pytest.mark.browser

WORDS = Words("fa")
SMALL = {"width": 360, "height": 740}
ADDRESS = "تهران، خیابان ولیعصر، پلاک ۱۲، زنگ {}"
SENDING_MS = 60_000
OpenBrowser = Callable[..., Page]


@pytest.fixture
def rider(courier: User, shop: Provider) -> Courier:
    User.objects.filter(pk=courier.pk).update(language="fa", time_zone="Asia/Tehran")
    return Courier.objects.create(user=courier, provider=shop)


@pytest.fixture
def tasks(
    customer: User, provider: User, rider: Courier, make_service: Callable[..., Service]
) -> list[Delivery]:
    """Three, each with 241.00 to collect."""
    tea = make_service("چای", kind=ServiceKind.GOODS, price=Decimal("120.50"))
    return [_task(customer, provider, rider, tea, place) for place in ("یک", "دو", "سه")]


def _task(customer: User, provider: User, rider: Courier, tea: Service, place: str) -> Delivery:
    order = place_order(tea, by=customer, form_token=uuid4(), quantity=2)
    confirm_order(order, by=provider)
    Order.objects.filter(pk=order.pk).update(
        delivery_address=ADDRESS.format(place), phone="+989123456789", customer_name="مریم رضایی"
    )
    return hand_over(Order.objects.get(pk=order.pk), courier=rider, by=provider)


@pytest.fixture
def phone(open_browser: OpenBrowser, courier: User, tasks: list[Delivery]) -> Page:
    """The courier's, whose own clock is of another place than the account's."""
    page: Page = open_browser(courier, language="fa", viewport=SMALL, timezone_id="America/New_York")
    return page


@pytest.mark.parametrize("is_offline", [False, True], ids=["with signal", "without"])
def test_three_taps_in_one_place_are_one_step(is_offline: bool, phone: Page, tasks: list[Delivery]) -> None:
    _open_with_a_halted_clock(phone, tasks[0])
    phone.context.set_offline(is_offline)
    thumb = _middle(phone.get_by_role("button", name=WORDS("Picked up")))

    phone.mouse.click(*thumb)
    pill = phone.locator("[data-page-task] [data-pill]")
    expect(pill).to_have_text(WORDS.word("Picked up"))
    way = phone.get_by_role("button", name=WORDS("On the way"))
    expect(way).to_be_disabled()
    for _tap in range(2):
        phone.clock.run_for(900)
        phone.mouse.click(*thumb)

    expect(pill).to_have_text(WORDS.word("Picked up"))
    assert _kept_states(phone) == ["picked_up"]

    phone.clock.run_for(1_600)
    expect(way).to_be_enabled()
    phone.mouse.click(*thumb)
    expect(pill).to_have_text(WORDS.word("On the way"))
    assert _kept_states(phone) == ["picked_up", "on_the_way"]


def test_the_way_on_rests_too_after_the_last_step(phone: Page, tasks: list[Delivery]) -> None:
    Delivery.objects.filter(pk=tasks[0].pk).update(state=S.ON_THE_WAY)
    _open_with_a_halted_clock(phone, tasks[0])
    thumb = _middle(phone.get_by_role("button", name=WORDS("Delivered")))

    phone.mouse.click(*thumb)
    following = phone.get_by_role("link", name=WORDS("Next task"))
    expect(following).to_be_disabled()
    phone.clock.run_for(900)
    phone.mouse.click(*thumb)

    expect(phone).to_have_url(re.compile(rf"/my-tasks/{tasks[0].pk}/$"))
    phone.clock.run_for(1_600)
    expect(following).to_be_enabled()
    following.click()
    expect(phone).to_have_url(re.compile(r"/my-tasks/#next$"))


def test_a_press_that_was_refused_rests_nothing(phone: Page, tasks: list[Delivery]) -> None:
    _open_with_a_halted_clock(phone, tasks[0])
    phone.get_by_text(WORDS.word("It could not be delivered"), exact=True).click()
    failed = phone.get_by_role("button", name=WORDS("Failed"))

    failed.click()

    error = phone.get_by_text(WORDS.word("Choose why it could not be delivered."))
    expect(error).to_be_visible()
    expect(failed).to_be_enabled()
    phone.get_by_label(WORDS("Nobody was there")).check()
    expect(error).to_be_hidden()
    assert _kept_states(phone) == []


@pytest.mark.parametrize("language", ["fa", "th"])
def test_who_confirms_an_amount_has_it_in_sight(
    language: str, open_browser: OpenBrowser, courier: User, tasks: list[Delivery]
) -> None:
    User.objects.filter(pk=courier.pk).update(language=language)
    Delivery.objects.filter(pk=tasks[0].pk).update(state=S.ON_THE_WAY)
    words = Words(language)
    page = open_browser(courier, language=language, viewport=SMALL)
    page.goto(f"/my-tasks/{tasks[0].pk}/")

    amount = page.get_by_label(words("Amount collected"))
    button = page.get_by_role("button", name=words("Delivered"))
    expect(amount).to_be_in_viewport(ratio=1)
    expect(button).to_be_in_viewport(ratio=1)
    field, press = amount.bounding_box(), button.bounding_box()
    assert field is not None
    assert press is not None
    assert 0 <= press["y"] - (field["y"] + field["height"]) <= 16
    assert min(field["height"], press["height"]) >= 44
    assert_sound(page)

    amount.fill("۲۰۰")
    button.click()
    expect(page.locator("[data-queue][data-sent='1']")).to_be_attached(timeout=SENDING_MS)
    assert DeliveryEvent.objects.get().collected == Decimal(200)


def test_the_amount_stands_over_the_button_in_every_state(phone: Page, tasks: list[Delivery]) -> None:
    phone.goto(f"/my-tasks/{tasks[0].pk}/")
    phone.get_by_text(WORDS.word("Proof of delivery"), exact=True).click()
    amount = phone.get_by_label(WORDS("Amount collected"))
    button = phone.get_by_role("button", name=WORDS("Delivered"))
    field, press = amount.bounding_box(), button.bounding_box()
    assert field is not None
    assert press is not None
    assert 0 <= press["y"] - (field["y"] + field["height"]) <= 16

    amount.fill("200")
    for word in ("Picked up", "On the way"):
        phone.get_by_role("button", name=WORDS(word)).click()

    expect(button).to_be_in_viewport(ratio=1)
    expect(amount).to_be_in_viewport(ratio=1)
    expect(amount).to_have_value("200")  # what was typed goes along


def test_a_file_that_is_no_photo_is_told_at_once_and_can_be_taken_out(
    phone: Page, tasks: list[Delivery], photo_file: Path
) -> None:
    Delivery.objects.filter(pk=tasks[0].pk).update(state=S.ON_THE_WAY)
    phone.goto(f"/my-tasks/{tasks[0].pk}/")
    form = phone.locator("#deliver")
    photo, picture = form.locator("[name=photo]"), form.locator("[data-preview]")
    out = form.get_by_role("button", name=WORDS("Remove the photo"))
    error = form.get_by_text(WORDS.word("This photo cannot be opened. Take another one."))
    expect(out).to_be_hidden()

    photo.set_input_files({"name": "door.jpg", "mimeType": "image/jpeg", "buffer": b"no picture at all"})

    expect(error).to_be_visible()
    expect(picture).to_be_hidden()
    assert photo.evaluate("input => input.validationMessage") != ""
    assert_sound(phone)
    phone.get_by_role("button", name=WORDS("Delivered")).click()
    assert _kept_states(phone) == []

    photo.set_input_files(photo_file)
    expect(error).to_be_hidden()
    expect(picture).to_be_visible()
    assert photo.evaluate("input => input.validationMessage") == ""
    out.click()
    expect(picture).to_be_hidden()
    expect(out).to_be_hidden()
    assert photo.evaluate("input => input.files.length") == 0

    phone.get_by_role("button", name=WORDS("Delivered")).click()
    expect(phone.locator("[data-queue][data-sent='1']")).to_be_attached(timeout=SENDING_MS)
    assert not DeliveryEvent.objects.get().photo


def test_what_is_finished_on_this_phone_is_finished_in_the_list(phone: Page, tasks: list[Delivery]) -> None:
    first, second, third = tasks
    Delivery.objects.filter(pk=first.pk).update(state=S.ON_THE_WAY)
    _hold_reports(phone.context)
    phone.goto("/my-tasks/")
    expect(phone.locator(".courier-progress")).to_have_text(_progress("۰", "۳"))
    phone.goto(f"/my-tasks/{first.pk}/")
    phone.get_by_role("button", name=WORDS("Delivered")).click()
    phone.get_by_role("link", name=WORDS("Next task")).click()

    following = phone.locator(".task-row.is-next")
    expect(following).to_have_attribute("data-task", str(second.pk))
    expect(following).to_be_in_viewport()
    expect(following.locator(".task-place")).to_have_text("۱")
    expect(following.get_by_role("link", name=WORDS("Map"))).to_be_visible()
    assert _order(phone.locator("ol.task-rows > [data-task]")) == [second.pk, third.pk]
    assert _order(phone.locator(".is-done > [data-task]")) == [first.pk]
    done = phone.locator(f".is-done [data-task='{first.pk}']")
    expect(done.get_by_role("link", name=WORDS("Map"))).to_be_hidden()
    expect(done.locator("[data-waits]")).to_be_visible()
    expect(phone.get_by_role("heading", name=WORDS("Finished today"))).to_be_visible()
    expect(phone.locator(".courier-progress")).to_have_text(_progress("۱", "۳"))
    expect(phone.locator(".courier-bar")).to_have_attribute("value", "33")
    assert_sound(phone)
    assert not DeliveryEvent.objects.exists()


def test_with_all_finished_on_this_phone_the_list_says_so(phone: Page, tasks: list[Delivery]) -> None:
    Delivery.objects.update(state=S.ON_THE_WAY)
    _hold_reports(phone.context)
    for task in tasks:
        phone.goto(f"/my-tasks/{task.pk}/")
        phone.get_by_role("button", name=WORDS("Delivered")).click()
        expect(phone.get_by_role("link", name=WORDS("Next task"))).to_be_visible()
    phone.goto("/my-tasks/")

    expect(phone.get_by_text(WORDS.word("All done for today"))).to_be_visible()
    expect(phone.locator(".task-row.is-next")).to_have_count(0)
    expect(phone.locator(".courier-progress")).to_have_text(_progress("۳", "۳"))


def test_of_what_was_sent_the_last_alone_stands_and_can_be_put_away(
    phone: Page, tasks: list[Delivery]
) -> None:
    phone.goto(f"/my-tasks/{tasks[0].pk}/")
    for word in ("Picked up", "On the way"):
        phone.get_by_role("button", name=WORDS(word)).click()
    panel = phone.locator("[data-queue]")
    expect(panel).to_have_attribute("data-sent", "2", timeout=SENDING_MS)
    row = panel.locator(".queue-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(WORDS.word("On the way"))

    panel.locator("summary").click()
    expect(panel).to_be_hidden()
    phone.goto("/my-tasks/")
    expect(phone.locator("[data-task]")).to_have_count(3)
    expect(panel).to_have_attribute("data-sent", "2")
    expect(panel).to_be_hidden()

    _hold_reports(phone.context)
    phone.goto(f"/my-tasks/{tasks[1].pk}/")
    phone.get_by_role("button", name=WORDS("Picked up")).click()
    expect(panel.locator(".queue-row[data-status=waiting]")).to_be_visible()  # that is news
    expect(panel.locator(".queue-row")).to_have_count(2)


def test_the_phones_own_times_are_of_the_couriers_place(phone: Page, tasks: list[Delivery]) -> None:
    phone.goto(f"/my-tasks/{tasks[0].pk}/")
    phone.get_by_role("button", name=WORDS("Picked up")).click()
    expect(phone.locator("[data-queue]")).to_have_attribute("data-sent", "1", timeout=SENDING_MS)

    above = phone.locator(".queue-row [data-at]").inner_text()
    below = phone.locator(".task-reports time").first
    expect(below).to_contain_text(above)


def _open_with_a_halted_clock(page: Page, task: Delivery) -> None:
    now = datetime.now()
    page.clock.install(time=now - timedelta(minutes=5))
    page.goto(f"/my-tasks/{task.pk}/")
    page.clock.pause_at(now)


def _middle(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _kept_states(page: Page) -> list[str]:
    kept: list[str] = page.evaluate("async () => (await courierQueue.all()).map(({ state }) => state)")
    return kept


def _hold_reports(context: BrowserContext) -> None:
    context.route("**/report/", lambda route: route.abort())


def _order(rows: Locator) -> list[int]:
    return [int(row.get_attribute("data-task") or 0) for row in rows.all()]


def _progress(done: str, total: str) -> re.Pattern[str]:
    sentence: Any = WORDS.word("<strong>%(done)s</strong> of %(total)s finished")
    text = re.sub(r"</?strong>", "", sentence)
    return re.compile(re.escape(text.replace("%(done)s", done).replace("%(total)s", total)))
