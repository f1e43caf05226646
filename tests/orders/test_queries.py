from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Provider, User
from orders.domain import cancel_order, confirm_order, place_order
from orders.enums import SalesChannel
from orders.models import Order
from orders.queries import orders as queries
from services.models import Service


@pytest.fixture
def place(service: Service) -> Callable[..., Order]:
    def make(by: User, **fields: Any) -> Order:
        order = place_order(service, by=by, form_token=uuid4())
        if fields:
            Order.objects.filter(pk=order.pk).update(**fields)
        return order

    return make


def test_who_sees_an_order(
    order: Order, customer: User, provider: User, agent: User, stranger: User, operator: User
) -> None:
    seen = {
        person.username: Order.objects.visible_to(person).filter(pk=order.pk).exists()
        for person in (customer, provider, agent, stranger, operator)
    }

    assert seen == {
        "customer": True, "provider": True, "agent": True, "stranger": False, "operator": False
    }  # fmt: skip


def test_a_card_made_in_chat_is_seen_by_its_agent_and_the_owner_on_every_surface(
    order: Order,
    shop: Provider,
    provider: User,
    agent: User,
    make_person: Callable[..., User],
) -> None:
    other = make_person("other-agent")
    shop.members.create(user=other, role="agent")
    Order.objects.filter(pk=order.pk).update(channel=SalesChannel.CHAT, created_by=agent)

    for person, seen in ((agent, 1), (provider, 1), (other, 0)):
        assert queries.orders_of_shop(shop, seen_by=person).count() == seen
        assert queries.order_counts(shop, seen_by=person)["all"] == seen
        assert queries.order_counts(shop, seen_by=person)["placed"] == seen
        assert len(queries.recent_orders(shop, seen_by=person)) == seen
        assert len(queries.orders_in_thread(order.thread, person)) == seen
        assert len(queries.activity_in_thread(order.thread, person)) == seen
        assert queries.matching(Order.objects.visible_to(person), str(order.number)).count() == seen


def test_counts_per_status_and_the_sum(
    place: Callable[..., Order], shop: Provider, customer: User, stranger: User, provider: User
) -> None:
    place(customer)
    confirm_order(place(customer), by=provider)
    cancel_order(place(stranger), by=stranger)

    assert queries.order_counts(shop) == {
        "draft": 0, "placed": 1, "confirmed": 1, "completed": 0, "cancelled": 1, "all": 3
    }  # fmt: skip
    assert queries.customer_order_counts(stranger)["all"] == 1


def test_counting_stops_at_its_limit(
    place: Callable[..., Order], shop: Provider, customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNT_LIMIT", 2)
    for _ in range(3):
        place(customer)

    assert queries.order_counts(shop)["placed"] == 2


@time_machine.travel(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), tick=False)
def test_orders_per_day_are_days_of_the_shops_zone(
    place: Callable[..., Order], shop: Provider, customer: User
) -> None:
    now = timezone.now()  # 03:00 on the 23rd in Bangkok
    for hours in (0, 2, 3.5, 27.5, 24 * 40):
        place(customer, placed_at=now - timedelta(hours=hours))

    days = queries.orders_per_day(shop, days=3, tz=ZoneInfo("Asia/Bangkok"))

    assert days == [(date(2026, 11, 21), 1), (date(2026, 11, 22), 1), (date(2026, 11, 23), 2)]


@time_machine.travel(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), tick=False)
def test_days_that_are_over_are_counted_once_and_the_last_two_each_time(
    place: Callable[..., Order], shop: Provider, customer: User, agent: User, django_assert_num_queries: Any
) -> None:
    now, zone = timezone.now(), ZoneInfo("Asia/Bangkok")
    for days in (0, 1, 2):
        place(customer, placed_at=now - timedelta(days=days))
    queries.orders_per_day(shop, days=4, tz=zone)

    for days in (0, 1):
        place(customer, placed_at=now - timedelta(days=days))
    with django_assert_num_queries(1):
        again = queries.orders_per_day(shop, days=4, tz=zone)
    agents = queries.orders_per_day(shop, days=4, tz=zone, seen_by=agent)
    strangers = queries.orders_per_day(shop, days=4, tz=zone, seen_by=customer)

    assert [number for _day, number in again] == [0, 1, 2, 2]
    assert [number for _day, number in agents] == [0, 1, 2, 2]
    assert [number for _day, number in strangers] == [0, 0, 0, 0]


def test_pages_follow_one_another_without_gap_or_repeat(
    place: Callable[..., Order], shop: Provider, customer: User
) -> None:
    made = [place(customer).pk for _ in range(5)]

    first, before = queries.newest_page([queries.orders_of_shop(shop)], limit=2)
    second, before = queries.newest_page([queries.orders_of_shop(shop)], limit=2, before=before)
    third, end = queries.newest_page([queries.orders_of_shop(shop)], limit=2, before=before)

    assert [order.pk for order in (*first, *second, *third)] == made[::-1]
    assert end is None


@pytest.mark.parametrize(
    "search",
    ["คุณสมชาย", "สมชาย ใจดี", "081-234 5678", "+66 81 234 5678", "๐๘๑๒๓๔๕๖๗๘", "5678"],
)
def test_search_finds_name_and_phone_however_they_are_written(
    search: str, place: Callable[..., Order], make_person: Callable[..., User], customer: User
) -> None:
    place(customer)
    wanted = place(make_person("somchai", display_name="คุณสมชาย ใจดี", phone="+66812345678"))

    assert [order.pk for order in queries.matching(Order.objects.all(), search)] == [wanted.pk]


@pytest.mark.parametrize(
    ("name", "search"),
    [("Nguyễn Thị Đào", "nguyen dao"), ("علی کریمی", "علي كريمي"), ("José", "JOSE")],
)
def test_search_folds_both_sides(
    name: str, search: str, place: Callable[..., Order], make_person: Callable[..., User], customer: User
) -> None:
    place(customer)
    wanted = place(make_person("wanted", display_name=name))

    assert [order.pk for order in queries.matching(Order.objects.all(), search)] == [wanted.pk]


def test_search_by_number(place: Callable[..., Order], customer: User) -> None:
    place(customer)
    wanted = place(customer)

    assert [order.pk for order in queries.matching(Order.objects.all(), str(wanted.number))] == [wanted.pk]


def test_recent_orders_of_a_customer_are_not_the_ones_of_the_own_shop(
    order: Order, customer: User, provider: User
) -> None:
    assert [found.pk for found in queries.recent_orders(customer)] == [order.pk]
    assert queries.recent_orders(provider) == []
