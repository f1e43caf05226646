"""Orders that begin as a card in a conversation."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.domain import open_shop, remove_agent
from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from messaging.domain import assign_thread, close_thread
from messaging.models import Message, Thread
from orders.domain import Item, cancel_order, complete_order, confirm_order, create_card, fill_order
from orders.enums import SaleKind
from orders.models import Order, OrderEvent, OrderLine
from services.domain import add_service
from services.models import Service


def test_a_card_stands_in_the_room_at_once_and_is_credited_to_who_pressed(
    thread: Thread, agent: User, customer: User
) -> None:
    User.objects.filter(pk=customer.pk).update(phone="+66812345678")
    thread = Thread.objects.get(pk=thread.pk)

    order = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())

    assert (order.status, order.channel, order.sale_kind) == ("draft", "chat", "new")
    assert (order.number, order.contract_number, order.lines.count()) == (None, "", 0)
    assert (order.customer_name, order.phone, order.created_by) == ("Customer", "+66812345678", agent)
    message = Message.objects.get()
    assert (message.kind, message.data, message.only_for) == (
        "card",
        {"url": f"/orders/{order.pk}/card/", "label": "New sale"},
        agent,
    )
    assert [(event.status, event.by) for event in order.events.all()] == [("draft", agent)]
    assert not Notification.objects.exists()


def test_the_same_press_makes_one_card(thread: Thread, agent: User) -> None:
    token = uuid4()

    first = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=token)
    second = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=token)

    assert first.pk == second.pk
    assert (Order.objects.count(), Message.objects.count()) == (1, 1)


def _press_together(thread: Thread, presses: list[tuple[User, UUID]]) -> set[int]:
    start = Barrier(len(presses))

    def press(one: tuple[User, UUID]) -> int:
        try:
            start.wait()
            return create_card(thread, by=one[0], sale_kind=SaleKind.NEW, form_token=one[1]).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(len(presses)) as pool:
        return set(pool.map(press, presses))


@pytest.mark.django_db(transaction=True)
def test_a_double_press_at_once_makes_one_card(thread: Thread, agent: User) -> None:
    token = uuid4()

    made = _press_together(thread, [(agent, token)] * 6)

    assert (len(made), Order.objects.count(), OrderEvent.objects.count()) == (1, 1, 1)
    assert Message.objects.count() == 1
    assert Thread.objects.get().last_seq == 1


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_press_together_make_a_card_each(thread: Thread, agent: User, colleague: User) -> None:
    made = _press_together(thread, [(agent, uuid4()), (colleague, uuid4())])

    assert len(made) == 2
    assert set(Order.objects.values_list("created_by", flat=True)) == {agent.pk, colleague.pk}
    assert sorted(Message.objects.values_list("seq", flat=True)) == [1, 2]
    for person in (agent, colleague):
        assert Order.objects.visible_to(person).get().created_by == person


@pytest.mark.parametrize("person", ["customer", "stranger"])
def test_only_the_shops_people_make_cards(
    person: str, thread: Thread, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(DomainError) as refusal:
        create_card(
            thread, by=request.getfixturevalue(person), sale_kind=SaleKind.NEW, form_token=uuid4()
        )  # fmt: skip

    assert refusal.value.code == "not_allowed"
    assert not Order.objects.exists()
    assert not Message.objects.exists()


def test_a_closed_conversation_takes_no_card(thread: Thread, agent: User) -> None:
    close_thread(thread)

    with pytest.raises(DomainError) as refusal:
        create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())

    assert refusal.value.code == "thread_closed"
    assert not Order.objects.exists()


def test_an_additional_sale_follows_the_newest_order_that_its_maker_may_see(
    thread: Thread, card: Order, agent: User, colleague: User
) -> None:
    theirs = create_card(thread, by=colleague, sale_kind=SaleKind.ADDITIONAL, form_token=uuid4())
    mine = create_card(thread, by=agent, sale_kind=SaleKind.ADDITIONAL, form_token=uuid4())
    new = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())

    assert (theirs.follows, mine.follows, new.follows) == (None, card, None)


def test_filling_places_the_order_and_tells_the_customer_alone(
    draft: Order, agent: User, service: Service, tea: Service
) -> None:
    order = fill_order(
        draft,
        by=agent,
        items=[Item(service, 1, Decimal("1200")), Item(tea, 3)],
        discount=Decimal("61.50"),
        delivery_fee=Decimal("50"),
        delivery_address="1 Silom Road",
        note="By Friday",
    )

    order.refresh_from_db()
    assert (order.status, order.total) == ("placed", Decimal("1550.00"))
    assert order.number
    assert order.placed_at
    assert [(line.title, line.quantity, line.unit_price) for line in order.lines.order_by("pk")] == [
        ("Legal advice by video", 1, Decimal("1200")),
        ("Jasmine tea", 3, Decimal("120.50")),
    ]
    assert (order.discount, order.delivery_fee, order.delivery_address) == (
        Decimal("61.50"),
        Decimal("50"),
        "1 Silom Road",
    )
    assert order.number in order.search_text
    assert list(Notification.objects.values_list("kind", "address")) == [
        ("order_placed", "customer@people.example")
    ]


def test_a_draft_that_is_given_up_tells_the_customer_nothing(draft: Order, agent: User) -> None:
    cancel_order(draft, by=agent)

    draft.refresh_from_db()
    assert draft.status == "cancelled"
    assert not Notification.objects.exists()


def test_a_card_that_is_filled_twice_is_filled_once(draft: Order, agent: User, service: Service) -> None:
    filled = fill_order(draft, by=agent, items=[Item(service)])

    with pytest.raises(DomainError) as refusal:
        fill_order(draft, by=agent, items=[Item(service), Item(service)])

    assert refusal.value.code == "moved"
    draft.refresh_from_db()
    assert (draft.number, draft.lines.count(), Notification.objects.count()) == (filled.number, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_fill_one_card_at_once_make_one_order(
    draft: Order, agent: User, provider: User, service: Service
) -> None:
    start = Barrier(2)

    def fill(by: User) -> str:
        try:
            start.wait()
            return str(fill_order(draft, by=by, items=[Item(service)]).status)
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(fill, [agent, provider]))

    assert outcomes == ["moved", "placed"]
    assert (OrderLine.objects.count(), Notification.objects.count()) == (1, 1)


def test_what_cannot_be_sold_is_refused_and_the_card_stays_a_draft(
    draft: Order, agent: User, service: Service, stranger: User
) -> None:
    elsewhere = add_service(
        open_shop(stranger, name="Another Shop"),
        category=service.category,
        title="Theirs",
        description="Not ours.",
        price=Decimal(1),
        duration_minutes=60,
        kind="goods",
    )
    refusals = {
        "items": [[], [Item(elsewhere)]],
        "quantity": [[Item(service, 0)], [Item(service, 2)]],
    }

    for code, tried in refusals.items():
        for items in tried:
            with pytest.raises(DomainError) as refusal:
                fill_order(draft, by=agent, items=items)
            assert refusal.value.code == code
    with pytest.raises(DomainError) as refusal:
        fill_order(draft, by=agent, items=[Item(service)], discount=Decimal("1500.01"))
    assert refusal.value.code == "discount"
    draft.refresh_from_db()
    assert (draft.status, draft.number, draft.lines.count()) == ("draft", None, 0)
    assert not Notification.objects.exists()


def test_a_discount_may_be_the_whole_order(draft: Order, agent: User, service: Service) -> None:
    assert fill_order(draft, by=agent, items=[Item(service)], discount=Decimal("1500")).total == 0


def test_a_colleague_cannot_fill_it_and_the_owner_can(
    draft: Order, colleague: User, provider: User, service: Service
) -> None:
    with pytest.raises(Order.DoesNotExist):
        fill_order(draft, by=colleague, items=[Item(service)])

    assert fill_order(draft, by=provider, items=[Item(service)]).created_by == draft.created_by


def test_a_room_that_moves_on_leaves_the_card_with_who_made_it(
    card: Order, thread: Thread, agent: User, colleague: User
) -> None:
    """Manual E16."""
    assign_thread(thread, to=colleague, by=agent)

    complete_order(confirm_order(card, by=agent), by=agent)

    card.refresh_from_db()
    assert (card.created_by, card.status) == (agent, "completed")
    assert not Order.objects.visible_to(colleague).exists()
    assert set(Notification.objects.values_list("recipient__username", flat=True)) == {"customer"}


@pytest.mark.parametrize("move", [confirm_order, complete_order, cancel_order])
def test_a_colleague_moves_nothing(move: object, card: Order, colleague: User) -> None:
    before = Notification.objects.count()

    with pytest.raises(DomainError):
        move(card, by=colleague)  # type: ignore[operator]

    card.refresh_from_db()
    assert (card.status, Notification.objects.count()) == ("placed", before)


def test_the_customer_who_cancels_is_heard_by_its_maker_and_the_owner_alone(
    card: Order, customer: User, colleague: User
) -> None:
    cancel_order(card, by=customer, reason="Found another")

    told = Notification.objects.filter(kind="order_cancelled").values_list("recipient__username", flat=True)
    assert sorted(told) == ["agent", "provider"]


def test_an_agent_who_left_finds_the_card_no_more_and_keeps_the_credit(card: Order, agent: User) -> None:
    remove_agent(agent.memberships.get())

    assert not Order.objects.visible_to(agent).exists()
    assert Order.objects.get().created_by == agent
