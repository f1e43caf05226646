"""A customer's profile, as each of the shop's people may see it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import add_agent
from accounts.models import Provider, User
from appointments.domain.booking import book_appointment
from appointments.enums import CallOutcome
from appointments.models import Call
from followup.domain import add_note, request_callback
from marketplace.timeline import History
from messaging.domain import open_thread, post_message
from messaging.models import Thread
from orders.domain import (
    Item,
    claim_transfer,
    complete_order,
    confirm_order,
    create_card,
    find_or_create_customer,
    order_for_customer,
    place_order,
)
from orders.enums import NoticeDecision, SaleKind
from orders.models import Order
from services.models import Service

ClientOf = Callable[[User], Client]
SECRET = "Only for the colleague who wrote it"


def address(thread: Thread) -> str:
    return reverse("customer_profile", args=[thread.pk])


def note(lead: Any, by: User, text: str = "Called") -> Any:
    return add_note(lead, by=by, note=text, follow_up_at=None, form_token=uuid4())


def kinds(thread: Thread, reader: User) -> list[str]:
    return [entry.kind for entry in History(thread, reader).page()[0]]


@pytest.fixture
def everything(thread: Thread, service: Service, customer: User, provider: User, shop: Provider) -> Order:
    """One of each kind."""
    customer.phone = "+66812345678"
    customer.save()
    callback = request_callback(
        shop, by=None, name="Khun C", phone="+66812345678", email="", message="Call me in the evening"
    )
    note(callback, provider, "Called back")
    order = place_order(service, by=customer, form_token=uuid4())
    confirm_order(order, by=provider)
    notice = claim_transfer(
        order,
        by=customer,
        bank="KBank",
        amount=order.total,
        transferred_at=timezone.now(),
        form_token=uuid4(),
    )
    note(notice, provider, "Money seen")
    now = timezone.now()
    type(notice).objects.filter(pk=notice.pk).update(
        decision=NoticeDecision.ACCEPTED, decided_at=now, decided_by=provider
    )
    Order.objects.filter(pk=order.pk).update(paid_at=now)
    complete_order(order, by=provider)
    note(order, provider, "Happy customer")
    post_message(thread, by=customer, body="Hello there")
    post_message(thread, by=provider, body="In between")
    post_message(thread, by=provider, body="Good bye")
    meeting = book_appointment(thread, by=provider, topic="First talk", start=now + timedelta(days=1))
    Call.objects.create(
        appointment=meeting,
        started_at=now,
        connected_at=now,
        ended_at=now + timedelta(minutes=12),
        outcome=CallOutcome.TALKED,
    )
    return Order.objects.get(pk=order.pk)


def test_everything_of_one_customer_stands_in_one_list(
    client_of: ClientOf, provider: User, thread: Thread, everything: Order
) -> None:
    response = client_of(provider).get(address(thread))

    html = response.content.decode()
    found = [entry.kind for entry in response.context["entries"]]
    assert sorted(found) == sorted(
        [
            *["appointment", "callback", "decision", "first_message", "last_message", "notice", "paid"],
            *["event"] * 3,
            *["note"] * 3,
        ]
    )
    assert found[0] == "appointment"
    for said in (
        "First talk",
        "Video call, 12 minutes",
        "Call me in the evening",
        "Called back",
        "Money seen",
        "Happy customer",
        "Hello there",
        "Good bye",
        "KBank",
        "+66 81 234 5678",
    ):
        assert said in html
    assert "In between" not in html
    times = [entry.at for entry in response.context["entries"]]
    assert times == sorted(times, reverse=True)


def test_the_numbers_on_top(provider: User, thread: Thread, everything: Order, service: Service) -> None:
    place_order(service, by=thread.customer, form_token=uuid4())

    numbers = History(thread, provider).numbers()

    assert (numbers.orders, numbers.completed, numbers.money, numbers.messages) == (2, 1, Decimal(1500), 3)
    assert (
        numbers.last_contact == Call.objects.get().connected_at
        or numbers.last_contact > timezone.now() - (timedelta(minutes=1))
    )


def test_a_colleagues_card_and_its_notes_are_not_found(
    client_of: ClientOf,
    shop: Provider,
    provider: User,
    agent: User,
    thread: Thread,
    service: Service,
    make_person: Callable[..., User],
) -> None:
    colleague = make_person("boon")
    add_agent(shop, colleague)
    card = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())
    sold = order_for_customer(
        shop, by=agent, customer=thread.customer, items=[Item(service)], form_token=uuid4()
    )
    note(sold, agent, SECRET)
    notice = claim_transfer(
        sold,
        by=thread.customer,
        bank="Hidden bank",
        amount=sold.total,
        transferred_at=timezone.now(),
        form_token=uuid4(),
    )
    note(notice, agent, SECRET)

    seen = {person: client_of(person).get(address(thread)) for person in (agent, provider, colleague)}

    counted = {person: page.context["numbers"].orders for person, page in seen.items()}
    assert counted == {agent: 2, provider: 2, colleague: 0}
    assert {person: SECRET in page.content.decode() for person, page in seen.items()} == {
        agent: True,
        provider: True,
        colleague: False,
    }
    html = seen[colleague].content.decode()
    assert (seen[colleague].context["entries"], seen[colleague].context["numbers"].messages) == ([], 0)
    assert seen[colleague].context["numbers"].last_contact is None
    assert "Hidden bank" not in html
    assert str(sold.number) not in html
    assert f"/orders/{card.pk}/" not in html


def test_the_profile_is_the_shops_alone(
    client_of: ClientOf, thread: Thread, customer: User, stranger: User
) -> None:
    for person in (customer, stranger):
        assert client_of(person).get(address(thread)).status_code == 404


def test_another_shops_history_is_not_shown(
    thread: Thread, everything: Order, stranger: User, customer: User
) -> None:
    theirs = open_thread(customer=customer, provider=stranger.shops.get(), topic="Elsewhere")

    assert kinds(theirs, stranger) == []


def test_the_pages_hold_each_entry_once_in_order(provider: User, thread: Thread, everything: Order) -> None:
    now = timezone.now()
    for name in ("created_at",):  # many at one moment
        for lead in (everything,):
            for number in range(4):
                type(note(lead, provider, f"Note {number}")).objects.update(**{name: now})
    whole = History(thread, provider).page(limit=100)[0]

    paged: list[Any] = []
    cursor: Any = None
    while True:
        found, following = History(thread, provider).page(_read(cursor), limit=3)
        paged += found
        if not following:
            break
        cursor = following

    assert [entry.key for entry in paged] == [entry.key for entry in whole]
    assert len({(entry.kind, entry.thing.pk) for entry in whole}) == len(whole) == 17


def _read(cursor: str | None) -> Any:
    from marketplace.timeline import read_cursor

    return read_cursor(cursor) if cursor else None


@pytest.mark.parametrize("before", ["x", "~~", "2026-01-01~1~1", "2026-01-01T00:00:00+00:00~99~1"])
def test_a_broken_page_key_shows_the_first_page(
    client_of: ClientOf, provider: User, thread: Thread, everything: Order, before: str
) -> None:
    response = client_of(provider).get(address(thread), {"before": before})

    assert len(response.context["entries"]) == 13


def test_a_longer_history_costs_no_more_queries(
    client_of: ClientOf,
    provider: User,
    thread: Thread,
    everything: Order,
    service: Service,
    django_assert_num_queries: Any,
) -> None:
    client = client_of(provider)
    client.get(address(thread))

    for _round in range(2):
        with django_assert_num_queries(QUERIES):
            assert client.get(address(thread)).status_code == 200
        for _n in range(3):
            order = place_order(service, by=thread.customer, form_token=uuid4())
            note(order, provider)


# 2 for the session, 3 for the page and its rights, 5 for what belongs to it, 3 for the orders, 4 for the
# numbers; then each source and what its rows name, and the menu.
QUERIES = 32


@pytest.fixture
def own(shop: Provider, provider: User) -> Thread:
    """A customer whom the shop wrote down."""
    person = find_or_create_customer(shop, by=provider, name="Khun Somying", phone="+66812345678")
    return Thread.objects.get(customer=person)


def save(client: Client, thread: Thread, **data: str) -> Any:
    return client.post(reverse("save_customer", args=[thread.pk]), data)


def test_the_shop_corrects_its_own_customer(client_of: ClientOf, agent: User, own: Thread) -> None:
    response = save(client_of(agent), own, name="Somying Jaidee", phone="๐๘๙-๑๑๑ ๒๒๒๒")

    own.refresh_from_db()
    assert response.status_code == 302
    assert (own.customer.name, str(own.customer.phone), own.topic) == (
        "Somying Jaidee",
        "+66891112222",
        "Somying Jaidee",
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "", "phone": "0891112222"}, "This field is required."),
        ({"name": "Somying", "phone": "12"}, "Enter a valid phone number"),
    ],
)
def test_a_bad_correction_is_said_in_the_form(
    client_of: ClientOf, agent: User, own: Thread, data: dict[str, str], sentence: str
) -> None:
    response = save(client_of(agent), own, **data)

    html = response.content.decode()
    own.customer.refresh_from_db()
    assert (response.status_code, sentence in html) == (422, True)
    assert f'value="{data["phone"]}"' in html
    assert (own.customer.name, str(own.customer.phone)) == ("Khun Somying", "+66812345678")


def test_the_phone_of_another_customer_is_refused_by_name(
    client_of: ClientOf, shop: Provider, provider: User, own: Thread
) -> None:
    find_or_create_customer(shop, by=provider, name="Khun Anong", phone="+66891112222")

    response = save(client_of(provider), own, name="Somying", phone="0891112222")

    own.customer.refresh_from_db()
    assert response.status_code == 422
    assert "Another customer of yours has this phone: Khun Anong." in response.content.decode()
    assert str(own.customer.phone) == "+66812345678"


def test_who_has_an_account_is_corrected_by_nobody_else(
    client_of: ClientOf, provider: User, thread: Thread
) -> None:
    client = client_of(provider)

    response = save(client, thread, name="Changed", phone="")

    thread.customer.refresh_from_db()
    assert response.status_code == 422
    assert thread.customer.name == "Customer"
    assert "save/" not in client.get(address(thread)).content.decode()
    for person in (thread.customer,):
        assert save(client_of(person), thread, name="Changed", phone="").status_code == 404


def test_the_newest_orders_stand_above_what_happened(
    client_of: ClientOf, provider: User, thread: Thread, service: Service
) -> None:
    orders = [place_order(service, by=thread.customer, form_token=uuid4()) for _n in range(11)]

    page = client_of(provider).get(address(thread))

    assert page.context["orders"] == orders[:0:-1]
    shown = page.content.decode()
    listed = shown[shown.index('id="orders-title"') : shown.index('id="history-title"')]
    assert listed.count('class="row-link"') == 10
    assert f'href="/orders/{orders[10].pk}/"' in listed
    assert 'href="/orders/manage/?q=Customer">All orders</a>' in listed
