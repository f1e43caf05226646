"""The courier reports, and the customer's open pages say so: the order, the chat, the list, the link."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Provider, User
from delivery.domain import Proof, hand_over, report
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery
from marketplace.common.images import reencode_photo
from orders.domain import confirm_order, place_order, share_link
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.words import Words
from tests.support.pictures import a_picture

pytestmark = pytest.mark.browser

Done = TypeVar("Done")


@pytest.fixture
def parcel(make_service: Callable[..., Service], customer: User, provider: User) -> Order:
    tea = make_service("ชามะลิ", kind=ServiceKind.GOODS)
    order = place_order(tea, by=customer, form_token=uuid4(), delivery_address="12 Charoen Krung")
    return confirm_order(order, by=provider)


def test_what_the_courier_reports_shows_on_every_open_page(
    open_browser: Callable[..., Page],
    shop: Provider,
    customer: User,
    provider: User,
    courier: User,
    parcel: Order,
) -> None:
    words = Words("fa")
    User.objects.filter(pk=customer.pk).update(language="fa")
    link = share_link(parcel)
    page = open_browser(customer, language="fa", viewport=PHONE)
    chat = open_browser(customer, language="fa", viewport=DESKTOP)
    rows = open_browser(customer, language="fa", viewport=PHONE)
    holder = open_browser(language="fa", viewport=PHONE)
    holder.clock.install()
    page.goto(f"/orders/{parcel.pk}/")
    chat.goto(f"/inbox/{parcel.thread_id}/")
    rows.goto("/orders/")
    holder.goto(f"/o/{link}/")
    for visitor in (page, holder):
        expect(visitor.locator("delivery-part .dl")).to_be_visible()
    expect(page.locator(".dl-line")).to_have_count(0)  # nobody has it yet

    rider = Courier.objects.create(user=courier, provider=shop)
    delivery = _elsewhere(lambda: hand_over(parcel, courier=rider, by=provider))

    for visitor in (page, chat):
        expect(visitor.locator(".dl-stop.is-now")).to_have_count(1)
        expect(visitor.locator("[data-said]")).to_contain_text("Courier")
    page.locator("html").evaluate("html => html.dataset.kept = 'yes'")  # the page is not loaded again

    _say(delivery, rider, DeliveryState.ON_THE_WAY)

    for visitor in (page, chat):
        expect(visitor.locator(".dl-line.is-on_the_way")).to_be_visible()
    expect(rows.locator("delivery-state")).to_be_visible()
    expect(holder.locator(".dl-line")).to_have_count(0)  # no socket: it asks
    holder.clock.run_for(31_000)
    expect(holder.locator(".dl-line.is-on_the_way")).to_be_visible()
    assert_sound(chat)

    photo = reencode_photo(io.BytesIO(a_picture(size=(400, 300))))
    _say(delivery, rider, DeliveryState.DELIVERED, receiver="Malee", photo=photo, signature=photo)

    for visitor in (page, chat):
        expect(visitor.locator(".dl-line.is-delivered")).to_be_visible()
        expect(visitor.locator("[data-said]")).to_contain_text("Malee")
        expect(visitor.locator(".dl-head .pill")).to_have_text(words("Delivered"))
    assert page.locator("html").get_attribute("data-kept") == "yes"
    holder.clock.run_for(31_000)
    proof = holder.locator(".dl-proof img").first
    proof.scroll_into_view_if_needed()
    expect(proof).to_have_js_property("complete", True)
    assert proof.evaluate("picture => picture.naturalWidth") == 400
    for visitor in (page, holder):
        assert_sound(visitor)


def test_without_scripts_links_lead_to_it(
    open_browser: Callable[..., Page], shop: Provider, provider: User, courier: User, parcel: Order
) -> None:
    hand_over(parcel, courier=Courier.objects.create(user=courier, provider=shop), by=provider)
    page = open_browser(language="th", viewport=PHONE, java_script_enabled=False)

    page.goto(f"/o/{share_link(parcel)}/")
    page.locator("delivery-part a").click()

    expect(page.locator(".dl-stop.is-now")).to_be_visible()
    expect(page.locator("[data-said]")).to_contain_text("Courier")


def _say(delivery: Delivery, rider: Courier, state: DeliveryState, **proof: Any) -> None:
    said = {"client_id": uuid4(), "state": state, "said_at": timezone.now(), "proof": Proof(**proof)}
    _elsewhere(lambda: report(delivery, courier=rider, **said))


def _elsewhere(act: Callable[[], Done]) -> Done:
    """In a thread of its own: the browser's event loop runs in this one; telling pages starts another."""

    def run() -> Done:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()
