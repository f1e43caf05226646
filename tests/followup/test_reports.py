"""The figures against orders whose numbers are known."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Event
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from accounts.domain import add_agent
from accounts.models import Provider, User
from followup.domain import add_note
from followup.models import CallbackRequest
from followup.reports import Period, Report, report
from messaging.models import Thread
from orders.domain import Item, cancel_order, confirm_order, create_card, fill_order, place_order
from orders.enums import SaleKind
from orders.models import Order
from services.models import Service

BANGKOK = ZoneInfo("Asia/Bangkok")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # 10:00 in Bangkok


@pytest.fixture
def web(service: Service, customer: User) -> Callable[..., Order]:
    """A web order of 1,500 placed at that moment."""

    def make(at: datetime = NOW) -> Order:
        order = place_order(service, by=customer, form_token=uuid4())
        Order.objects.filter(pk=order.pk).update(placed_at=at)
        return Order.objects.get(pk=order.pk)

    return make


@pytest.fixture
def sold(service: Service, thread: Thread) -> Callable[[User], Order]:
    """An order of 1,500 that this person made in the chat."""

    def make(by: User) -> Order:
        card = create_card(thread, by=by, sale_kind=SaleKind.NEW, form_token=uuid4())
        order = fill_order(card, by=by, items=[Item(service)])
        Order.objects.filter(pk=order.pk).update(placed_at=NOW)
        return order

    return make


def _report(
    shop: Provider, seen_by: User, *, days: int = 7, unit: str = "day", language: str = "en"
) -> Report:
    period = Period(date(2026, 11, 22) - timedelta(days=days - 1), date(2026, 11, 22), BANGKOK)
    return report(shop, period, seen_by=seen_by, unit=unit, language=language, now=NOW)


def test_an_empty_period_has_all_its_days_and_no_shares(shop: Provider, provider: User) -> None:
    found = _report(shop, provider, days=3)

    assert [(figure.key, figure.orders) for figure in found.over_time] == [
        (date(2026, 11, 20), 0),
        (date(2026, 11, 21), 0),
        (date(2026, 11, 22), 0),
    ]
    assert (found.total.orders, found.conversion, found.overdue_share, found.median_wait) == (
        0,
        None,
        None,
        None,
    )


def test_money_leaves_cancelled_orders_out_and_orders_count_all(
    shop: Provider, provider: User, web: Callable[..., Order]
) -> None:
    confirm_order(web(), by=provider)
    cancel_order(web(), by=provider, reason="Not today")

    found = _report(shop, provider)

    assert (found.total.orders, found.total.money) == (2, Decimal(1500))
    assert [(f.key, f.orders, f.money, f.query) for f in found.by_status] == [
        ("confirmed", 1, Decimal(1500), {"status": "confirmed"}),
        ("cancelled", 1, Decimal(0), {"status": "cancelled"}),
    ]
    assert [(f.label, f.orders, f.money) for f in found.by_service] == [
        ("Legal advice by video", 1, Decimal(1500))
    ]


def test_a_day_is_the_shops_own(shop: Provider, provider: User, web: Callable[..., Order]) -> None:
    web(datetime(2026, 11, 21, 17, 30, tzinfo=UTC))  # 00:30 on the 22nd in Bangkok
    web(datetime(2026, 11, 21, 16, 30, tzinfo=UTC))  # 23:30 on the 21st
    web(datetime(2026, 11, 22, 17, 0, tzinfo=UTC))  # the 23rd: outside

    found = _report(shop, provider, days=2)

    assert [(f.key.day, f.orders, f.query) for f in found.over_time] == [
        (21, 1, {"from": "2026-11-21", "to": "2026-11-21"}),
        (22, 1, {"from": "2026-11-22", "to": "2026-11-22"}),
    ]


def test_months_are_those_of_the_readers_calendar(
    shop: Provider, provider: User, web: Callable[..., Order]
) -> None:
    web(datetime(2026, 11, 21, 5, 0, tzinfo=UTC))  # 30 Aban 1405
    web(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))  # 1 Azar 1405

    persian = _report(shop, provider, days=10, unit="month", language="fa")
    thai = _report(shop, provider, days=10, unit="month", language="th")

    assert [(f.key, f.orders) for f in persian.over_time] == [
        (date(2026, 11, 13), 1),
        (date(2026, 11, 22), 1),
    ]
    assert [(f.key, f.orders) for f in thai.over_time] == [(date(2026, 11, 13), 2)]


def test_an_agent_reads_nothing_of_a_colleagues_orders(
    shop: Provider,
    provider: User,
    agent: User,
    make_person: Callable[..., User],
    web: Callable[..., Order],
    sold: Callable[[User], Order],
) -> None:
    colleague = make_person("colleague")
    add_agent(shop, colleague)
    web()
    sold(agent)
    sold(colleague)
    sold(colleague)

    owners, agents = _report(shop, provider), _report(shop, agent)

    assert {f.label or "web": f.orders for f in owners.by_agent} == {"Colleague": 2, "Agent": 1, "web": 1}
    assert {f.label or "web": f.orders for f in agents.by_agent} == {"Agent": 1, "web": 1}
    assert (owners.total.orders, agents.total.orders) == (4, 2)
    assert sum(f.orders for f in agents.by_service) == 2


def test_leads_by_symbol_and_the_time_to_the_first_note(
    shop: Provider, provider: User, web: Callable[..., Order]
) -> None:
    due, overdue, later, untouched = web(), web(), web(), web()
    for order, at in ((due, NOW), (overdue, NOW - timedelta(days=1)), (later, NOW + timedelta(days=1))):
        add_note(order, by=provider, note="Call again", follow_up_at=at, form_token=uuid4())
    Order.objects.exclude(pk=untouched.pk).update(placed_at=timezone.now() - timedelta(hours=2))
    CallbackRequest.objects.create(provider=shop, name="Lan", phone="+84912345678", message="Call", order=due)
    CallbackRequest.objects.create(provider=shop, name="Huy", phone="+84912345679", message="Call")
    CallbackRequest.objects.update(created_at=NOW)
    today = timezone.now().astimezone(BANGKOK).date()
    period = Period(min(date(2026, 11, 20), today), max(date(2026, 11, 22), today), BANGKOK)

    found = report(shop, period, seen_by=provider, unit="day", language="en", now=NOW)

    assert found.by_symbol == {"due": 2, "overdue": 1, "following": 1, "none": 1, "ended": 0}
    assert found.overdue_share == pytest.approx(1 / 3)
    assert found.contacted == 3
    assert found.median_wait is not None
    assert round(found.median_wait / timedelta(minutes=1)) == 120
    assert (found.callbacks, found.callbacks_ordered) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_a_report_adds_up_while_orders_come_in(
    shop: Provider, provider: User, service: Service, make_person: Callable[..., User]
) -> None:
    people = [make_person(f"buyer{number}") for number in range(3)]
    is_over = Event()

    def order(by: User) -> int:
        placed = 0
        try:
            while not is_over.is_set() and placed < 40:
                place_order(service, by=by, form_token=uuid4())
                placed += 1
        finally:
            connection.close()
        return placed

    today = timezone.now().astimezone(BANGKOK).date()
    period = Period(today - timedelta(days=1), today + timedelta(days=1), BANGKOK)
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(order, person) for person in people]
        found = [
            report(shop, period, seen_by=provider, unit="day", language="en", now=timezone.now())
            for _ in range(15)
        ]
        is_over.set()
        placed = sum(run.result() for run in runs)
    last = report(shop, period, seen_by=provider, unit="day", language="en", now=timezone.now())

    for one in [*found, last]:
        sums = {
            sum(figure.orders for figure in table)
            for table in (one.over_time, one.by_status, one.by_channel, one.by_agent)
        }
        assert sums == {one.total.orders}
        assert one.total.money == 1500 * one.total.orders
    assert [one.total.orders for one in found] == sorted(one.total.orders for one in found)
    assert last.total.orders == placed == Order.objects.count()
