"""A loyalty coupon on an order: once, of the right size, and back when the order comes to nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from followup.reports import Period, report
from loyalty.domain import member_of, redeem, undo_redemption
from loyalty.enums import Place
from loyalty.models import Branch, Member, Purchase, Redemption, Reward
from marketplace.common.errors import DomainError
from orders.domain import (
    Item,
    apply_coupon,
    cancel_order,
    claim_transfer,
    complete_order,
    confirm_order,
    expire_order,
    fill_order,
    place_order,
    remove_coupon,
    settle,
)
from orders.models import Order
from services.models import Service

Coupon = Callable[..., Redemption]
BANGKOK = ZoneInfo("Asia/Bangkok")


@pytest.fixture
def member(customer: User) -> Member:
    return member_of(customer)


@pytest.fixture
def coupon(member: Member) -> Coupon:
    """A 50 baht coupon in the customer's hands."""

    def make(*, of: Member | None = None, **fields: Any) -> Redemption:
        if "percent" not in fields:
            fields.setdefault("discount", 50)
        reward = Reward.objects.create(name="Coupon", kind="coupon", points=0, **fields)
        return redeem(of or member, reward, place=Place.ONLINE, form_token=uuid4())

    return make


@pytest.fixture
def order(service: Service, customer: User) -> Order:
    """1,500 baht, placed and unpaid."""
    return place_order(service, by=customer, form_token=uuid4())


def sums(order: Order) -> tuple[Decimal, Decimal]:
    order.refresh_from_db()
    return order.discount, order.total


def assert_refused(order: Order, coupon: Redemption, by: User, code: str) -> None:
    before = sums(order)

    with pytest.raises(DomainError) as refusal:
        apply_coupon(order, coupon, by=by)

    coupon.refresh_from_db()
    assert (refusal.value.code, sums(order), coupon.used_on) == (code, before, "")


def test_a_coupon_makes_the_total_smaller_once(order: Order, coupon: Coupon, customer: User) -> None:
    mine = coupon()

    apply_coupon(order, mine, by=customer)
    apply_coupon(order, mine, by=customer)

    mine.refresh_from_db()
    assert sums(order) == (Decimal(50), Decimal(1450))
    assert (mine.status, mine.used_on, mine.used_amount) == ("used", f"order:{order.pk}", Decimal(50))


@pytest.mark.parametrize(
    ("percent", "off"), [("10", "150"), ("33.33", "499.95"), ("0.03", "0.45"), ("100", "1500")]
)
def test_a_percentage_is_rounded_to_the_currency(
    order: Order, coupon: Coupon, customer: User, percent: str, off: str
) -> None:
    apply_coupon(order, coupon(percent=Decimal(percent)), by=customer)

    assert sums(order) == (Decimal(off), Decimal(1500) - Decimal(off))


def test_dong_have_no_decimals(order: Order, coupon: Coupon, customer: User) -> None:
    Order.objects.filter(pk=order.pk).update(currency="VND", total=99_999)

    apply_coupon(order, coupon(percent=Decimal("12.5")), by=customer)

    assert sums(order) == (Decimal(12_500), Decimal(87_499))


def test_a_coupon_takes_off_no_more_than_the_goods_cost(order: Order, coupon: Coupon, customer: User) -> None:
    Order.objects.filter(pk=order.pk).update(delivery_fee=40, total=1540)

    apply_coupon(order, coupon(discount=2000), by=customer)

    assert sums(order) == (Decimal(1500), Decimal(40))


def test_the_smallest_order_counts_without_delivery(order: Order, coupon: Coupon, customer: User) -> None:
    Order.objects.filter(pk=order.pk).update(delivery_fee=40, total=1540)

    assert_refused(order, coupon(minimum_order=Decimal("1500.01")), customer, "minimum")

    apply_coupon(order, coupon(minimum_order=1500), by=customer)
    assert sums(order) == (Decimal(50), Decimal(1490))


def test_an_amount_in_baht_is_not_taken_off_dong(order: Order, coupon: Coupon, customer: User) -> None:
    Order.objects.filter(pk=order.pk).update(currency="VND")

    assert_refused(order, coupon(), customer, "currency")


