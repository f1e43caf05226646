"""Home → "Order management" → "Order list" (manual E20–E22)."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Provider, User
from orders.domain import Item, order_for_customer, place_order
from orders.models import Order
from services.models import Service

ClientOf = Callable[[User], Client]
ADDRESS = "/orders/manage/"


@pytest.fixture
def behalf(shop: Provider, customer: User, colleague: User, service: Service) -> Order:
    """A colleague's, by phone."""
    return order_for_customer(
        shop, by=colleague, customer=customer, items=[Item(service)], form_token=uuid4()
    )


def found(client: Client, **query: str) -> list[int]:
    return sorted(order.pk for order in client.get(ADDRESS, query).context["orders"])


@pytest.mark.parametrize("person", ["provider", "agent"])
def test_the_shops_people_find_it_on_the_home_page(
    person: str, shop: Provider, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(person))

    home = client.get("/").content.decode()
    page = client.get(ADDRESS).content.decode()

    assert '<h2 id="management-title">Order management</h2>' in home
    assert f'href="{ADDRESS}"' in home
    assert "<span>Order list</span>" in home
    assert "<h1>Order list</h1>" in page
    assert page.count("Home</a>") == 2  # in the side menu and in the account's menu


def test_nobody_else_is_shown_the_section(customer: User, client: Client, client_of: ClientOf) -> None:
    for browser in (client, client_of(customer)):
        assert "Order management" not in browser.get("/").content.decode()


def test_a_row_has_the_manuals_columns(card: Order, agent: User, client_of: ClientOf) -> None:
    Order.objects.filter(pk=card.pk).update(phone="+66812345678")

    page = client_of(agent).get(ADDRESS).content.decode()

    for heading in ("Customer name", "Service", "Phone", "Sales channel", "Status"):
        assert f'scope="col">{heading}</th>' in page
    for text in ("Legal advice by video", "+66 81 234 5678", "Chat", "Placed", str(card.number)):
        assert text in page


def test_filters_by_state_channel_kind_date_and_agent(
    order: Order, card: Order, behalf: Order, provider: User, agent: User, client_of: ClientOf
) -> None:
    client = client_of(provider)
    # 23:30 on the 21st in Bangkok
    Order.objects.filter(pk=order.pk).update(placed_at=datetime(2026, 11, 21, 16, 30, tzinfo=UTC))
    for other in (card, behalf):
        Order.objects.filter(pk=other.pk).update(placed_at=datetime(2026, 11, 21, 17, 30, tzinfo=UTC))
    Order.objects.filter(pk=card.pk).update(sale_kind="additional", status="confirmed")

    assert found(client) == [order.pk, card.pk, behalf.pk]
    assert found(client, status="confirmed") == [card.pk]
    assert found(client, channel="web") == [order.pk]
    assert found(client, channel="behalf") == [behalf.pk]
    assert found(client, kind="additional") == [card.pk]
    assert found(client, agent=str(agent.pk)) == [card.pk]
    assert found(client, since="2026-11-22") == [card.pk, behalf.pk]
    assert found(client, until="21/11/2026") == [order.pk]
    assert found(client, since="๒๒/๑๑/๒๕๖๙", until="2026-11-22", channel="chat") == [card.pk]
    assert found(client, q="Customer", channel="behalf") == [behalf.pk]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": "31 February 2026"}, "does not exist"),
        ({"until": "1405/11/31"}, "does not exist"),
        ({"since": "2026-11-22", "until": "2026-11-21"}, "This day is before the first one."),
    ],
)
def test_a_day_that_cannot_be_is_said_and_left_out(
    query: dict[str, str], sentence: str, order: Order, provider: User, client_of: ClientOf
) -> None:
    response = client_of(provider).get(ADDRESS, query)

    page = response.content.decode()
    assert response.status_code == 200
    assert 'class="order-filter" open' in page
    assert sentence in page
    assert next(iter(query.values())) in page
    if "until" in query and "since" not in query:
        assert [shown.pk for shown in response.context["orders"]] == [order.pk]


def test_nonsense_in_the_address_filters_nothing(order: Order, provider: User, client_of: ClientOf) -> None:
    client = client_of(provider)

    assert found(client, channel="x", kind="x", agent="x", status="x", before="9" * 30) == [order.pk]


def test_an_agent_may_not_ask_for_a_colleagues(
    card: Order, behalf: Order, agent: User, colleague: User, client_of: ClientOf
) -> None:
    client = client_of(agent)

    assert found(client) == [card.pk]
    assert found(client, agent=str(colleague.pk)) == [card.pk]
    assert 'name="agent"' not in client.get(ADDRESS).content.decode()


def test_pages_keep_the_filter(
    card: Order, customer: User, service: Service, provider: User, client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from orders.queries import orders as queries

    monkeypatch.setattr(queries.newest_page, "__kwdefaults__", {
        **queries.newest_page.__kwdefaults__, "limit": 1
    })  # fmt: skip
    older, newer = (place_order(service, by=customer, form_token=uuid4()) for _ in range(2))
    client = client_of(provider)

    first = client.get(ADDRESS, {"channel": "web"})

    assert f"?channel=web&amp;before={newer.pk}" in first.content.decode()
    assert found(client, channel="web", before=str(newer.pk)) == [older.pk]
    assert found(client, channel="web", before=str(older.pk)) == []


@pytest.mark.parametrize(("person", "cost"), [("provider", 13), ("agent", 14)])
def test_three_orders_cost_no_more_queries_than_one(
    person: str,
    cost: int,
    card: Order,
    customer: User,
    service: Service,
    client_of: ClientOf,
    request: pytest.FixtureRequest,
    django_assert_num_queries: Callable[..., object],
) -> None:
    client = client_of(request.getfixturevalue(person))
    client.get(ADDRESS)

    with django_assert_num_queries(cost):
        client.get(ADDRESS)
    for _ in range(2):
        place_order(service, by=customer, form_token=uuid4())
    with django_assert_num_queries(cost):
        client.get(ADDRESS)


def test_an_empty_list_says_what_will_stand_here(provider: User, shop: Provider, client_of: ClientOf) -> None:
    page = client_of(provider).get(ADDRESS).content.decode()

    assert "No orders yet" in page
