from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Provider, User
from marketplace.notify.models import Notification
from orders.domain import cancel_order, confirm_order, place_order
from orders.enums import SalesChannel
from orders.models import Order, OrderEvent
from services.models import Service

BUTTONS = ("Confirm order", "Complete order", "Cancel order")


def buttons(page: str) -> set[str]:
    return {name for name in BUTTONS if f"{name}</button>" in page}


def test_the_page_tells_the_whole_order_to_both_sides(
    client_of: Callable[[User], Client], customer: User, provider: User, agent: User, service: Service
) -> None:
    order = place_order(service, by=customer, form_token=uuid4(), note="Ring twice")

    for person, other in ((customer, "Siam Legal"), (provider, "Customer"), (agent, "Customer")):
        response = client_of(person).get(f"/orders/{order.pk}/")
        page = response.content.decode()
        assert response.status_code == 200
        for text in (str(order.number), "Placed", "Legal advice by video", "฿1,500", "Ring twice", other):
            assert text in page
        assert f'href="/inbox/{order.thread_id}/"' in page


@pytest.mark.parametrize(
    ("status", "person", "offered"),
    [
        ("placed", "provider", {"Confirm order", "Cancel order"}),
        ("placed", "agent", {"Confirm order", "Cancel order"}),
        ("placed", "customer", {"Cancel order"}),
        ("confirmed", "provider", {"Complete order", "Cancel order"}),
        ("confirmed", "customer", set()),
        ("completed", "provider", set()),
        ("cancelled", "customer", set()),
    ],
)
def test_the_page_offers_what_the_reader_may_do(
    status: str,
    person: str,
    offered: set[str],
    order: Order,
    client_of: Callable[[User], Client],
    request: pytest.FixtureRequest,
) -> None:
    Order.objects.filter(pk=order.pk).update(status=status)

    page = client_of(request.getfixturevalue(person)).get(f"/orders/{order.pk}/").content.decode()

    assert buttons(page) == offered


@pytest.mark.parametrize("path", ["", "card/"])
def test_strangers_find_nothing(
    path: str, order: Order, stranger: User, operator: User, client_of: Callable[[User], Client]
) -> None:
    for person in (stranger, operator):
        assert client_of(person).get(f"/orders/{order.pk}/{path}").status_code == 404