def test_only_the_customers_own_coupon_and_only_by_the_customer(
    order: Order, coupon: Coupon, customer: User, agent: User, stranger: User
) -> None:
    assert_refused(order, coupon(), agent, "not_allowed")
    assert_refused(order, coupon(of=member_of(stranger)), customer, "not_allowed")


def test_a_gift_and_a_coupon_of_a_branch_are_not_for_orders(
    order: Order, coupon: Coupon, member: Member, customer: User
) -> None:
    at_branch = coupon()
    at_branch.reward.branches.add(Branch.objects.create(name="Siam", code="S"))
    gift = Reward.objects.create(name="Mug", kind="gift", points=0)

    assert_refused(order, at_branch, customer, "branch")
    mug = redeem(member, gift, place=Place.ONLINE, form_token=uuid4())
    assert_refused(order, mug, customer, "not_allowed")


def test_one_coupon_for_each_order(order: Order, coupon: Coupon, customer: User) -> None:
    apply_coupon(order, coupon(), by=customer)

    assert_refused(order, coupon(), customer, "taken")


def test_a_coupon_that_is_over_or_undone_is_refused(
    order: Order, coupon: Coupon, customer: User, agent: User
) -> None:
    over = coupon()
    Redemption.objects.filter(pk=over.pk).update(expires_on=timezone.now().date() - timedelta(days=2))
    undone = undo_redemption(coupon(), by=agent)

    assert_refused(order, over, customer, "over")
    assert_refused(order, undone, customer, "cancelled")


def test_nothing_changes_the_total_once_it_is_confirmed_paid_or_said_to_be_paid(
    order: Order, service: Service, coupon: Coupon, customer: User, agent: User
) -> None:
    paid, told = (place_order(service, by=customer, form_token=uuid4()) for _number in range(2))
    confirm_order(order, by=agent)
    settle(paid)
    claim_transfer(
        told,
        by=customer,
        bank="SCB",
        amount=Decimal(1500),
        transferred_at=timezone.now(),
        form_token=uuid4(),
    )

    for one in (order, paid, told):
        assert_refused(one, coupon(), customer, "not_open")


def test_a_coupon_taken_off_is_for_another_order(order: Order, coupon: Coupon, customer: User) -> None:
    mine = coupon()
    apply_coupon(order, mine, by=customer)

    remove_coupon(order, by=customer)
    remove_coupon(order, by=customer)

    mine.refresh_from_db()
    assert (sums(order), mine.status, mine.used_on) == ((Decimal(0), Decimal(1500)), "open", "")


def test_a_coupon_stays_on_what_is_confirmed(
    order: Order, coupon: Coupon, customer: User, agent: User
) -> None:
    mine = coupon()
    apply_coupon(order, mine, by=customer)
    confirm_order(order, by=agent)

    with pytest.raises(DomainError) as refusal:
        remove_coupon(order, by=customer)

    mine.refresh_from_db()
    assert (refusal.value.code, sums(order), mine.status) == (
        "not_open",
        (Decimal(50), Decimal(1450)),
        "used",
    )


def test_a_cancelled_or_expired_order_gives_the_coupon_back(
    order: Order, service: Service, coupon: Coupon, customer: User, agent: User
) -> None:
    late = place_order(service, by=customer, form_token=uuid4())
    first, second = coupon(), coupon()
    apply_coupon(order, first, by=customer)
    apply_coupon(late, second, by=customer)
    confirm_order(order, by=agent)

    cancel_order(order, by=agent, reason="Ill.")
    expire_order(late, reason="The order was not paid in time.")

    assert list(Redemption.objects.values_list("status", "used_on")) == [("open", ""), ("open", "")]
    assert sums(order) == (Decimal(50), Decimal(1450))


@pytest.mark.django_db(transaction=True)
def test_ten_presses_and_ten_coupons_at_once_take_off_one(
    order: Order, coupon: Coupon, customer: User
) -> None:
    coupons = [coupon() for _number in range(3)]
    start = Barrier(9)

    def press(number: int) -> str:
        try:
            start.wait()
            apply_coupon(order, coupons[number % 3], by=customer)
            return "ok"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(9) as pool:
        results = sorted(pool.map(press, range(9)))

    assert results == ["ok"] * 3 + ["taken"] * 6
    assert sums(order) == (Decimal(50), Decimal(1450))
    assert Redemption.objects.filter(status="used").count() == 1


