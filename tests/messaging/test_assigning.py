"""Whose room it is."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from accounts.domain import add_agent, remove_agent
from accounts.models import Provider, User
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from messaging import presence
from messaging.domain import assign_thread, assign_to_free, close_thread, open_thread
from messaging.models import Message, Thread
from messaging.queries import inbox_for, open_rooms_of
from orders.domain import create_card
from orders.enums import SaleKind
from orders.models import Order
from services.models import Service

MakePerson = Callable[..., User]


def assignee(thread: Thread) -> int | None:
    return Thread.objects.with_assignee().get(pk=thread.pk).assignee_id


def opens_a_page(*people: User) -> None:
    async_to_sync(presence.touch)([f"user.{person.pk}" for person in people])


@pytest.fixture
def make_thread(make_person: MakePerson, shop: Provider) -> Callable[[str], Thread]:
    def make(name: str) -> Thread:
        return open_thread(customer=make_person(name.lower()), provider=shop, topic=name)

    return make


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """The events that `act` sends to open pages, as (group, event)."""

    @contextlib.contextmanager
    def record() -> Iterator[list[tuple[str, dict[str, Any]]]]:
        events: list[tuple[str, dict[str, Any]]] = []

        async def keep(group: str, event: dict[str, Any], **_more: Any) -> None:
            events.append((group, event))

        monkeypatch.setattr("marketplace.common.realtime.broadcast", keep)
        with django_capture_on_commit_callbacks(execute=True):
            yield events

    return record


def test_a_room_goes_from_one_to_another_and_both_see_a_line(
    thread: Thread, shop: Provider, provider: User, agent: User, make_person: MakePerson, told: Any
) -> None:
    other = make_person("boon")
    add_agent(shop, other)
    assign_thread(thread, to=agent, by=provider)

    with told() as events:
        assign_thread(thread, to=other, by=provider)

    about = {"about": "Legal advice by video", "url": f"/inbox/{thread.pk}/"}
    assert assignee(thread) == other.pk
    assert events == [
        (f"provider.{shop.pk}", {"type": "thread", "thread": thread.pk}),
        (
            f"user.{agent.pk}",
            {"type": "toast", "text": "Provider gave a conversation of yours to somebody else:", **about},
        ),
        (f"user.{other.pk}", {"type": "toast", "text": "Provider gave you a conversation:", **about}),
    ]


def test_the_customer_hears_nothing(thread: Thread, provider: User, agent: User, told: Any) -> None:
    with told() as events:
        assign_thread(thread, to=agent, by=provider)

    assert f"user.{thread.customer_id}" not in [group for group, _event in events]
    assert (Message.objects.count(), Notification.objects.count()) == (0, 0)


def test_taking_a_room_oneself_needs_no_line(thread: Thread, agent: User, told: Any) -> None:
    with told() as events:
        assign_thread(thread, to=agent, by=agent)
        assign_thread(thread, to=agent, by=agent)

    assert [event["type"] for _group, event in events] == ["thread"]


def test_a_room_can_be_nobodys_again(thread: Thread, agent: User) -> None:
    assign_thread(thread, to=agent, by=agent)

    assign_thread(thread, to=None, by=agent)

    assert assignee(thread) is None


@pytest.mark.parametrize("who", ["customer", "stranger"])
def test_only_the_shops_people_assign(
    thread: Thread, agent: User, stranger: User, who: str, told: Any
) -> None:
    by = thread.customer if who == "customer" else stranger

    with told() as events:
        for attempt in (
            lambda: assign_thread(thread, to=agent, by=by),
            lambda: assign_to_free(thread, by=by),
        ):
            with pytest.raises(DomainError) as refused:
                attempt()
            assert refused.value.code == "not_allowed"

    assert (assignee(thread), events) == (None, [])


def test_a_room_goes_to_nobody_outside_the_shop(thread: Thread, provider: User, stranger: User) -> None:
    with pytest.raises(DomainError) as refused:
        assign_thread(thread, to=stranger, by=provider)

    assert (refused.value.code, assignee(thread)) == ("not_a_member", None)


def test_who_has_left_has_no_rooms_and_gets_none_back_by_coming_again(
    thread: Thread, shop: Provider, provider: User, agent: User
) -> None:
    assign_thread(thread, to=agent, by=provider)

    remove_agent(shop.members.get(user=agent))
    left = (assignee(thread), open_rooms_of(shop), len(inbox_for(provider, assigned="unassigned")))
    add_agent(shop, agent)
    back = (assignee(thread), open_rooms_of(shop), len(inbox_for(agent, assigned="mine")))
    assign_thread(thread, to=agent, by=provider)

    assert left == (None, {}, 1)
    assert back == (None, {}, 0)
    assert (assignee(thread), open_rooms_of(shop)) == (agent.pk, {agent.pk: 1})


def test_whose_card_it_is_does_not_depend_on_whose_room_it_is(
    thread: Thread, shop: Provider, provider: User, agent: User, make_person: MakePerson, service: Service
) -> None:
    """Manual E16: A makes the card, the room goes to B, the card stays A's."""
    other = make_person("boon")
    add_agent(shop, other)
    assign_thread(thread, to=agent, by=provider)
    card = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())
    before = Order.objects.filter(pk=card.pk).values().get()

    assign_thread(thread, to=other, by=provider)

    assert Order.objects.filter(pk=card.pk).values().get() == before
    assert Order.objects.get().created_by == agent
    assert Order.objects.visible_to(agent).exists()
    assert not Order.objects.visible_to(other).exists()