@pytest.mark.parametrize("action", ["confirm", "complete", "cancel"])
def test_a_stranger_moves_nothing(
    action: str, order: Order, stranger: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(stranger).post(f"/orders/{order.pk}/{action}/", {"reason": "Because"})

    order.refresh_from_db()
    assert (response.status_code, order.status) == (404, "placed")
    assert (OrderEvent.objects.count(), Notification.objects.count()) == (1, 1)


@pytest.mark.parametrize("action", ["confirm", "complete", "cancel"])
def test_a_link_moves_nothing(
    action: str, order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(provider).get(f"/orders/{order.pk}/{action}/")

    order.refresh_from_db()
    assert (response.status_code, order.status) == (405, "placed")


def test_the_shop_confirms_and_completes_once_each_however_often_it_clicks(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)

    for action in ("confirm", "confirm", "complete", "complete"):
        response = client.post(f"/orders/{order.pk}/{action}/")
        assert (response.status_code, response["Location"]) == (302, f"/orders/{order.pk}/")

    order.refresh_from_db()
    assert (order.status, order.contract_number) == ("completed", f"C-{order.number}")
    assert list(OrderEvent.objects.values_list("status", flat=True)) == ["placed", "confirmed", "completed"]
    assert Notification.objects.count() == 3


def test_a_move_from_the_chat_leads_back_to_the_chat_and_never_off_the_site(
    order: Order, provider: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)

    inside = client.post(f"/orders/{order.pk}/confirm/", {"next": f"/inbox/{order.thread_id}/"})
    outside = client.post(f"/orders/{order.pk}/complete/", {"next": "https://evil.example/"})

    assert inside["Location"] == f"/inbox/{order.thread_id}/#m1"  # its card
    assert outside["Location"] == f"/orders/{order.pk}/"


def test_a_refused_move_says_why_and_changes_nothing(
    order: Order, customer: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(customer).post(f"/orders/{order.pk}/confirm/", follow=True)

    order.refresh_from_db()
    assert "Only the provider can do this." in response.content.decode()
    assert (order.status, Notification.objects.count()) == ("placed", 1)


def test_the_shop_must_say_why_it_cancels_and_the_customer_need_not(
    order: Order, provider: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    refused = client_of(provider).post(f"/orders/{order.pk}/cancel/", {"reason": " "})

    order.refresh_from_db()
    assert (refused.status_code, order.status) == (422, "placed")
    assert "Say why: the customer will see it." in refused.content.decode()

    client_of(customer).post(f"/orders/{order.pk}/cancel/", {"reason": ""})

    order.refresh_from_db()
    assert order.status == "cancelled"


def test_the_reason_stands_in_the_timeline(
    order: Order, provider: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    client_of(provider).post(f"/orders/{order.pk}/cancel/", {"reason": "We are <closed>\nthat week"})

    page = client_of(customer).get(f"/orders/{order.pk}/").content.decode()

    assert "We are &lt;closed&gt;\nthat week" in page


def test_a_customer_who_is_too_late_to_cancel_keeps_what_was_typed(
    order: Order, provider: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    confirm_order(order, by=provider)

    response = client_of(customer).post(f"/orders/{order.pk}/cancel/", {"reason": "I am ill"})

    order.refresh_from_db()
    page = response.content.decode()
    assert (response.status_code, order.status) == (422, "confirmed")
    assert "Ask the provider in the chat to cancel it." in page
    assert "I am ill" in page


def test_a_script_gets_the_inner_part_alone(
    order: Order, customer: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(customer).get(f"/orders/{order.pk}/", headers={"X-Requested-With": "fetch"})

    page = response.content.decode()
    assert "data-order" in page
    assert "<html" not in page
    assert "X-Requested-With" in response["Vary"]


def test_the_card_shows_what_the_chat_needs(
    order: Order, provider: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    def card(person: User) -> str:
        headers = {"X-Requested-With": "fetch"}
        return client_of(person).get(f"/orders/{order.pk}/card/", headers=headers).content.decode()

    placed = card(provider)
    for text in ("Customer name", "Customer", "Status", "Placed", "Service", "Legal advice by video",
                 "Order number", str(order.number), "฿1,500", f'href="/orders/{order.pk}/"'):  # fmt: skip
        assert text in placed
    assert "Contract number" not in placed
    assert "<html" not in placed
    assert "Preferred time" not in placed
    assert (buttons(placed), buttons(card(customer))) == ({"Confirm order"}, set())

    confirm_order(order, by=provider)

    confirmed = card(customer)
    assert f"C-{order.number}" in confirmed
    assert buttons(card(provider)) == {"Complete order"}


def test_the_card_opened_directly_is_a_page(
    order: Order, customer: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(customer).get(f"/orders/{order.pk}/card/").content.decode()

    assert "<html" in page
    assert str(order.number) in page


def test_the_page_costs_the_same_with_one_event_and_with_three(
    client_of: Callable[[User], Client],
    customer: User,
    provider: User,
    make_service: Callable[..., Service],
    shop: Provider,
    django_assert_num_queries: Callable[..., object],
) -> None:
    short = place_order(make_service(), by=customer, form_token=uuid4())
    long = place_order(make_service("Other"), by=customer, form_token=uuid4())
    cancel_order(confirm_order(long, by=provider), by=provider, reason="Ill")
    client = client_of(provider)
    client.get(f"/orders/{short.pk}/")

    for order in (short, long):
        with django_assert_num_queries(11):
            client.get(f"/orders/{order.pk}/")


def test_another_agents_card_is_not_found(
    order: Order,
    agent: User,
    provider: User,
    shop: Provider,
    make_person: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    other = make_person("other-agent")
    shop.members.create(user=other, role="agent")
    Order.objects.filter(pk=order.pk).update(channel=SalesChannel.CHAT, created_by=agent)

    statuses = {
        person.username: client_of(person).get(f"/orders/{order.pk}/").status_code
        for person in (agent, provider, other)
    }

    assert statuses == {"agent": 200, "provider": 200, "other-agent": 404}


def test_the_card_tells_the_shop_what_the_customer_wished(
    service: Service, customer: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    wished = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
    order = place_order(
        service, by=customer, form_token=uuid4(), note="Bring the <draft>", preferred_at=wished
    )

    card = client_of(provider).get(f"/orders/{order.pk}/card/").content.decode()

    assert "<dt>Preferred time</dt><dd>1 Mar 2027, 16:30" in card
    assert "Bring the &lt;draft&gt;</dd>" in card
