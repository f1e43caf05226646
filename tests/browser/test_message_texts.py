"""Manual C, step 4: the owner sets SMS up, writes the announcement, and a hand-over sends it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from delivery.domain import hand_over
from delivery.models import Courier, MessageText
from marketplace.notify.models import Notification, SmsGateway
from orders.models import Order
from tests.browser.axe import assert_sound
from tests.browser.conftest import PHONE
from tests.delivery.conftest import make_parcel, parcel, rider, tea

pytestmark = pytest.mark.browser
__all__ = ["make_parcel", "parcel", "rider", "tea"]


def test_sms_are_set_up_and_the_announcement_is_written(
    open_browser: Callable[..., Page], provider: User, parcel: Order, rider: Courier
) -> None:
    page = open_browser(provider, viewport=PHONE)
    page.goto("/settings/sms/")
    expect(page.get_by_label("API key", exact=True)).to_be_hidden()
    page.get_by_role("radio", name="Kavenegar").check()
    expect(page.get_by_label("API key", exact=True)).to_be_visible()
    expect(page.get_by_label("Account SID", exact=True)).to_be_hidden()
    page.get_by_role("radio", name="For trying out").check()
    expect(page.get_by_label("API key", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert_sound(page)

    page.get_by_label("Phone").fill("081 234 5678")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status").get_by_text("Accepted by the gateway")).to_be_visible()
    page.get_by_role("link", name="Message texts").click()
    assert_sound(page)
    page.get_by_role("link", name="Order announcement to courier", exact=True).click()
    assert_sound(page)
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text(f"Order {parcel.number}")

    box = page.get_by_label("Order announcement to courier", exact=True)
    box.fill("Go: ")
    page.get_by_role("button", name="{address}").click()
    expect(box).to_have_value("Go: {address}")
    expect(preview).to_contain_text("Go: 12 Charoen Krung, Bang Rak")
    expect(preview).to_contain_text("1 part")
    expect(preview).to_contain_text("30 characters, 160 to a part")
    box.fill("ก" * 71)
    expect(preview).to_contain_text("2 parts")
    box.fill("{nmae} {link}")
    expect(preview).to_contain_text("{nmae}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("is no variable of this text")
    expect(box).to_have_value("{nmae} {link}")
    box.fill("Ride to {address}\n{link}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert MessageText.objects.get().text == "Ride to {address}\n{link}"

    User.objects.filter(pk=rider.user_id).update(phone="+66898765432")
    hand_over(parcel, courier=Courier.objects.select_related("user").get(), by=provider)
    page.goto("/settings/sms/log/")
    assert_sound(page)
    expect(page.get_by_text("Ride to 12 Charoen Krung, Bang Rak")).to_be_visible()
    assert SmsGateway.objects.get().kind == "console"
    assert Notification.objects.filter(channel="sms").count() == 2


def test_the_pages_work_without_scripts(
    open_browser: Callable[..., Page], provider: User, parcel: Order
) -> None:
    page = open_browser(provider, viewport=PHONE, java_script_enabled=False)
    page.goto("/settings/texts/courier_announcement/?language=en")

    page.get_by_label("Order announcement to courier", exact=True).fill("Ride to {address}")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview")).to_contain_text("Ride to 12 Charoen Krung, Bang Rak")
    expect(page.get_by_label("Order announcement to courier", exact=True)).to_have_value("Ride to {address}")
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    page.goto("/settings/sms/")
    page.get_by_role("radio", name="Twilio").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Fill this in.").first).to_be_visible()
    expect(page.get_by_label("Account SID", exact=True)).to_be_visible()
