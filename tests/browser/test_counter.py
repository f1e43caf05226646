"""The counter and the member's side on phones, in Thai, by the manual's own words: points, a reward, undo."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from loyalty.domain import join
from loyalty.enums import RewardKind, Role, RuleKind
from loyalty.models import BackofficeAccount, Branch, EarningRule, LedgerEntry, Programme, Reward
from tests.browser.axe import assert_accessible
from tests.browser.conftest import PHONE
from tests.browser.words import Words

pytestmark = pytest.mark.browser

WORDS = Words("th")
CONFIRM = re.compile(r"^\s*Confirm\b")


@pytest.fixture
def staff(make_person: Callable[..., User], customer: User) -> User:
    """At the counter in Siam; a customer with a card, a rule and a reward."""
    Programme.objects.create(pk=1, expiry_months=0)
    branch = Branch.objects.create(name="สยาม", code="SIAM")
    EarningRule.objects.create(name="ทุกบาท", kind=RuleKind.SPENDING, per_amount=Decimal(10), points=1)
    Reward.objects.create(name="ส่วนลด 50 บาท", kind=RewardKind.COUPON, points=100, discount=Decimal(50))
    join(user=customer, name="สมศรี ใจดี", phone="+66812345678")
    User.objects.filter(pk=customer.pk).update(language="th")
    user = make_person("malee", is_staff=True, language="th")
    BackofficeAccount.objects.create(user=user, role=Role.STAFF, branch=branch)
    return user


def test_points_are_given_and_spent_at_the_counter_and_both_are_undone(
    open_browser: Callable[..., Page], staff: User, customer: User
) -> None:
    counter = open_browser(staff, language="th", viewport=PHONE)

    _earn(counter)
    _redeem(counter)
    phone = open_browser(customer, language="th", viewport=PHONE)
    _look(phone)
    _undo_both(counter)

    entries = LedgerEntry.objects.order_by("pk").values_list("kind", "points")
    assert list(entries) == [("purchase", 150), ("redemption", -100), ("returned", 100), ("refund", -150)]


def test_without_a_network_the_counter_says_so_and_loses_nothing(
    open_browser: Callable[..., Page], staff: User
) -> None:
    page = open_browser(staff, language="th", viewport=PHONE)
    page.goto("/counter/points/")
    page.locator("[name=amount]").fill("๑๕๐๐")
    page.locator("[name=phone]").fill("081-234-5678")

    page.context.set_offline(True)
    page.locator("main form [type=submit]").click()
    expect(page.locator("[data-offline]")).to_be_visible()
    page.context.set_offline(False)

    expect(page.locator("[name=amount]")).to_have_value("๑๕๐๐")
    page.locator("main form [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/counter/points/\d+/[0-9a-f-]+/\?amount=1500"))


def _earn(page: Page) -> None:
    page.goto("/dashboard/")
    expect(page).to_have_url(re.compile("/counter/$"))
    assert_accessible(page)
    page.get_by_role("link", name=WORDS("Earn Points")).click()
    page.get_by_label(re.compile(re.escape(WORDS.word("Amount spent")))).fill("1500")
    page.get_by_label(WORDS("Phone number")).fill("0812345678")
    assert_accessible(page)
    page.get_by_role("button", name=WORDS("Next")).click()
    expect(page.locator(".counter-gives strong")).to_have_text("150")
    expect(page.locator(".counter-member")).to_contain_text("สมศรี ใจดี")
    assert_accessible(page)
    page.get_by_role("button", name=CONFIRM).dblclick()
    expect(page.get_by_role("heading", name="ให้คะแนนสำเร็จ")).to_be_visible()
    expect(page.locator(".counter-now strong")).to_have_text("150")
    assert_accessible(page)
    page.go_back()  # the confirmation, which was sent: it leads to what came of it
    page.reload()
    expect(page.get_by_role("heading", name="ให้คะแนนสำเร็จ")).to_be_visible()


def _redeem(page: Page) -> None:
    page.goto("/counter/")
    page.get_by_role("link", name=WORDS("Redeem Rewards")).click()
    page.get_by_label(WORDS("Phone number")).fill("๐๘๑๒๓๔๕๖๗๘")
    page.get_by_role("button", name=WORDS("Next")).click()
    page.get_by_role("link", name=re.compile("ส่วนลด 50 บาท")).click()
    assert_accessible(page)
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.locator(".counter-now")).to_contain_text(WORDS.word("Remaining points"))
    expect(page.locator(".counter-now strong")).to_have_text("50")
    expect(page.locator(".coupon-code")).to_have_text(re.compile("^[0-9A-Z]{10}$"))
    assert_accessible(page)


def _look(page: Page) -> None:
    """The member's own phone: balance, why, coupon, card."""
    page.goto("/dashboard/")
    page.locator("[popovertarget=side-menu]").first.click()
    page.locator("#side-menu").get_by_role("link", name=WORDS("My points")).click()
    expect(page.locator(".points-hero-number")).to_have_text("50")
    assert_accessible(page)
    for path in ("history", "rewards", "coupons", "card", "friends", "phone"):
        page.goto(f"/points/{path}/")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], path
        assert_accessible(page)
    page.goto("/points/coupons/")
    page.locator(".coupon").click()
    expect(page.locator(".qr-code")).to_be_visible()


def _undo_both(page: Page) -> None:
    for _action in range(2):
        page.goto("/counter/")
        page.get_by_role("button", name=re.compile(rf"^{re.escape(WORDS.word('Undo'))}")).first.click()
        expect(page.locator(".notice-success")).to_be_visible()
    expect(page.locator(".counter-actions .is-undone")).to_have_count(2)
