"""Manual D in Thai as an Operator, on a phone: the daily work, and what is an Admin's alone (D23)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from loyalty.enums import Role
from loyalty.models import Batch, LedgerEntry, Member, Programme, Reward, RoleRights
from tests.browser.axe import assert_sound
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.office import (
    MENU,
    is_not_there,
    log_in,
    make_clerk,
    make_programme,
    menus_of,
    named,
    open_menu,
    post,
    press,
    write,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def clerk(make_person: Callable[..., User]) -> User:
    make_programme()
    return make_clerk(make_person("clerk"), Role.OPERATOR)


def test_an_operator_finds_every_menu_but_the_permissions(
    open_browser: Callable[..., Page], clerk: User
) -> None:
    page = open_browser(viewport=PHONE)
    log_in(page, "clerk")

    expect(page).to_have_url(re.compile(r"/admin/home/$"))
    assert menus_of(page) == [name for name in MENU if name != "Manage Permissions"]
    statuses = [
        post(page, "/admin/permissions/add/", name="X", username="own-admin", role="admin"),
        post(page, "/admin/permissions/rights/save/", **{"operator-permissions": "on"}),
    ]
    for path in ("permissions", "permissions/add", "permissions/rights", f"permissions/{clerk.pk}"):
        is_not_there(page, f"/admin/{path}/")
    refused = page.goto("/admin/loyalty/ledgerentry/")

    assert statuses == [404, 404]
    assert refused is not None
    assert refused.status == 403
    assert not User.objects.filter(username="own-admin").exists()
    assert not RoleRights.objects.exists()


def test_an_operator_looks_after_members_and_rewards_on_a_phone(
    open_browser: Callable[..., Page], clerk: User
) -> None:
    page = open_browser(clerk, viewport=PHONE)
    page.goto("/admin/home/")

    open_menu(page, "Member Detail")  # D12
    page.get_by_role("searchbox").fill("๐๘๑๒๓๔๕๖๗๘")
    press(page, "Search")
    page.get_by_role("link", name=named("Edit")).click()
    write(page, "ชื่อ", "สมศรี มีสุข")
    press(page, "Save")
    expect(page.get_by_text("บันทึกแล้ว")).to_be_visible()
    assert_sound(page)
    open_menu(page, "Reward Setup")  # D9
    page.get_by_role("button", name=re.compile("^ปิด")).click()
    expect(page.get_by_text("ส่วนลด 50 บาท").first).to_be_visible()

    assert Member.objects.get().name == "สมศรี มีสุข"
    assert not Reward.objects.get().is_active


def test_an_operators_file_waits_for_a_second_person(
    open_browser: Callable[..., Page], clerk: User, make_person: Callable[..., User], tmp_path: Path
) -> None:
    Programme.objects.update(needs_approval=True)
    page = open_browser(clerk, viewport=PHONE)
    page.goto("/admin/home/")

    open_menu(page, "Adjust by Phone Number", is_checked=False)  # D15
    _upload_and_run(page, tmp_path)
    expect(page.get_by_text("รออนุมัติ").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^อนุมัติ"))).to_have_count(0)
    assert_sound(page)
    batch = Batch.objects.get()
    status = post(page, f"/admin/batches/{batch.pk}/approve/")
    before = LedgerEntry.objects.filter(kind="adjustment").count()
    chief = open_browser(make_clerk(make_person("chief"), Role.ADMIN), viewport=DESKTOP)
    chief.goto(f"/admin/batches/{batch.pk}/")
    chief.get_by_role("button", name=re.compile("^อนุมัติ")).click()
    expect(chief.get_by_text("ย้อนกลับ").first).to_be_visible(timeout=20_000)

    assert (status, before) == (200, 0)  # the page again, with the reason
    assert Member.objects.get().balance == 230


def _upload_and_run(page: Page, folder: Path) -> None:
    file = folder / "rows.csv"
    file.write_text("เบอร์โทรศัพท์,คะแนน\n0812345678,50\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    write(page, "เหตุผล", "ชดเชย")
    press(page, "Upload")
    press(page, "ตรวจสอบไฟล์")
    run = page.get_by_role("button", name=named("Run"))
    expect(run).to_be_visible(timeout=20_000)
    run.click()
