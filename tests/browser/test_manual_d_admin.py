"""Manual D, word for word, in Thai, as an Admin. The numbers in the comments are the manual's lines."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from loyalty.enums import Role
from loyalty.models import (
    BackofficeAccount,
    Branch,
    EarningRule,
    LedgerEntry,
    Level,
    Member,
    Package,
    Programme,
    ReferralCampaign,
    Reward,
)
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
    press,
    write,
)

pytestmark = pytest.mark.browser

NEW_PASSWORD = "khao-man-kai-2569"


@pytest.fixture
def admin(make_person: Callable[..., User]) -> User:
    make_programme()
    return make_clerk(make_person("chief"), Role.ADMIN)


@pytest.fixture
def office(open_browser: Callable[..., Page], admin: User) -> Page:
    page = open_browser(admin, viewport=DESKTOP)
    page.goto("/admin/home/")
    return page


def test_an_admin_logs_in_and_finds_the_manuals_menu(open_browser: Callable[..., Page], admin: User) -> None:
    page = open_browser(viewport=DESKTOP)

    page.goto("/admin/")
    assert_sound(page)
    expect(page.get_by_role("link", name="Forgot Password")).to_be_visible()
    log_in(page, "chief")

    expect(page).to_have_url(re.compile(r"/admin/home/$"))  # D2
    expect(page.get_by_role("heading", level=1, name=named("Dashboard"))).to_be_visible()
    assert menus_of(page) == list(MENU)


def test_a_forgotten_password_is_replaced_by_the_link_in_the_mail(
    open_browser: Callable[..., Page], admin: User
) -> None:
    page = open_browser(viewport=PHONE)
    page.goto("/admin/")

    page.get_by_role("link", name="Forgot Password").click()  # D3
    assert_sound(page)
    page.get_by_role("textbox", name=re.compile("อีเมล")).fill(admin.email)
    page.locator("main form [type=submit]").click()
    expect(page).to_have_url(re.compile("/password/reset/done/"))
    page.goto(_link_in_the_outbox(page))
    for field in page.locator("main input[type=password]").all():
        field.fill(NEW_PASSWORD)
    page.locator("main form [type=submit]").click()
    expect(page.locator("main input[type=password]")).to_have_count(0)

    page.context.clear_cookies()
    log_in(page, "chief", NEW_PASSWORD)
    expect(page).to_have_url(re.compile(r"/admin/home/$"))


def test_home_shows_the_business_its_customers_and_what_they_do(office: Page) -> None:
    tile = office.locator(".tile")
    for label, figure in (("สมาชิก", "1"), ("คะแนนที่ให้", "280"), ("การแลกของรางวัล", "1")):  # D5
        expect(tile.filter(has_text=re.compile(rf"^\s*{label}"))).to_contain_text(figure)
    expect(tile.filter(has_text=re.compile(r"^\s*คะแนนคงค้าง"))).to_contain_text("180")

    open_menu(office, "User Insight")  # D6
    for group, members in (("ลูกค้าขาประจำ", "0"), ("ลูกค้าใหม่", "1"), ("ลูกค้าที่ไม่ได้ใช้งาน", "0")):
        card = office.get_by_role("listitem").filter(has=office.get_by_role("heading", name=group))
        expect(card.locator(".tile-value")).to_contain_text(members)

    open_menu(office, "Activity Summary")  # D7
    expect(office.get_by_role("row", name="การสะสมคะแนน 1 1 280 0 0")).to_be_visible()
    expect(office.get_by_role("row", name="การแลกของรางวัล 1 1 0 100 1")).to_be_visible()
    expect(office.get_by_role("row", name=re.compile("^สาขาสยาม 2 1 280 100 1"))).to_be_visible()


def test_points_rewards_packages_and_a_campaign_are_set_up(office: Page, photo_file: Path) -> None:
    open_menu(office, "Point Earning Setup")  # D8
    _earning_rule(office)
    open_menu(office, "Reward Setup")  # D9
    _reward(office, photo_file)
    open_menu(office, "Package Setup")  # D10
    _package(office)
    open_menu(office, "Friend Get Friend")  # D11
    _campaign(office)

    rule = EarningRule.objects.get(name="ทุก 100 บาท")
    assert (rule.points, rule.per_amount, rule.minimum) == (1, 100, 300)
    reward = Reward.objects.get(name="กาแฟหนึ่งแก้ว")
    assert (reward.kind, reward.points, reward.quantity, reward.ends_on) == ("product", 60, 20, None)
    package = Package.objects.get(name="ชุดสุดคุ้ม")
    assert sorted(package.items.values_list("reward__name", "quantity")) == [
        ("กาแฟหนึ่งแก้ว", 2),
        ("ส่วนลด 50 บาท", 1),
    ]
    campaign = ReferralCampaign.objects.get()
    assert (campaign.inviter_points, campaign.friend_points) == (50, 30)
    assert (str(campaign.starts_on), str(campaign.ends_on)) == ("2027-01-01", "2027-03-31")


def test_members_are_found_edited_graded_and_imported(office: Page, tmp_path: Path) -> None:
    open_menu(office, "Member Detail")  # D12
    _find_and_edit(office)
    open_menu(office, "Member Level")  # D13
    _platinum(office)
    open_menu(office, "Import User")  # D14
    rows = "เบอร์โทรศัพท์,ชื่อ,อีเมล,คะแนน\n0819990001,มานี รักเรียน,manee@people.example,250\n12,ผิด,,\n"
    _batch(office, tmp_path, rows, ready="1", errors="1", is_checked=True)

    found = Member.objects.get(phone="+66819990001")
    assert (found.name, found.email, found.balance) == ("มานี รักเรียน", "manee@people.example", 250)
    assert Member.objects.count() == 2


def test_points_are_adjusted_by_file_and_the_log_is_exported(office: Page, tmp_path: Path) -> None:
    member = Member.objects.get()

    open_menu(office, "Adjust by Phone Number")  # D15
    write(office, "เหตุผล", "โบนัสสงกรานต์")
    _batch(office, tmp_path, "เบอร์โทรศัพท์,คะแนน\n081-234-5678,๑๐๐\n0855555555,5\n", ready="1", errors="1")
    open_menu(office, "Adjust by User ID")  # D16
    expect(office.get_by_text("(User ID)")).to_be_visible()
    write(office, "เหตุผล", "แก้ยอด")
    _batch(
        office,
        tmp_path,
        f"User ID,คะแนน\n{member.number},-30\n{member.number},-9999\n",
        ready="1",
        errors="1",
    )
    open_menu(office, "Activity Log")  # D17
    expect(office.get_by_role("row", name=re.compile(r"สมศรี ใจดี .* -30 แก้ยอด Chief"))).to_be_visible()
    with office.expect_download() as download:
        office.get_by_role("link", name="Export CSV").click()

    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert [line.split(",")[5:7] for line in lines[1:]] == [["-30", "แก้ยอด"], ["100", "โบนัสสงกรานต์"]]
    entries = LedgerEntry.objects.filter(kind="adjustment").order_by("pk")
    assert list(entries.values_list("points", "note")) == [(100, "โบนัสสงกรานต์"), (-30, "แก้ยอด")]
    member.refresh_from_db()
    assert member.balance == 250


def test_the_store_and_its_people_are_set_up_and_a_new_clerk_chooses_a_password(
    office: Page, open_browser: Callable[..., Page]
) -> None:
    open_menu(office, "Account Setup")  # D21
    _store(office)
    open_menu(office, "Manage Permissions")  # D23
    password = _new_clerk(office)
    _rights(office)
    phone = open_browser(viewport=PHONE)
    _first_log_in(phone, password)

    store = Programme.objects.get()
    assert (store.store_name, str(store.contact_phone)) == ("ตลาดสยาม", "+6622550999")
    assert Branch.objects.filter(name="สาขาทองหล่อ", code="THO").exists()
    account = BackofficeAccount.objects.get()
    assert (account.user.username, account.role, account.branch and account.branch.code) == (
        "manee",
        "staff",
        "THO",
    )
    assert not account.user.must_change_password


def test_an_admins_own_settings_and_what_comes_later(office: Page, admin: User) -> None:
    open_menu(office, "My Profile")  # D27
    write(office, "ชื่อ", "สุดา ผู้จัดการ")
    press(office, "Save")
    expect(office.get_by_text("บันทึกแล้ว")).to_be_visible()
    open_menu(office, "User Manual")  # D28
    with office.expect_download() as download:
        office.get_by_role("link", name=re.compile("ดาวน์โหลด.*ไทย")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    open_menu(office, "Language")  # D29
    office.get_by_role("radio", name="English").check()
    press(office, "Save")
    expect(office.get_by_role("heading", level=1, name="Language")).to_be_visible()
    expect(office.get_by_text("Saved.")).to_be_visible()
    assert menus_of(office) == list(MENU)

    admin.refresh_from_db()
    assert (admin.display_name, admin.language) == ("สุดา ผู้จัดการ", "en")
    User.objects.filter(pk=admin.pk).update(language="th")
    office.goto("/language/th/?next=/admin/home/")
    for path in ("targeted-message", "smart-target", "rich-menu", "theme", "privacy", "extensions"):
        is_not_there(office, f"/admin/{path}/")


def test_every_menu_fits_a_phone(open_browser: Callable[..., Page], admin: User) -> None:
    page = open_browser(admin, viewport=PHONE)
    page.goto("/admin/home/")

    for name in MENU:
        open_menu(page, name, is_checked=name in ("Dashboard", "Manage Permissions"))
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name
    for path in (
        "rewards/add",
        "packages/add",
        "earning/add",
        "friends/add",
        "levels/add",
        "permissions/add",
    ):
        page.goto(f"/admin/{path}/")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"], path
    page.goto("/admin/permissions/")
    expect(page.get_by_role("link", name=re.compile("^Edit"))).to_be_in_viewport()


def test_the_pages_below_the_menus_are_sound(office: Page) -> None:
    member, reward, branch = Member.objects.get(), Reward.objects.get(), Branch.objects.get()
    rule, level = EarningRule.objects.get(), Level.objects.get(name="Gold")

    for path in (
        *(f"members/{member.pk}/{end}" for end in ("merge/", "erase/")),
        *(f"rewards/{reward.pk}/{end}" for end in ("", "redemptions/", "codes/")),
        *(f"earning/{rule.pk}/", f"levels/{level.pk}/", f"setup/branches/{branch.pk}/", "setup/programme/"),
    ):
        response = office.goto(f"/admin/{path}")
        assert response is not None
        assert response.status == 200, path
        assert_sound(office)


def _link_in_the_outbox(page: Page) -> str:
    page.goto("/outbox/")
    found = re.search(r"/accounts/password/reset/key/[\w-]+/", page.content())
    assert found is not None
    return found[0]


def _earning_rule(page: Page) -> None:
    page.get_by_role("link", name="สร้างกติกาใหม่").first.click()
    write(page, "ชื่อกติกา", "ทุก 100 บาท")
    write(page, "คะแนน", "๑")
    write(page, "ทุกยอดใช้จ่าย", "๑๐๐")
    write(page, "ยอดใช้จ่ายขั้นต่ำ", "300")
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_text("บันทึกแล้ว")).to_be_visible()
    write(page, "จำนวนเงิน", "1,280")
    press(page, "ทดลอง")
    expect(page.locator(".earning-sum strong")).to_have_text("63")  # 51 of the one rule, 12 of the other


def _reward(page: Page, photo_file: Path) -> None:
    page.get_by_role("link", name=named("Create New Reward")).first.click()
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("ยังไม่ได้บันทึก")
    write(page, "Reward Name", "กาแฟหนึ่งแก้ว")
    write(page, "คะแนนที่ใช้แลก", "60")
    write(page, "จำนวนที่มี", "20")
    page.get_by_role("radio", name="สินค้าฟรี").check()
    page.locator("input[type=file]").set_input_files(photo_file)
    page.get_by_role("checkbox", name=named("No Expiry")).check()
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_role("row", name=re.compile("กาแฟหนึ่งแก้ว"))).to_contain_text("20 จาก 20")


def _package(page: Page) -> None:
    page.get_by_role("link", name=named("Create New Package")).first.click()
    write(page, "ชื่อแพ็กเกจ", "ชุดสุดคุ้ม")
    for number, (reward, quantity) in enumerate((("ส่วนลด 50 บาท", "1"), ("กาแฟหนึ่งแก้ว", "2"))):
        page.get_by_role("combobox", name=named("ของรางวัล")).nth(number).select_option(label=reward)
        page.get_by_role("textbox", name="จำนวน", exact=True).nth(number).fill(quantity)
    write(page, "คะแนนที่ใช้แลก", "150")
    page.get_by_role("checkbox", name=named("No Expiry")).check()
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_role("row", name=re.compile("ชุดสุดคุ้ม"))).to_contain_text("2 × กาแฟหนึ่งแก้ว")


def _campaign(page: Page) -> None:
    page.get_by_role("link", name="เพิ่มแคมเปญ").first.click()
    write(page, "ชื่อแคมเปญ", "เพื่อนชวนเพื่อน")
    write(page, "ตั้งแต่วันที่", "01/01/2570")
    write(page, "ถึงวันที่", "2027-03-31")
    write(page, "คะแนนสำหรับผู้ชวน", "0")
    write(page, "คะแนนสำหรับเพื่อน", "30")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("ยังไม่ได้บันทึก")  # 0 for who invites is refused
    write(page, "คะแนนสำหรับผู้ชวน", "50")
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_role("heading", name=re.compile("เพื่อนชวนเพื่อน"))).to_be_visible()
    assert_sound(page)


def _find_and_edit(page: Page) -> None:
    page.get_by_role("searchbox").fill("ไม่มีคนนี้")
    press(page, "Search")
    expect(page.get_by_text("ไม่พบข้อมูลลูกค้า")).to_be_visible()
    for words in ("081-234-5678", "สมศรี", "somsri@people.example", Member.objects.get().number):
        page.get_by_role("searchbox").fill(words)
        press(page, "Search")
        expect(page.get_by_role("link", name="สมศรี ใจดี", exact=True)).to_be_visible()
    page.get_by_role("link", name=named("Edit")).click()
    write(page, "ชื่อ", "สมศรี มีสุข")
    write(page, "อีเมล", "new@people.example")
    write(page, "เบอร์โทรศัพท์", "๐๘๑ ๒๓๔ ๕๖๗๙")
    page.get_by_role("combobox", name="ระดับสมาชิก").select_option(label="Gold")
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_text("บันทึกแล้ว")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("+66 81 234 5679")
    expect(page.get_by_role("heading", name="ทำไมจึงมี 180 คะแนน")).to_be_visible()
    assert_sound(page)
    member = Member.objects.get()
    assert (member.name, member.email, member.hand_level and member.hand_level.name) == (
        "สมศรี มีสุข",
        "new@people.example",
        "Gold",
    )


def _platinum(page: Page) -> None:
    page.get_by_role("link", name="เพิ่มระดับ").click()
    write(page, "ชื่อระดับสมาชิก", "Platinum")
    write(page, "เกณฑ์ขั้นต่ำ", "20000")
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_role("heading", name="Platinum")).to_be_visible()
    page.get_by_role("radio", name="คะแนนที่ได้รับ").check()
    press(page, "Save")
    expect(page.get_by_text("ตั้งแต่ 20,000 คะแนน")).to_be_visible()
    assert Level.objects.get(name="Platinum").threshold == 20_000


def _batch(page: Page, folder: Path, rows: str, *, ready: str, errors: str, is_checked: bool = False) -> None:
    """Uploads, checks and runs a file, and waits until its rows are done."""
    file = folder / "rows.csv"
    file.write_text(rows, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    press(page, "Upload")
    expect(page.get_by_role("button", name="ตรวจสอบไฟล์")).to_be_visible()
    if is_checked:
        assert_sound(page)
    press(page, "ตรวจสอบไฟล์")
    run = page.get_by_role("button", name=named("Run"))
    expect(run).to_be_visible(timeout=20_000)
    expect(page.locator("[data-batch-count=ready]")).to_have_text(ready)
    expect(page.locator("[data-batch-count=error]")).to_have_text(errors)
    if is_checked:
        assert_sound(page)
    run.click()
    expect(page.get_by_text("ย้อนกลับ").first).to_be_visible(timeout=20_000)
    expect(page.locator("[data-batch-count=done]")).to_have_text(ready)


def _store(page: Page) -> None:
    write(page, "ชื่อร้าน", "ตลาดสยาม")
    write(page, "เบอร์โทรศัพท์ติดต่อ", "02-255-0999")
    press(page, "Save")
    expect(page.get_by_text("บันทึกแล้ว")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="สาขา", exact=True).click()
    assert_sound(page)
    page.get_by_role("link", name="เพิ่มสาขา").click()
    write(page, "ชื่อสาขา", "สาขาทองหล่อ")
    write(page, "รหัสสาขา", "tho")
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_role("row", name=re.compile("^สาขาทองหล่อ THO"))).to_be_visible()


def _new_clerk(page: Page) -> str:
    """The password that the page shows once."""
    page.get_by_role("link", name="สร้างบัญชี").click()
    write(page, "ชื่อ", "มานี เคาน์เตอร์")
    write(page, "ชื่อผู้ใช้", "manee")
    for role in ("Admin", "Operator", "Staff"):
        expect(page.get_by_role("radio", name=named(role))).to_be_attached()
    page.get_by_role("radio", name=named("Staff")).check()
    page.get_by_role("combobox", name="สาขา").select_option(label="สาขาทองหล่อ")
    assert_sound(page)
    press(page, "Save")
    password = page.locator(".log-in-once code").inner_text()
    assert_sound(page)
    page.reload()
    expect(page.locator(".log-in-once")).to_have_count(0)
    return password


def _rights(page: Page) -> None:
    page.get_by_role("link", name="สิทธิ์", exact=True).click()
    tick = page.get_by_role("checkbox", name="Reward Setup: Operator")
    expect(tick).to_be_checked()
    tick.uncheck()
    assert_sound(page)
    press(page, "Save")
    expect(page.get_by_role("checkbox", name="Reward Setup: Operator")).not_to_be_checked()


def _first_log_in(page: Page, password: str) -> None:
    log_in(page, "manee", password)
    expect(page).to_have_url(re.compile("/accounts/password/change/"))  # D4
    page.goto("/counter/")
    expect(page).to_have_url(re.compile("/accounts/password/change/"))
    fields = page.locator("main input[type=password]")
    for number, typed in enumerate((password, NEW_PASSWORD, NEW_PASSWORD)):
        fields.nth(number).fill(typed)
    press(page, "เปลี่ยนรหัสผ่าน")
    expect(page).to_have_url(re.compile(r":\d+/counter/$"))
    expect(page.get_by_text("สาขาทองหล่อ")).to_be_visible()
