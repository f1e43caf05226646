"""The backoffice of manual D in a browser: its words, its menu, and a small programme to work with."""

import re
from decimal import Decimal
from uuid import uuid4

from playwright.sync_api import Page, expect

from accounts.models import User
from loyalty.domain import award, join, redeem
from loyalty.enums import Place, RewardKind, Role, RuleKind
from loyalty.models import BackofficeAccount, Branch, EarningRule, Level, Member, Programme, Purchase, Reward
from tests.browser.axe import assert_sound
from tests.browser.conftest import password_as_the_site_keeps_it
from tests.conftest import PASSWORD

# The others of the manual (D18-D20, D22, D24-D26) come later and are not shown.
MENU = (
    ("Dashboard", "User Insight", "Activity Summary")
    + ("Point Earning Setup", "Reward Setup", "Package Setup", "Friend Get Friend")
    + ("Member Detail", "Member Level", "Import User")
    + ("Adjust by Phone Number", "Adjust by User ID", "Activity Log")
    + ("Account Setup", "Manage Permissions")
    + ("My Profile", "User Manual", "Language")
)


def named(word: str) -> re.Pattern[str]:
    """An accessible name that begins with the manual's word; its translation may stand behind it."""
    return re.compile(rf"^\s*{re.escape(word)}(\s|$)")


def open_menu(page: Page, name: str, *, is_checked: bool = True) -> None:
    """`is_checked`: also by axe."""
    opener = page.locator("[popovertarget=office-menu]").first
    if opener.is_visible():
        opener.click()
    page.get_by_role("navigation", name="Backoffice").get_by_role("link", name=named(name)).click()
    expect(page.get_by_role("heading", level=1, name=named(name))).to_be_visible()
    if is_checked:
        assert_sound(page)


def menus_of(page: Page) -> list[str]:
    """Of the manual's menus, those that stand in the side menu, on a phone behind its button."""
    menus = page.locator("#office-menu .menu-group:not(.menu-records) a [lang=en]")
    return menus.all_text_contents()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=named(name)).first.click()


def write(page: Page, name: str, value: str) -> None:
    page.get_by_role("textbox", name=named(name)).first.fill(value)


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """D1, D2."""
    page.goto("/admin/")
    page.get_by_label("ชื่อผู้ใช้").fill(username)
    page.get_by_label("รหัสผ่าน", exact=True).fill(password)
    press(page, "Login")


def is_not_there(page: Page, path: str) -> None:
    response = page.goto(path)
    assert response is not None
    assert response.status == 404, path
    expect(page.get_by_role("heading", name="ไม่พบหน้านี้")).to_be_visible()


def post(page: Page, path: str, **fields: str) -> int:
    """What a form of this page would send to `path`, with this person's own token; the status."""
    status: int = page.evaluate(
        """([path, fields]) => {
            const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const body = new URLSearchParams({...fields, csrfmiddlewaretoken: token});
            return fetch(path, {method: "POST", body}).then((answer) => answer.status);
        }""",
        [path, fields],
    )
    return status


def make_clerk(user: User, role: Role, branch: Branch | None = None) -> User:
    """`user` with a role of the backoffice, reading Thai."""
    user.password = password_as_the_site_keeps_it()
    user.is_staff, user.is_superuser, user.language = True, role == Role.ADMIN, "th"
    user.save()
    if role != Role.ADMIN:
        BackofficeAccount.objects.create(user=user, role=role, branch=branch)
    return user


def make_programme(user: User | None = None) -> Member:
    """One branch, Silver and Gold, one point for each 25 baht, a coupon for 100 points, and สมศรี ใจดี with 180
    points, who bought for 7,000 baht and redeemed once."""
    Programme.objects.create(pk=1, expiry_months=0, hold_days=0)
    branch = Branch.objects.create(name="สาขาสยาม", code="SIAM")
    Level.objects.create(name="Silver", threshold=0)
    Level.objects.create(name="Gold", threshold=10_000, multiplier=Decimal(2))
    EarningRule.objects.create(name="ทุก 25 บาท", kind=RuleKind.SPENDING, per_amount=Decimal(25), points=1)
    coupon = Reward.objects.create(
        name="ส่วนลด 50 บาท", kind=RewardKind.COUPON, points=100, discount=Decimal(50), quantity=5
    )
    member = join(name="สมศรี ใจดี", phone="+66812345678", email="somsri@people.example", user=user)
    purchase = Purchase.objects.create(
        member=member, amount=Decimal(7000), branch=branch, reference=f"test:{uuid4()}"
    )
    award(purchase)
    member.refresh_from_db()
    redeem(member, coupon, place=Place.COUNTER, form_token=uuid4(), branch=branch)
    member.refresh_from_db()
    return member