def test_whoever_is_free_is_who_has_the_fewest_open_rooms(
    thread: Thread, provider: User, agent: User, make_thread: Callable[[str], Thread]
) -> None:
    opens_a_page(provider, agent)
    assign_thread(make_thread("One"), to=provider, by=provider)
    closed = make_thread("Two")
    assign_thread(closed, to=agent, by=provider)
    close_thread(closed)

    assign_to_free(thread, by=provider)

    assert assignee(thread) == agent.pk


def test_among_equals_it_is_who_has_waited_longest(
    provider: User, agent: User, make_thread: Callable[[str], Thread]
) -> None:
    opens_a_page(provider, agent)
    rooms = [make_thread(f"Room{n}") for n in range(5)]

    for room in rooms:
        assign_to_free(room, by=provider)

    in_turn = [provider.pk, agent.pk, provider.pk, agent.pk, provider.pk]
    assert [assignee(room) for room in rooms] == in_turn


def test_who_has_no_page_open_gets_no_room(
    thread: Thread, provider: User, agent: User, make_thread: Callable[[str], Thread]
) -> None:
    opens_a_page(provider)
    assign_thread(make_thread("One"), to=provider, by=provider)

    assign_to_free(thread, by=provider)

    assert assignee(thread) == provider.pk


def test_when_nobody_is_online_it_says_so(
    thread: Thread, provider: User, agent: User, stranger: User, told: Any
) -> None:
    opens_a_page(stranger)
    assign_thread(thread, to=agent, by=provider)

    with told() as events, pytest.raises(DomainError) as refused:
        assign_to_free(thread, by=provider)

    assert refused.value.sentence == "Nobody of the shop is online now. Choose a person by name."
    assert (refused.value.code, assignee(thread), events) == ("nobody_here", agent.pk, [])


@pytest.mark.django_db(transaction=True)
def test_ten_rooms_given_away_at_once_are_shared_evenly(
    shop: Provider, provider: User, agent: User, make_thread: Callable[[str], Thread]
) -> None:
    opens_a_page(provider, agent)
    rooms = [make_thread(f"Room{n}") for n in range(10)]
    gate = Barrier(10)

    def give(room: Thread) -> None:
        try:
            gate.wait(30)
            assign_to_free(room, by=provider)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(give, rooms))

    assert open_rooms_of(shop) == {provider.pk: 5, agent.pk: 5}
