from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from orders.domain import accept_notice, claim_transfer, confirm_order, place_order, reject_notice
from orders.enums import NoticeFinding, SalesChannel
from orders.models import Order
from orders.queries import orders as queries
from orders.timeline import activity_in_thread
from services.models import Service


@pytest.fixture
def place(service: Service) -> Callable[[User], Order]:
    return lambda by: place_order(service, by=by, form_token=uuid4())


def test_all_orders_counts_the_entries_and_lists_them_newest_first(
    place: Callable[[User], Order],
    customer: User,
    stranger: User,
    provider: User,
    client_of: Callable[[User], Client],
) -> None:
    orders = [place(customer), place(stranger), place(customer)]
    confirm_order(orders[0], by=provider)

    response = client_of(provider).get("/orders/shop/")

    page = response.content.decode()
    assert "<h1>All orders</h1>" in page
    assert [order.pk for order in response.context["orders"]] == [order.pk for order in orders[::-1]]
    assert response.context["all_count"] == 3
    assert [(value, count) for value, _label, count in response.context["filters"]] == [
        ("placed", 2), ("confirmed", 1), ("completed", 0), ("cancelled", 0)
    ]  # fmt: skip


def test_a_status_and_a_search_narrow_the_list(
    place: Callable[[User], Order],
    customer: User,
    provider: User,
    make_person: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    wanted = place(make_person("dao", display_name="Nguyễn Thị Đào", phone="+66812345678"))
    confirmed = confirm_order(place(customer), by=provider)
    client = client_of(provider)

    def found(**query: str) -> list[int]:
        return [order.pk for order in client.get("/orders/shop/", query).context["orders"]]

    assert found(status="confirmed") == [confirmed.pk]
    assert found(q="nguyen dao") == [wanted.pk]
    assert found(q="081 234 5678") == [wanted.pk]
    assert found(q=str(wanted.number)) == [wanted.pk]
    assert found(q="dao", status="confirmed") == []
    assert found(status="nonsense", before="x") == [confirmed.pk, wanted.pk]
    assert found(q="\x00") == [confirmed.pk, wanted.pk]
    assert "No matching orders" in client.get("/orders/shop/", {"q": "nobody"}).content.decode()


def test_more_leads_to_the_older_ones(
    place: Callable[[User], Order],
    customer: User,
    provider: User,
    client_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries.newest_page, "__kwdefaults__", {
        **queries.newest_page.__kwdefaults__, "limit": 2
    })  # fmt: skip
    orders = [place(customer) for _ in range(3)]
    client = client_of(provider)

    first = client.get("/orders/shop/")
    second = client.get("/orders/shop/", {"before": str(orders[1].pk)})

    assert f"?before={orders[1].pk}" in first.content.decode()
    assert [order.pk for order in second.context["orders"]] == [orders[0].pk]
    assert 'rel="next"' not in second.content.decode()


def test_a_person_without_a_shop_has_no_shop_list(
    customer: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(customer).get("/orders/shop/").status_code == 404


def test_my_orders_are_what_i_ordered(
    order: Order, customer: User, provider: User, stranger: User, client_of: Callable[[User], Client]
) -> None:
    pages = {person.username: client_of(person).get("/orders/") for person in (customer, provider, stranger)}

    assert [found.pk for found in pages["customer"].context["orders"]] == [order.pk]
    for name in ("provider", "stranger"):
        assert pages[name].context["orders"] == []
        assert "You have not ordered anything yet" in pages[name].content.decode()


def test_another_shop_sees_none_of_it(
    order: Order, stranger: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(stranger).get("/orders/shop/", {"q": str(order.number)})

    assert (response.context["orders"], response.context["all_count"]) == ([], 0)


def test_an_agent_neither_lists_nor_counts_another_agents_card(
    order: Order, agent: User, shop: Provider, make_person: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:  # fmt: skip
    other = make_person("other-agent")
    shop.members.create(user=other, role="agent")
    Order.objects.filter(pk=order.pk).update(channel=SalesChannel.CHAT, created_by=agent)

    response = client_of(other).get("/orders/shop/")

    assert (response.context["orders"], response.context["all_count"]) == ([], 0)
    assert str(order.number) not in response.content.decode()


@pytest.mark.parametrize(
    ("address", "person", "cost"),
    [("/orders/", "customer", 10), ("/orders/shop/", "provider", 13), ("/inbox/{}/panel/", "provider", 13)],
)
def test_three_orders_cost_no_more_queries_than_one(
    address: str,
    person: str,
    cost: int,
    place: Callable[[User], Order],
    customer: User,
    request: pytest.FixtureRequest,
    client_of: Callable[[User], Client],
    django_assert_num_queries: Callable[..., object],
) -> None:
    address = address.format(place(customer).thread_id)
    client = client_of(request.getfixturevalue(person))
    client.get(address)

    with django_assert_num_queries(cost):
        client.get(address)
    place(customer)
    place(customer)
    with django_assert_num_queries(cost):
        client.get(address)


def test_the_panel_tells_activity_and_orders_of_the_relationship(
    order: Order, provider: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    confirm_order(order, by=provider)

    for person in (provider, customer):
        response = client_of(person).get(
            f"/inbox/{order.thread_id}/panel/", headers={"X-Requested-With": "fetch"}
        )
        page = response.content.decode()
        assert [event.title for event in response.context["activity"]] == ["Confirmed", "Placed"]
        assert "Activity</label>" in page
        assert "Orders</label>" in page
        assert f'href="/orders/{order.pk}/"' in page
        assert "<html" not in page


def test_the_panel_tells_of_transfers_claimed_accepted_and_rejected(
    order: Order, provider: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    said = {"bank": "KBank", "transferred_at": timezone.now()}
    wrong, right = (
        claim_transfer(order, by=customer, amount=Decimal(amount), form_token=uuid4(), **said)
        for amount in (700, 1500)
    )
    reject_notice(wrong, by=provider, finding=NoticeFinding.DIFFERS, reason="Half is missing")
    accept_notice(right, by=provider)

    for person in (provider, customer):
        response = client_of(person).get(f"/inbox/{order.thread_id}/panel/")
        assert [
            (happening.order, happening.title, happening.by, happening.reason)
            for happening in response.context["activity"]
        ] == [
            (order, "Transfer of ฿1,500 accepted", provider.name, ""),
            (order, "Transfer of ฿700 rejected", provider.name, "Half is missing"),
            (order, "Transfer of ฿1,500 notified", customer.name, ""),
            (order, "Transfer of ฿700 notified", customer.name, ""),
            (order, "Placed", customer.name, ""),
        ]
        assert "Half is missing" in response.content.decode()


def test_the_panel_shows_the_newest_happenings_even_of_old_notices(order: Order, provider: User) -> None:
    notices = [
        claim_transfer(
            order,
            by=order.customer,
            bank="KBank",
            amount=Decimal(amount),
            transferred_at=timezone.now(),
            form_token=uuid4(),
        )
        for amount in (700, 800, 900)
    ]
    reject_notice(notices[0], by=provider, finding=NoticeFinding.NOT_OURS, reason="Another shop's")

    newest = activity_in_thread(order.thread, provider, limit=2)

    assert [happening.title for happening in newest] == [
        "Transfer of ฿700 rejected",
        "Transfer of ฿900 notified",
    ]


def test_the_panel_of_others_is_not_found(
    order: Order, stranger: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(stranger).get(f"/inbox/{order.thread_id}/panel/").status_code == 404
