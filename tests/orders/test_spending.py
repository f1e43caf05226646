"""What a completed order tells the loyalty programme."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse

from accounts.models import Provider, User
from loyalty.domain import award_waiting, check_balances, refund
from loyalty.models import EarningRule, LedgerEntry, Member, Purchase
from marketplace.common.errors import DomainError
from orders.domain import (
    Item,
    cancel_order,
    complete_order,
    confirm_order,
    fill_order,
    place_order,
    take_order,
)
from orders.domain.points import points_of
from orders.models import Order
from services.models import Category, Service
from tests.orders.outside.conftest import NOON, post, receiver, system, update
from tests.orders.outside.conftest import card as outside_card
from tests.support.queue import forget_waiting, work_off

__all__ = ["outside_card", "post", "receiver", "system"]


@pytest.fixture
def rule(db: None) -> EarningRule:
    return EarningRule.objects.create(name="Spend", kind="spending", per_amount=Decimal(100), points=1)


@pytest.fixture
def confirmed(order: Order, provider: User) -> Order:
    """One service of 1,500."""
    return confirm_order(order, by=provider)


def noted() -> list[tuple[Decimal, dict[str, str]]]:
    return list(Purchase.objects.order_by("pk").values_list("amount", "by_category"))


def test_a_completed_order_is_a_purchase_and_gives_points(
    rule: EarningRule,
    confirmed: Order,
    provider: User,
    customer: User,
    shop: Provider,
    category: Category,
    django_capture_on_commit_callbacks: Any,
) -> None:
    forget_waiting()
    with django_capture_on_commit_callbacks(execute=True):
        order = complete_order(confirmed, by=provider)

    purchase = Purchase.objects.get()
    assert (purchase.reference, purchase.name, purchase.customer, purchase.provider) == (
        f"order:{order.pk}",
        order.number,
        customer,
        shop,
    )
    assert (purchase.amount, purchase.by_category) == (1500, {str(category.pk): "1500.00"})
    assert (purchase.at, purchase.phone, purchase.place) == (order.completed_at, "", "online")
    assert work_off("loyalty.award") == ["loyalty.award"]
    assert Member.objects.get(user=customer).balance == 15


def test_an_order_that_is_not_completed_gives_nothing(
    rule: EarningRule, confirmed: Order, provider: User, customer: User
) -> None:
    with pytest.raises(DomainError):
        complete_order(confirmed, by=customer)
    cancel_order(confirmed, by=provider)
    with pytest.raises(DomainError):
        complete_order(confirmed, by=provider)

    assert noted() == []


def test_completing_again_changes_nothing(rule: EarningRule, confirmed: Order, provider: User) -> None:
    for _again in range(10):
        complete_order(confirmed, by=provider)
        award_waiting()

    assert len(noted()) == LedgerEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_completed_ten_times_at_once_gives_points_once(
    rule: EarningRule, confirmed: Order, provider: User, customer: User
) -> None:
    start = Barrier(10)

    def complete(_number: int) -> None:
        try:
            start.wait()
            complete_order(confirmed, by=provider)
            award_waiting()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(complete, range(10)))

    award_waiting()
    assert len(noted()) == LedgerEntry.objects.count() == 1
    assert Member.objects.get(user=customer).balance == 15
    assert check_balances().wrong == []


def test_points_add_two_queries_to_completing(
    make_service: Callable[..., Service],
    customer: User,
    provider: User,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    def confirmed(**fields: Any) -> Order:
        order = place_order(make_service(), by=customer, form_token=uuid4())
        Order.objects.filter(pk=order.pk).update(**fields)
        return confirm_order(order, by=provider)

    with_points, without = confirmed(), confirmed(currency="USD")
    with django_assert_max_num_queries(99) as counted:
        complete_order(without, by=provider)

    with django_assert_num_queries(len(counted) + 2):
        complete_order(with_points, by=provider)

    assert len(noted()) == 1


def test_an_order_in_another_currency_than_the_store_s_gives_nothing(
    confirmed: Order, provider: User
) -> None:
    Order.objects.update(currency="USD")

    complete_order(confirmed, by=provider)

    assert (noted(), Order.objects.get().status) == ([], "completed")


def test_a_free_order_is_no_first_purchase(confirmed: Order, provider: User) -> None:
    Order.objects.update(total=0)

    complete_order(confirmed, by=provider)

    assert noted() == []


def test_the_discount_is_shared_and_delivery_is_in_no_category(
    draft: Order, agent: User, category: Category, make_service: Callable[..., Service]
) -> None:
    other = Category.objects.create(slug="tea", icon="x", name_en="Tea", position=2)
    law, tea = make_service(price=Decimal(200)), make_service(price=Decimal(100), category=other)
    order = fill_order(
        draft, by=agent, items=[Item(law), Item(tea)], discount=Decimal(50), delivery_fee=Decimal(40)
    )

    complete_order(confirm_order(order, by=agent), by=agent)

    assert noted() == [
        (Decimal(290), {str(category.pk): "166.67", str(other.pk): "83.33", "": "40.00"}),
    ]


def test_a_discount_that_eats_into_delivery_leaves_no_category(
    draft: Order, agent: User, service: Service
) -> None:
    order = fill_order(
        draft, by=agent, items=[Item(service)], discount=Decimal(1510), delivery_fee=Decimal(40)
    )

    complete_order(confirm_order(order, by=agent), by=agent)

    assert noted() == [(Decimal(30), {"": "30.00"})]


def test_who_ordered_by_phone_is_a_member_by_it(
    rule: EarningRule, shop: Provider, agent: User, service: Service
) -> None:
    order = take_order(
        shop, by=agent, name="Malee", phone="+66812345678", items=[Item(service)], form_token=uuid4()
    )

    complete_order(confirm_order(order, by=agent), by=agent)
    award_waiting()

    member = Member.objects.get()
    assert (str(member.phone), member.name, member.user, member.balance) == (
        "+66812345678",
        "Malee",
        None,
        15,
    )


def test_a_phone_that_customers_gave_themselves_is_not_vouched_for(
    order: Order, provider: User, customer: User
) -> None:
    Order.objects.update(phone="+66812345678")

    complete_order(confirm_order(order, by=provider), by=provider)

    assert Purchase.objects.get().phone == ""


def test_an_order_that_the_shop_s_own_system_completes_is_a_purchase(
    rule: EarningRule, outside_card: Order, post: Callable[..., HttpResponse]
) -> None:
    done = update(outside_card, "completed", 30, total="1280.50", service="Lawyer")

    for _again in range(2):
        post(done)

    purchase = Purchase.objects.get()
    assert (purchase.reference, purchase.amount) == (f"order:{outside_card.pk}", Decimal("1280.50"))
    assert purchase.by_category == {"": "1280.50"}
    assert (purchase.at - NOON).total_seconds() == 30 * 60


def test_a_total_that_comes_after_the_completion_counts(
    rule: EarningRule, outside_card: Order, post: Callable[..., HttpResponse]
) -> None:
    post(update(outside_card, "completed", 30, service="Lawyer"))
    assert noted() == []

    post(update(outside_card, "contract_created", 20, total="500", order_number="SC-1"))

    assert noted() == [(Decimal(500), {"": "500.00"})]


# --- a completed order whose total the outside system changes -------------------------------------------


@pytest.fixture
def outside_total(
    rule: EarningRule, outside_card: Order, post: Callable[..., HttpResponse]
) -> Callable[[str], tuple[int, int]]:
    """Completes the order, or changes it then: (balance, owed) of its customer afterwards."""
    minutes = iter(range(30, 60))

    def told(total: str) -> tuple[int, int]:
        post(update(outside_card, "completed", next(minutes), total=total, service="Lawyer"))
        award_waiting()
        member = Member.objects.get(user=outside_card.customer)
        assert check_balances().wrong == []
        return member.balance, member.owed

    return told


def test_points_follow_a_total_that_changes_after_the_completion(
    outside_total: Callable[[str], tuple[int, int]], outside_card: Order
) -> None:
    steps = ["1000", "1000", "600", "600", "1500", "1100", "300", "0", "700"]

    balances = [outside_total(total) for total in steps]

    assert balances == [
        (10, 0),
        (10, 0),
        (6, 0),
        (6, 0),
        (15, 0),
        (11, 0),
        (3, 0),
        (0, 0),
        (7, 0),
    ]
    outside_card.refresh_from_db()
    points = points_of(outside_card)
    assert points is not None
    assert (outside_card.total, points.points - points.taken) == (Decimal(700), 7)
    left = sum(one.amount - one.refunded for one in Purchase.objects.all())
    assert left == Decimal(700)


def test_a_smaller_total_takes_no_more_than_money_that_went_back_already(
    outside_total: Callable[[str], tuple[int, int]], outside_card: Order
) -> None:
    """The operator had noted the refund before the outside system told of it."""
    outside_total("1000")
    refund(Purchase.objects.get(), amount=Decimal(300), reference="refund:by-hand", by=None)

    assert outside_total("700") == (7, 0)
    assert outside_total("500") == (5, 0)


def test_what_a_changed_total_adds_is_no_first_purchase(
    outside_total: Callable[[str], tuple[int, int]],
) -> None:
    EarningRule.objects.create(name="First", kind="first", points=50)

    assert [outside_total(total) for total in ("1000", "1500")] == [(60, 0), (65, 0)]


def test_a_total_that_changes_before_the_points_were_worked_out_counts_as_it_is(
    rule: EarningRule, outside_card: Order, post: Callable[..., HttpResponse]
) -> None:
    for minute, total in ((30, "1000"), (31, "600"), (32, "900")):
        post(update(outside_card, "completed", minute, total=total))

    award_waiting()

    assert Member.objects.get(user=outside_card.customer).balance == 9


def test_a_name_that_changes_after_the_completion_changes_no_points(
    outside_total: Callable[[str], tuple[int, int]],
    outside_card: Order,
    post: Callable[..., HttpResponse],
) -> None:
    outside_total("1000")
    refund(Purchase.objects.get(), amount=Decimal(300), reference="refund:by-hand", by=None)

    post(update(outside_card, "completed", 70, total="1000", customer_name="Malee"))
    award_waiting()

    assert Member.objects.get(user=outside_card.customer).balance == 7
    assert Purchase.objects.count() == 1
