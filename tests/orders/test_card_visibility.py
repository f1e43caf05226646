"""A colleague's card is not found, on every surface (manual E17, E18)."""

import json
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from marketplace.notify.models import Notification
from messaging.models import Thread
from messaging.queries import unread_total
from orders.domain import (
    Item,
    cancel_order,
    claim_transfer,
    confirm_order,
    create_card,
    fill_order,
    reject_notice,
)
from orders.enums import NoticeFinding, SaleKind
from orders.models import Order, OrderEvent
from orders.queries import orders as queries
from services.models import Service
from tests.messaging.conftest import Socket, live_site, open_socket

__all__ = ["live_site", "open_socket"]

TITLE = "A matter between two"


@pytest.fixture
def secret(thread: Thread, agent: User, make_service: Callable[..., Service]) -> Order:
    """The agent's card: placed, with a title, a number and a note that stand nowhere else."""
    draft = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())
    items = [Item(make_service(TITLE, price=Decimal("7777")))]
    return fill_order(draft, by=agent, items=items, note="Tell nobody")


@pytest.fixture
def people(customer: User, provider: User, agent: User, colleague: User, stranger: User) -> dict[str, User]:
    return {
        "customer": customer,
        "provider": provider,
        "agent": agent,
        "colleague": colleague,
        "stranger": stranger,
    }


def _marks(order: Order) -> list[str]:
    return [TITLE, f"/orders/{order.pk}/", "Tell nobody", "7,777", f"New sale · {order.customer_name}"]


def _shows(client: Client, address: str, order: Order) -> bool:
    response = client.get(address, headers={"X-Requested-With": "fetch"})
    assert response.status_code == 200, (address, response.status_code)
    page = response.getvalue().decode()
    if response["Content-Type"] == "application/json":
        page = json.dumps(response.json(), ensure_ascii=False)
    return any(mark in page for mark in _marks(order))


# Address → who of the cast opens it and reads of the card there. The stranger is asked only where the page
# is not tied to the room.
OF_SHOP = {"agent": True, "provider": True, "colleague": False, "stranger": False}
IN_ROOM = {"agent": True, "provider": True, "colleague": False, "customer": True}
SURFACES: dict[str, dict[str, bool]] = {
    "/orders/": {"customer": True, "agent": False, "colleague": False, "stranger": False},
    "/orders/shop/": OF_SHOP,
    "/orders/manage/": OF_SHOP,
    "/orders/manage/?q={number}": OF_SHOP,
    "/orders/manage/?q=Customer": OF_SHOP,
    "/orders/manage/?status=placed&channel=chat&kind=new": OF_SHOP,
    "/dashboard/": {**OF_SHOP, "customer": True},
    "/inbox/": IN_ROOM,
    "/inbox/rows/": IN_ROOM,
    "/inbox/{thread}/": IN_ROOM,
    "/inbox/{thread}/before/99/": IN_ROOM,
    "/inbox/{thread}/after/0/": IN_ROOM,
    "/inbox/{thread}/panel/": IN_ROOM,
    "/customers/{thread}/": {"agent": True, "provider": True, "colleague": False},
    "/sales/orders/": OF_SHOP,
    "/sales/follow-up/": OF_SHOP,
    "/sales/orders/export/csv/": OF_SHOP,
}


@pytest.mark.parametrize("address", SURFACES)
def test_a_page_shows_the_card_to_whom_it_belongs(
    address: str, secret: Order, people: dict[str, User], client_of: Callable[[User], Client]
) -> None:
    opened = address.format(number=secret.number, thread=secret.thread_id)

    shown = {name: _shows(client_of(people[name]), opened, secret) for name in SURFACES[address]}

    assert shown == SURFACES[address]


def test_the_panel_tells_of_its_transfers_to_whom_it_belongs(
    secret: Order, people: dict[str, User], client_of: Callable[[User], Client]
) -> None:
    notice = claim_transfer(
        secret,
        by=secret.customer,
        bank="KBank",
        amount=Decimal("7654"),
        transferred_at=timezone.now(),
        form_token=uuid4(),
    )
    reject_notice(notice, by=people["agent"], finding=NoticeFinding.DIFFERS, reason="Hush, a reason")

    shown = {}
    for name in ("agent", "provider", "customer", "colleague"):
        page = client_of(people[name]).get(f"/inbox/{secret.thread_id}/panel/").content.decode()
        shown[name] = ("Transfer of ฿7,654 notified" in page, "Hush, a reason" in page, "7,654" in page)

    assert shown == {
        "agent": (True, True, True),
        "provider": (True, True, True),
        "customer": (True, True, True),
        "colleague": (False, False, False),
    }


ALL_FIVE = {"agent": 200, "provider": 200, "customer": 200, "colleague": 404, "stranger": 404}


@pytest.mark.parametrize("address", ["/orders/{pk}/", "/orders/{pk}/card/"])
def test_its_own_address_is_not_found(
    address: str, secret: Order, people: dict[str, User], client_of: Callable[[User], Client]
) -> None:
    found = {
        name: client_of(person).get(address.format(pk=secret.pk)).status_code
        for name, person in people.items()
    }

    assert found == ALL_FIVE