# --- the page ---------------------------------------------------------------------------------------


def test_the_customer_chooses_a_coupon_on_the_orders_page(
    order: Order, coupon: Coupon, customer: User, client_of: Callable[[User], Client]
) -> None:
    mine, client = coupon(), client_of(customer)
    coupon(minimum_order=2000)

    page = client.get(f"/orders/{order.pk}/").content.decode()
    used = client.post(f"/orders/{order.pk}/coupon/", {"coupon": mine.pk}, follow=True).content.decode()

    assert "Use a coupon" in page
    assert "−฿50" in page
    assert "This coupon is for an order of at least ฿2,000." in page
    assert "The coupon is used: the total is smaller now." in used
    assert "฿1,450" in used
    assert sums(order) == (Decimal(50), Decimal(1450))


def test_a_refused_coupon_is_said_on_the_page_and_changes_nothing(
    order: Order, coupon: Coupon, customer: User, client_of: Callable[[User], Client]
) -> None:
    dear, client = coupon(minimum_order=2000), client_of(customer)

    refused = client.post(f"/orders/{order.pk}/coupon/", {"coupon": dear.pk}, follow=True).content.decode()
    nothing = client.post(f"/orders/{order.pk}/coupon/", {"coupon": "x"}, follow=True).content.decode()

    assert "This coupon is for an order of at least ฿2,000." in refused
    assert "Choose a coupon." in nothing
    assert sums(order) == (Decimal(0), Decimal(1500))


def test_the_customer_takes_it_off_again(
    order: Order, coupon: Coupon, customer: User, client_of: Callable[[User], Client]
) -> None:
    apply_coupon(order, coupon(), by=customer)
    client = client_of(customer)

    page = client.get(f"/orders/{order.pk}/").content.decode()
    off = client.post(f"/orders/{order.pk}/coupon/remove/", follow=True).content.decode()

    assert "Take it off" in page
    assert "The coupon is off the order and can be used again." in off
    assert sums(order) == (Decimal(0), Decimal(1500))


def test_the_shop_sees_no_coupons_and_uses_none(
    order: Order, coupon: Coupon, agent: User, client_of: Callable[[User], Client]
) -> None:
    mine, client = coupon(), client_of(agent)

    page = client.get(f"/orders/{order.pk}/").content.decode()
    response = client.post(f"/orders/{order.pk}/coupon/", {"coupon": mine.pk})

    mine.refresh_from_db()
    assert "Use a coupon" not in page
    assert (response.status_code, mine.status) == (404, "open")


# --- who bears it -----------------------------------------------------------------------------------------


def test_the_shop_bears_a_coupon_like_a_discount_of_its_own(
    order: Order, coupon: Coupon, customer: User, provider: User, shop: Provider, draft: Order, agent: User
) -> None:
    """The same total, the same figures and the same points."""
    apply_coupon(order, coupon(), by=customer)
    own = fill_order(draft, by=agent, items=[Item(order.lines.get().service)], discount=Decimal(50))
    for one in (order, own):
        complete_order(confirm_order(one, by=provider), by=provider)

    today = timezone.now().astimezone(BANGKOK).date()
    found = report(
        shop,
        Period(today, today, BANGKOK),
        seen_by=provider,
        unit="day",
        language="en",
        now=timezone.now(),
    )

    assert [sums(one) for one in (order, own)] == [(Decimal(50), Decimal(1450))] * 2
    assert (found.total.orders, found.total.money) == (2, Decimal(2900))
    assert list(Purchase.objects.values_list("amount", flat=True)) == [Decimal(1450)] * 2


def test_the_order_page_says_how_much_of_the_discount_a_coupon_is(
    order: Order, coupon: Coupon, customer: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    apply_coupon(order, coupon(), by=customer)
    confirm_order(order, by=provider)

    theirs, shops = (
        client_of(one).get(f"/orders/{order.pk}/").content.decode() for one in (customer, provider)
    )

    assert "of it by the coupon <bdi>Coupon</bdi>" in theirs
    assert "of it by the coupon <bdi>Coupon</bdi>" in shops
    assert ("The shop bears it." in theirs, "The shop bears it." in shops) == (False, True)
