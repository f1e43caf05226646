"""The member's own side on a phone, in Thai: points and why, level, rewards, card, friends, orders."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from loyalty.domain.programme import store_day
from loyalty.enums import ReferralEvent
from loyalty.models import LedgerEntry, Member, Programme, Referral, ReferralCampaign
from orders.domain import place_order
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.office import make_programme, press
from tests.support.private import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def thai(customer: User) -> User:
    User.objects.filter(pk=customer.pk).update(language="th")
    customer.refresh_from_db()
    return customer


@pytest.fixture
def campaign(db: None) -> ReferralCampaign:
    today = store_day()
    return ReferralCampaign.objects.create(
        name="เพื่อนชวนเพื่อน",
        starts_on=today,
        ends_on=today + timedelta(days=30),
        inviter_points=50,
        friend_points=30,
        event=ReferralEvent.FIRST_ORDER,
    )


def test_a_member_sees_why_redeems_and_shows_card_and_coupon(
    open_browser: Callable[..., Page], thai: User
) -> None:
    member = make_programme(thai)
    Programme.objects.update(store_name="ตลาดสยาม")
    page = open_browser(thai, viewport=PHONE)
    page.goto("/dashboard/")
    page.locator("[popovertarget=side-menu]").first.click()
    page.locator("#side-menu").get_by_role("link", name="คะแนนของฉัน").click()

    expect(page.locator(".points-hero-number")).to_have_text("180")
    expect(page.get_by_role("heading", name="ระดับสมาชิก Silver")).to_be_visible()
    expect(page.locator("#my-level-missing")).to_contain_text("฿3,000")
    expect(page.locator("#my-level-missing")).to_contain_text("Gold")
    assert_sound(page)
    _tab(page, "ประวัติ")
    expect(page.get_by_role("listitem").filter(has_text="+280")).to_contain_text("ทุก 25 บาท")
    _redeem(page)
    _tab(page, "บัตรของฉัน")
    expect(page.locator(".points-card")).to_contain_text("ตลาดสยาม")
    expect(page.locator(".points-card-number")).to_have_text(member.number)
    expect(page.get_by_role("img", name="คิวอาร์โค้ดบัตรของฉัน")).to_be_visible()

    member.refresh_from_db()
    assert member.balance == 80
    assert [entry.points for entry in LedgerEntry.objects.order_by("pk")] == [280, -100, -100]


def test_an_invited_friend_signs_up_and_joins(
    open_browser: Callable[..., Page], thai: User, campaign: ReferralCampaign
) -> None:
    member = make_programme(thai)
    page = open_browser(thai, viewport=PHONE)
    page.goto("/points/friends/")
    expect(page.get_by_text(f"/i/{member.invite_code}/")).to_be_visible()
    assert_sound(page)

    friend = open_browser(viewport=PHONE)
    friend.goto(f"/i/{member.invite_code}/")
    expect(friend.get_by_text("เพื่อนได้รับ")).to_contain_text("30")
    assert_sound(friend)
    _sign_up(friend)
    press(friend, "เข้าร่วม")
    expect(friend.locator(".points-hero-number")).to_have_text("0")
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text="มานะ")).to_contain_text("สมัครสมาชิก")

    referral = Referral.objects.get()
    assert (referral.inviter, referral.friend.name, referral.status) == (member, "มานะ", "joined")
    assert Member.objects.count() == 2


def test_an_order_tells_its_points_before_and_after(
    open_browser: Callable[..., Page], thai: User, provider: User, make_service: Callable[..., Service]
) -> None:
    member = make_programme(thai)
    User.objects.filter(pk=provider.pk).update(language="th")
    service = make_service("กาแฟคั่ว", kind=ServiceKind.GOODS, price=Decimal(500))
    order = place_order(service, by=thai, form_token=uuid4())
    page = open_browser(thai, viewport=PHONE)

    page.goto(f"/orders/{order.pk}/")
    expect(page.locator(".order-points")).to_contain_text("ได้ 20 คะแนนเมื่อออร์เดอร์เสร็จสิ้น")
    assert_sound(page)
    _complete(open_browser(provider, viewport=DESKTOP), order)
    wait_until(lambda: LedgerEntry.objects.filter(reference=f"order:{order.pk}").exists(), 15)
    page.reload()
    expect(page.locator(".order-points")).to_contain_text("ได้ 20 คะแนนจากออร์เดอร์นี้")
    page.locator(".order-points").get_by_role("link", name="คะแนนของฉัน").click()
    expect(page.locator(".points-hero-number")).to_have_text("200")

    member.refresh_from_db()
    assert member.balance == 200


def _complete(shop: Page, order: Order) -> None:
    shop.goto(f"/orders/{order.pk}/")
    for word in ("ยืนยันออร์เดอร์", "ปิดออร์เดอร์"):
        shop.get_by_role("button", name=re.compile(rf"^\s*{word}")).first.click()
    expect(shop.get_by_text("เสร็จสิ้น").first).to_be_visible()


def _tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="คะแนนของฉัน").get_by_role("link", name=name, exact=True).click()
    expect(
        page.get_by_role("navigation", name="คะแนนของฉัน").get_by_role("link", name=name, exact=True)
    ).to_have_attribute("aria-current", "page")
    assert_sound(page)


def _redeem(page: Page) -> None:
    _tab(page, "ของรางวัล")
    page.get_by_role("link", name="ส่วนลด 50 บาท").click()
    expect(page.locator(".points-sums")).to_contain_text("คะแนนที่จะเหลือ")
    assert_sound(page)
    page.get_by_role("button", name=re.compile(r"^\s*Confirm")).dblclick()
    expect(page.get_by_role("img", name=re.compile("คิวอาร์โค้ด"))).to_be_visible()
    expect(page.locator(".coupon-code")).to_have_text(re.compile("^[0-9A-Z]{10}$"))
    assert_sound(page)
    page.goto("/points/rewards/")
    offer = page.get_by_role("listitem").filter(has_text="ส่วนลด 50 บาท")
    expect(offer.locator(".offer-why")).to_contain_text("20")  # so many are missing to a second one
    expect(offer.get_by_role("link")).to_have_count(0)


def _sign_up(page: Page) -> None:
    page.get_by_role("link", name=re.compile("สมัคร")).last.click()
    page.get_by_role("textbox", name="ชื่อ", exact=True).fill("มานะ")
    page.get_by_role("textbox", name=re.compile("^อีเมล")).fill("mana@people.example")
    page.locator("main input[type=password]").first.fill("somtam-pu-2569")
    page.get_by_role("radio", name=re.compile("ผู้รับบริการ")).check()
    page.get_by_role("button", name="สมัครสมาชิก").click()
    expect(page).to_have_url(re.compile("/points/$"))
