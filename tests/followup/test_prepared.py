"""Reports that take long are made ahead, and say as of when they are."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from followup import prepared
from orders.domain import place_order
from services.models import Service
from tests.support.queue import forget_waiting, work_off

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


@pytest.fixture
def is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two orders make a large shop, and every report counts as a slow one."""
    monkeypatch.setattr(prepared, "LARGE_SHOP", 2)
    monkeypatch.setattr(prepared, "SLOW_SECONDS", -1.0)


@pytest.fixture
def order(service: Service, customer: User) -> Callable[[], Any]:
    return lambda: place_order(service, by=customer, form_token=uuid4())


def lately(user: User, days: float = 0.1) -> None:
    user.last_login = timezone.now() - timedelta(days=days)
    user.save(update_fields=["last_login"])


@time_machine.travel(NOW, tick=False)
def test_large_is_a_shop_with_many_orders_of_this_year_and_somebody_who_comes(
    is_large: None, order: Callable[[], Any], shop: Provider, provider: User, agent: User
) -> None:
    first = order()
    lately(provider)
    lately(agent, days=15)
    owner = shop.members.get(user=provider).pk
    before = prepared.large_memberships(NOW)
    order()
    with_two = prepared.large_memberships(NOW)
    type(first).objects.filter(pk=first.pk).update(placed_at=NOW - timedelta(days=366))

    assert (before, with_two, prepared.large_memberships(NOW)) == ([], [owner], [])


def test_what_was_made_ahead_is_read_and_says_as_of_when(
    is_large: None,
    order: Callable[[], Any],
    shop: Provider,
    provider: User,
    agent: User,
    client_of: Callable[[User], Client],
) -> None:
    with time_machine.travel(NOW, tick=False):
        order()
        made = prepared.make_ahead(shop.members.get(user=provider).pk)
    with time_machine.travel(NOW + timedelta(minutes=50), tick=False):
        order()
        page = client_of(provider).get("/sales/reports/")
        colleagues = client_of(agent).get("/sales/reports/")

    assert made == 5
    assert (page.context["report"].total.orders, page.context["as_of"]) == (1, NOW)
    assert "As of" in page.content.decode()
    assert (colleagues.context["report"].total.orders, colleagues.context["as_of"]) == (2, None)


@pytest.fixture
def is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two orders are more than anybody waits for."""
    monkeypatch.setattr(prepared, "LONG_REPORT", 2)


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_a_long_report_is_made_by_a_worker_while_the_page_says_so(
    is_long: None,
    order: Callable[[], Any],
    provider: User,
    client_of: Callable[[User], Client],
) -> None:
    order(), order()
    provider.language = "th"
    provider.save()
    client = client_of(provider)
    forget_waiting()
    address = "/sales/reports/?since=2026-11-01&until=2026-11-22&unit=week"

    waiting = client.get(address)
    still = client.head(address)
    done = work_off("followup.")
    there = client.head(address)
    page = client.get(address)

    assert "report" not in waiting.context
    assert waiting.context["in_preparation"] is True
    assert (still.status_code, done, there.status_code) == (204, ["followup.make_report"], 200)
    assert (page.context["report"].total.orders, page.context["as_of"]) == (2, NOW)
    assert [figure.label for figure in page.context["report"].by_status] == ["สั่งซื้อแล้ว"]


def test_without_a_worker_a_long_report_is_made_for_who_waits(
    is_long: None, order: Callable[[], Any], provider: User, client_of: Callable[[User], Client]
) -> None:
    with time_machine.travel(NOW, tick=False):
        order(), order()
        client = client_of(provider)
        first = client.get("/sales/reports/")
    with time_machine.travel(NOW + timedelta(seconds=19), tick=False):
        soon = client.get("/sales/reports/")
    with time_machine.travel(NOW + timedelta(seconds=21), tick=False):
        late = client.get("/sales/reports/")

    assert [page.context.get("in_preparation") for page in (first, soon, late)] == [True, True, None]
    assert late.context["report"].total.orders == 2


def test_an_export_of_a_long_report_comes_at_once(
    is_long: None, order: Callable[[], Any], provider: User, client_of: Callable[[User], Client]
) -> None:
    order(), order()

    export = client_of(provider).get("/sales/reports/?format=csv&table=status")

    assert b"2" in b"".join(export)


def test_nothing_is_made_for_somebody_who_has_left(is_large: None, shop: Provider, provider: User) -> None:
    membership = shop.members.get(user=provider)
    pk = membership.pk
    membership.delete()

    assert prepared.make_ahead(pk) == 0


def test_a_quick_report_is_made_anew_each_time(
    order: Callable[[], Any], provider: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)
    order()
    first = client.get("/sales/reports/").context
    order()
    second = client.get("/sales/reports/").context

    assert [(c["report"].total.orders, c["as_of"]) for c in (first, second)] == [(1, None), (2, None)]
