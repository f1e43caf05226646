"""The dispatch board."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from delivery.domain import hand_over, take_back
from delivery.enums import DeliveryState, Outcome
from delivery.models import Courier, Delivery, DeliveryEvent, HandIn
from orders.domain import cancel_order, settle
from orders.models import Order

BOARD = "/deliveries/"
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def owner(provider: User, shop: Provider, client_of: Callable[[User], Client]) -> Client:
    return client_of(provider)


def columns(page: Any) -> dict[str, list[Order]]:
    return {column.key: [one.order for one in column.deliveries] for column in page.context["columns"]}


def test_each_courier_has_a_column_and_late_ones_stand_first(
    owner: Client, make_parcel: Callable[..., Order], rider: Courier, other_rider: Courier, provider: User
) -> None:
    first, second, late, other = (make_parcel() for _number in range(4))
    for order, courier in ((first, rider), (second, rider), (late, rider), (other, other_rider)):
        hand_over(order, courier=courier, by=provider)
    Delivery.objects.filter(order=late).update(due_at=timezone.now() - timedelta(hours=1))

    page = owner.get(BOARD)

    assert columns(page) == {
        f"courier-{rider.pk}": [late, first, second],
        f"courier-{other_rider.pk}": [other],
    }
    assert page.content.decode().count("board-card is-late") == 1


def test_what_waits_has_a_column_of_its_own(
    owner: Client,
    make_parcel: Callable[..., Order],
    delivery: Delivery,
    provider: User,
    order: Order,
    parcel: Order,
) -> None:
    new, nowhere = make_parcel(), make_parcel(delivery_address="")
    take_back(delivery, by=provider, seen=delivery.assignment_number)

    page = owner.get(BOARD)

    assert [one.order for one in page.context["waiting"].deliveries] == [parcel]
    assert page.context["orders_waiting"] == [new]
    assert nowhere not in page.context["orders_waiting"]
    assert columns(page) == {}


def copies_of(order: Order, number: int) -> list[Order]:
    own = ("id", "number", "form_token", "link_token")
    fields = {one.attname for one in Order._meta.concrete_fields} - set(own)
    shared = {name: getattr(order, name) for name in fields}
    return Order.objects.bulk_create(Order(**shared, number=f"n{one}") for one in range(number))


def test_an_old_order_waits_behind_any_number_of_newer_ones_that_have_a_courier(
    owner: Client, make_parcel: Callable[..., Order], parcel: Order, rider: Courier, provider: User
) -> None:
    others = copies_of(parcel, 600)
    Delivery.objects.bulk_create(
        Delivery(order=order, provider=order.provider, courier=rider, state="assigned", due_at=timezone.now())
        for order in others
    )

    assert owner.get(BOARD).context["orders_waiting"] == [parcel]


def test_what_was_wished_for_first_waits_first_and_more_is_told_by_its_number(
    owner: Client, make_parcel: Callable[..., Order]
) -> None:
    now = timezone.now()
    tomorrow = make_parcel(preferred_at=now + timedelta(days=1))
    plain = [make_parcel() for _number in range(21)]
    late = make_parcel(preferred_at=now - timedelta(minutes=5))

    page = owner.get(BOARD)
    whole = owner.get(BOARD, {"only": "waiting"})

    assert page.context["orders_waiting"] == [late, *plain[:19]]
    assert page.content.decode().count("board-card is-late") == 1
    assert "and 3 more" in page.content.decode()
    assert whole.context["orders_waiting"] == [late, *plain, tomorrow]
    assert " more" not in whole.content.decode().split('class="board-cards"')[1].split("</section>")[0]


def test_more_than_the_longest_list_leads_to_the_order_list(owner: Client, parcel: Order) -> None:
    copies_of(parcel, 310)

    words = owner.get(BOARD, {"only": "waiting"}).content.decode()

    assert words.count('class="board-card"') == 200
    assert "and more than 100 more" in words
    assert 'href="/orders/manage/?status=confirmed"' in words


def test_open_ones_stay_whatever_their_day_and_those_of_earlier_days_say_so(
    owner: Client, make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    today, old = make_parcel(), make_parcel()
    for order in (today, old):
        hand_over(order, courier=rider, by=provider)
    Delivery.objects.filter(order=old).update(due_at=timezone.now() - timedelta(days=3))

    page = owner.get(BOARD)

    (column,) = page.context["columns"]
    assert [(group.title, [card.order for card in group.cards]) for group in column.groups] == [
        ("From earlier days", [old.pk]),
        ("Today and later", [today.pk]),
    ]
    Delivery.objects.filter(order=old).update(due_at=timezone.now() + timedelta(days=3))
    assert "From earlier days" not in owner.get(BOARD).content.decode()


def test_of_much_cash_the_sum_is_whole_and_the_lines_are_the_newest(
    owner: Client, parcel: Order, rider: Courier
) -> None:
    now, orders = timezone.now(), copies_of(parcel, 35)
    Delivery.objects.bulk_create(
        Delivery(
            order=order,
            provider=order.provider,
            courier=rider,
            state=DeliveryState.DELIVERED,
            due_at=now,
            closed_at=now - timedelta(minutes=number),
            collected=Decimal(10),
        )
        for number, order in enumerate(orders)
    )

    page = owner.get(BOARD)
    whole = owner.get(BOARD, {"cash": rider.pk})

    (cash,) = page.context["cash"]
    assert (cash.amount, cash.count, [one.order for one in cash.deliveries]) == (350, 35, orders[:30])
    assert f'href="?cash={rider.pk}#cash-{rider.pk}">and 5 more' in page.content.decode()
    assert [one.order for one in whole.context["cash"][0].deliveries] == orders


def test_cash_of_more_couriers_than_a_page_is_all_found(
    owner: Client, parcel: Order, make_rider: Callable[..., Courier]
) -> None:
    now = timezone.now()
    Delivery.objects.bulk_create(
        Delivery(
            order=order,
            provider=order.provider,
            courier=make_rider(f"rider{number}"),
            state=DeliveryState.DELIVERED,
            due_at=now,
            closed_at=now,
            collected=Decimal(100 - number),
        )
        for number, order in enumerate(copies_of(parcel, 21))
    )

    first = owner.get(BOARD)
    second = owner.get(BOARD, {"cash_page": 2})

    assert [row.amount for row in first.context["cash"]] == [Decimal(100 - number) for number in range(20)]
    assert 'href="?cash_page=2#cash-title">More couriers</a>' in first.content.decode()
    assert [(row.courier.user.username, row.amount) for row in second.context["cash"]] == [("rider20", 80)]
    assert 'href="?#cash-title">First couriers</a>' in second.content.decode()
    assert "More couriers" not in second.content.decode()


def test_by_state_the_same_stand_in_columns_of_states(
    owner: Client, delivery: Delivery, parcel: Order, say: Callable[..., DeliveryEvent], rider: Courier
) -> None:
    say(DeliveryState.ON_THE_WAY)

    page = owner.get(BOARD, {"by": "state"})

    assert columns(page) == {"on_the_way": [parcel]}
    assert "Courier" in page.content.decode()


def test_a_cancelled_order_is_flagged_and_cannot_be_moved(
    owner: Client, delivery: Delivery, parcel: Order, provider: User
) -> None:
    cancel_order(parcel, by=provider, reason="Sold out")

    words = owner.get(BOARD).content.decode()

    assert "Order cancelled" in words
    assert f'name="order" value="{parcel.pk}"' not in words


def test_the_columns_of_inactive_couriers_take_nothing(
    owner: Client, delivery: Delivery, rider: Courier
) -> None:
    User.objects.filter(pk=rider.user_id).update(is_active=False)

    words = owner.get(BOARD).content.decode()

    assert f'data-column="courier-{rider.pk}"' in words
    assert f'data-courier="{rider.pk}"' not in words


def test_a_drop_gives_the_card_to_the_other_courier(
    owner: Client, delivery: Delivery, parcel: Order, other_rider: Courier
) -> None:
    sent = {"order": parcel.pk, f"seen-{parcel.pk}": delivery.assignment_number, "courier": other_rider.pk}

    answer = owner.post("/deliveries/assign/", sent, headers=FETCH)

    delivery.refresh_from_db()
    assert (answer.status_code, delivery.courier) == (200, other_rider)
    assert answer.json()["sentence"].startswith("Somchai got 1 order.")


@pytest.fixture
def conflict(
    delivery: Delivery,
    parcel: Order,
    other_rider: Courier,
    provider: User,
    say: Callable[..., DeliveryEvent],
) -> DeliveryEvent:
    """Delivered, says who had it; by then somebody else has it."""
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    return say(DeliveryState.DELIVERED, minutes=30, collected=Decimal("241.00"))


def test_a_conflict_stands_on_top_and_is_accepted(
    owner: Client, conflict: DeliveryEvent, delivery: Delivery, rider: Courier
) -> None:
    before = owner.get(BOARD).content.decode()

    answer = owner.post(f"/deliveries/reports/{conflict.pk}/accept/")

    assert before.index("To decide") < before.index('class="board"')
    assert answer["Location"] == BOARD
    delivery.refresh_from_db()
    assert (delivery.state, delivery.courier) == (DeliveryState.DELIVERED, rider)
    assert owner.get(BOARD).context["conflicts"] == []


def test_accepting_how_far_somebody_had_come_does_not_say_that_it_counts(
    owner: Client, conflict: DeliveryEvent, delivery: Delivery
) -> None:
    DeliveryEvent.objects.filter(pk=conflict.pk).update(state=DeliveryState.PICKED_UP)

    answer = owner.post(f"/deliveries/reports/{conflict.pk}/accept/", follow=True).content.decode()

    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.ASSIGNED
    assert "Who has the order stays as it was; hand it over anew." in answer
    assert "The report counts now." not in answer


def test_a_conflict_that_is_set_aside_leaves_the_board(
    owner: Client, conflict: DeliveryEvent, delivery: Delivery
) -> None:
    owner.post(f"/deliveries/reports/{conflict.pk}/set-aside/")

    conflict.refresh_from_db()
    delivery.refresh_from_db()
    assert (conflict.outcome, delivery.state) == (Outcome.CONFLICT, DeliveryState.ASSIGNED)
    assert owner.get(BOARD).context["conflicts"] == []


def test_a_strangers_conflict_is_not_found(
    conflict: DeliveryEvent, stranger: User, client_of: Callable[[User], Client]
) -> None:
    theirs = client_of(stranger)

    assert theirs.post(f"/deliveries/reports/{conflict.pk}/accept/").status_code == 404
    assert theirs.post(f"/deliveries/reports/{conflict.pk}/set-aside/").status_code == 404
    conflict.refresh_from_db()
    assert (conflict.outcome, conflict.decided_by) == (Outcome.CONFLICT, None)


def test_cash_is_ticked_off_once(
    owner: Client,
    delivery: Delivery,
    rider: Courier,
    parcel: Order,
    say: Callable[..., DeliveryEvent],
    shop: Provider,
) -> None:
    say(DeliveryState.DELIVERED, collected=Decimal("241.00"))
    (cash,) = owner.get(BOARD).context["cash"]
    address = f"/deliveries/cash/{rider.pk}/"

    owner.post(address, {"amount": "240.00"})
    owner.post(address, {"amount": "nonsense"})
    assert not HandIn.objects.exists()
    owner.post(address, {"amount": str(cash.amount)})
    page = owner.get(BOARD)
    owner.post(address, {"amount": str(cash.amount)})

    assert (cash.courier, cash.amount, [one.order for one in cash.deliveries]) == (
        rider,
        Decimal("241"),
        [parcel],
    )
    assert "Courier has handed in" in page.content.decode()
    assert page.context["cash"] == []
    assert HandIn.objects.get().amount == Decimal("241")


def test_an_agent_sees_what_an_agent_finds(
    owner: Client,
    delivery: Delivery,
    parcel: Order,
    agents_parcel: Order,
    rider: Courier,
    agent: User,
    colleague: User,
    client_of: Callable[[User], Client],
) -> None:
    waits = client_of(agent).get(BOARD).context["orders_waiting"]
    hidden = client_of(colleague).get(BOARD).context["orders_waiting"]
    hand_over(agents_parcel, courier=rider, by=agent)

    key = f"courier-{rider.pk}"
    assert (waits, hidden) == ([agents_parcel], [])
    assert columns(owner.get(BOARD)) == {key: [parcel, agents_parcel]}
    assert columns(client_of(agent).get(BOARD)) == {key: [parcel, agents_parcel]}
    assert columns(client_of(colleague).get(BOARD)) == {key: [parcel]}
    assert [one.tasks for one in client_of(colleague).get(BOARD).context["choices"]] == [1]


def test_another_shop_sees_nothing_of_it(
    delivery: Delivery, stranger: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(stranger).get(BOARD)

    assert page.context["is_empty"]
    assert delivery.order.number not in page.content.decode()


def test_a_long_column_is_cut_and_more_shows_it(
    owner: Client, make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    for _number in range(32):
        hand_over(make_parcel(), courier=rider, by=provider)
    key = f"courier-{rider.pk}"

    (column,) = owner.get(BOARD).context["columns"]
    (whole,) = owner.get(BOARD, {"only": key}).context["columns"]

    assert (column.count, len(column.deliveries), column.is_cut) == (32, 30, True)
    assert (len(whole.deliveries), whole.is_cut) == (32, False)


@pytest.mark.parametrize(
    "query", ["?only=courier-x", "?only=nothing", "?after=x", "?by=state&only=waiting", "?only=over"]
)
def test_nonsense_in_the_address_is_no_error(owner: Client, delivery: Delivery, query: str) -> None:
    assert owner.get(BOARD + query).status_code == 200


def test_a_script_gets_the_changing_part_alone(owner: Client, delivery: Delivery) -> None:
    words = owner.get(BOARD, headers=FETCH).content.decode()

    assert "<html" not in words
    assert "data-board-columns" in words


@pytest.mark.parametrize("query", ["", "?by=state"])
def test_the_board_costs_the_same_with_one_and_three(
    owner: Client,
    make_parcel: Callable[..., Order],
    make_rider: Callable[..., Courier],
    provider: User,
    django_assert_num_queries: Any,
    query: str,
) -> None:
    expected = 22 if query else 24

    def scene(name: str) -> None:
        rider = make_rider(name)
        hand_over(make_parcel(), courier=rider, by=provider)
        done = hand_over(make_parcel(), courier=rider, by=provider)
        now = timezone.now()
        Delivery.objects.filter(pk=done.pk).update(
            state=DeliveryState.DELIVERED, closed_at=now, collected=Decimal(10)
        )
        make_parcel()
        make_rider(f"{name}-idle")

    scene("one")
    owner.get(BOARD + query)
    with django_assert_num_queries(expected):
        owner.get(BOARD + query)
    scene("two")
    scene("three")
    with django_assert_num_queries(expected):
        page = owner.get(BOARD + query)

    assert len(page.context["cash"]) == 3


def test_a_card_of_the_board_says_what_is_missing(
    owner: Client, parcel: Order, say: Callable[..., DeliveryEvent]
) -> None:
    say(DeliveryState.DELIVERED, collected=Decimal("100"))
    before = owner.get(f"{BOARD}?by=state")

    settle(parcel)

    after = owner.get(f"{BOARD}?by=state")
    assert "฿141 missing" in before.content.decode()
    assert "missing" not in after.content.decode()