def test_the_screens_of_a_draft_are_not_found(
    draft: Order, people: dict[str, User], client_of: Callable[[User], Client]
) -> None:
    address = f"/orders/{draft.pk}/new-sale/"

    found = {name: client_of(person).get(address).status_code for name, person in people.items()}

    assert found == {"agent": 200, "provider": 200, "customer": 404, "colleague": 404, "stranger": 404}


def test_its_place_on_the_desk_is_not_found(
    secret: Order, people: dict[str, User], client_of: Callable[[User], Client]
) -> None:
    address = f"/sales/orders/{secret.pk}/"

    found = {name: client_of(person).get(address).status_code for name, person in people.items()}

    assert found == {"agent": 200, "provider": 200, "customer": 404, "colleague": 404, "stranger": 404}


@pytest.mark.parametrize("name", ["colleague", "stranger"])
@pytest.mark.parametrize("move", ["confirm", "complete", "cancel"])
def test_a_move_is_not_found_and_changes_nothing(
    move: str, name: str, secret: Order, people: dict[str, User], client_of: Callable[[User], Client]
) -> None:
    before = (OrderEvent.objects.count(), Notification.objects.count())

    response = client_of(people[name]).post(f"/orders/{secret.pk}/{move}/", {"reason": "Mine now"})

    secret.refresh_from_db()
    assert (response.status_code, secret.status) == (404, "placed")
    assert (OrderEvent.objects.count(), Notification.objects.count()) == before


def test_it_is_in_nobody_elses_numbers(secret: Order, shop: Provider, people: dict[str, User]) -> None:
    counted = {
        name: (
            queries.order_counts(shop, seen_by=people[name])["all"],
            queries.order_counts(shop, seen_by=people[name])["placed"],
        )
        for name in ("agent", "provider", "colleague")
    }

    assert counted == {"agent": (1, 1), "provider": (1, 1), "colleague": (0, 0)}
    assert unread_total(people["colleague"]) == 0


def test_the_mails_go_to_its_maker_and_the_owner(
    secret: Order, people: dict[str, User], customer: User
) -> None:
    cancel_order(secret, by=customer)

    told = set(Notification.objects.values_list("recipient__username", flat=True))
    assert told == {"customer", "agent", "provider"}


@pytest.mark.django_db(transaction=True)
def test_a_socket_hears_only_that_a_number_is_taken(
    open_socket: Callable[[User | None], Socket],
    thread: Thread,
    people: dict[str, User],
    service: Service,
) -> None:
    sockets = {name: open_socket(person) for name, person in people.items()}

    card = create_card(thread, by=people["agent"], sale_kind=SaleKind.NEW, form_token=uuid4())
    confirm_order(fill_order(card, by=people["agent"], items=[Item(service)]), by=people["agent"])

    drawn = {"type": "card", "thread": thread.pk, "url": f"/orders/{card.pk}/card/"}
    for name in ("agent", "provider", "customer"):
        message = sockets[name].next()["message"]
        said = {"url": f"/orders/{card.pk}/card/", "label": "New sale"}
        assert (message["kind"], message["data"]) == ("card", said)
        assert [sockets[name].next(), sockets[name].next()] == [drawn, drawn]
    assert sockets["colleague"].next() == {
        "type": "message",
        "thread": thread.pk,
        "message": {"seq": 1, "kind": "hidden"},
    }
    assert sockets["colleague"].is_silent()
    assert sockets["stranger"].is_silent()


@pytest.mark.django_db(transaction=True)
def test_open_panels_are_drawn_anew_with_a_transfer_but_for_a_colleague(
    open_socket: Callable[[User | None], Socket], thread: Thread, people: dict[str, User], service: Service
) -> None:
    """static/messaging/drawing.js draws the panel at every "card"."""
    card = create_card(thread, by=people["agent"], sale_kind=SaleKind.NEW, form_token=uuid4())
    order = fill_order(card, by=people["agent"], items=[Item(service)])
    sockets = {name: open_socket(people[name]) for name in ("agent", "provider", "customer", "colleague")}

    notice = claim_transfer(
        order,
        by=people["customer"],
        bank="KBank",
        amount=Decimal(700),
        transferred_at=timezone.now(),
        form_token=uuid4(),
    )
    reject_notice(notice, by=people["agent"], finding=NoticeFinding.DIFFERS, reason="Half is missing")

    drawn = {"type": "card", "thread": thread.pk, "url": f"/orders/{card.pk}/card/"}
    for name in ("agent", "provider", "customer"):
        assert sockets[name].next()["type"] == "message"
        events = [sockets[name].next() for _ in range(3)]
        assert (events[0], events.count(drawn), {event["type"] for event in events}) == (drawn, 2, {"card"})
    assert sockets["colleague"].next()["message"] == {"seq": 2, "kind": "hidden"}
    assert sockets["colleague"].is_silent()


def test_the_operators_pages_are_not_the_shops(
    secret: Order, people: dict[str, User], operator: User, client_of: Callable[[User], Client]
) -> None:
    address = f"/admin/orders/order/{secret.pk}/change/"

    assert client_of(operator).get(address).status_code == 200
    for person in people.values():
        assert client_of(person).get(address).status_code == 302
