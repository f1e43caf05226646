"""Manual D in Thai as Staff: the counter of one branch on a phone, and nothing of the backoffice (D23)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from loyalty.enums import Role
from loyalty.models import Batch, Branch, LedgerEntry, Member, Purchase
from tests.browser.axe import assert_sound
from tests.browser.conftest import PHONE
from tests.browser.office import (
    is_not_there,
    log_in,
    make_clerk,
    make_programme,
    menus_of,
    post,
    press,
    write,
)

pytestmark = pytest.mark.browser

BACKOFFICE = (
    ("home", "user-insight", "activity-summary", "earning", "rewards", "packages", "friends", "members")
    + ("levels", "import-user", "adjust-by-phone", "adjust-by-user-id", "activity-log", "setup")
    + ("permissions",)
)


@pytest.fixture
def till(make_person: Callable[..., User]) -> User:
    make_programme()
    return make_clerk(make_person("till"), Role.STAFF, Branch.objects.get())


def test_staff_give_points_and_redeem_by_phone_number(open_browser: Callable[..., Page], till: User) -> None:
    page = open_browser(viewport=PHONE)
    log_in(page, "till")
    expect(page).to_have_url(re.compile("/counter/$"))
    expect(page.get_by_text("สาขาสยาม")).to_be_visible()
    assert_sound(page)

    page.get_by_role("link", name="ให้คะแนน (Earn Points)").click()
    page.get_by_role("textbox", name=re.compile("^ยอดใช้จ่าย")).fill("๑,๐๐๐")
    write(page, "เบอร์โทรศัพท์", "081 234 5678")
    press(page, "ถัดไป")
    expect(page.locator(".counter-gives strong")).to_have_text("40")
    assert_sound(page)
    press(page, "Confirm")
    expect(page.get_by_role("heading", name="ให้คะแนนสำเร็จ")).to_be_visible()
    expect(page.locator(".counter-now strong")).to_have_text("220")
    page.get_by_role("link", name="แลกของรางวัล (Redeem Rewards)").click()
    page.get_by_role("link", name=re.compile("ส่วนลด 50 บาท")).click()
    press(page, "Confirm")
    expect(page.locator(".counter-now")).to_contain_text("คะแนนคงเหลือ")
    expect(page.locator(".counter-now strong")).to_have_text("120")

    purchase = Purchase.objects.latest("pk")
    assert (purchase.amount, purchase.by, purchase.branch) == (1000, till, Branch.objects.get())
    assert Member.objects.get().balance == 120


def test_an_unknown_customer_joins_at_the_counter(open_browser: Callable[..., Page], till: User) -> None:
    page = open_browser(till, viewport=PHONE)
    page.goto("/counter/points/")

    page.get_by_role("textbox", name=re.compile("^ยอดใช้จ่าย")).fill("500")
    write(page, "เบอร์โทรศัพท์", "0899999999")
    press(page, "ถัดไป")
    expect(page.get_by_role("heading", name="ไม่พบข้อมูลลูกค้า")).to_be_visible()
    assert_sound(page)
    write(page, "ชื่อ", "ปิติ ชูใจ")
    press(page, "เพิ่มเป็นสมาชิกและทำต่อ")
    press(page, "Confirm")
    expect(page.get_by_role("heading", name="ให้คะแนนสำเร็จ")).to_be_visible()

    assert Member.objects.get(phone="+66899999999").balance == 20


def test_staff_find_nothing_of_the_backoffice_but_what_is_their_own(
    open_browser: Callable[..., Page], till: User
) -> None:
    other = Branch.objects.create(name="สาขาอารีย์", code="ARI")
    member = Member.objects.get()
    entries = LedgerEntry.objects.count()
    page = open_browser(till, viewport=PHONE)

    page.goto("/admin/")
    expect(page).to_have_url(re.compile("/counter/$"))
    statuses = [
        post(page, f"/admin/members/{member.pk}/edit/", name="X"),
        post(page, "/admin/setup/save/", store_name="X"),
        post(page, "/admin/batches/phone/upload/", note="X"),
    ]
    post(page, f"/counter/branch/{other.pk}/")
    for path in BACKOFFICE:
        is_not_there(page, f"/admin/{path}/")
    is_not_there(page, f"/admin/members/{member.pk}/")
    page.goto("/counter/")
    expect(page.locator(".counter-branch")).to_have_text("สาขาสยาม")
    page.locator("header details").last.locator("summary").click()
    page.get_by_role("link", name="Backoffice").click()

    expect(page.get_by_role("heading", level=1, name=re.compile("^My Profile"))).to_be_visible()
    assert menus_of(page) == ["My Profile", "User Manual", "Language"]
    assert_sound(page)
    member.refresh_from_db()
    assert statuses == [404, 404, 404]
    assert (member.name, Batch.objects.count(), LedgerEntry.objects.count()) == ("สมศรี ใจดี", 0, entries)
