"""Handing an order to a courier."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection

from accounts.models import Provider, User
from delivery.domain import hand_over, hand_over_many, take_back
from delivery.enums import DeliveryState
from delivery.models import Assignment, Courier, Delivery
from marketplace.common.errors import DomainError
from messaging.models import Message
from orders.domain import cancel_order, complete_order
from orders.models import Order


def refused(code: str, call: Callable[[], object]) -> str:
    before = Assignment.objects.count()
    with pytest.raises(DomainError) as refusal:
        call()
    assert (refusal.value.code, Assignment.objects.count()) == (code, before)
    return refusal.value.sentence


@time_machine.travel(datetime(2026, 11, 22, 10, 0, tzinfo=UTC), tick=False)
def test_one_click_gives_the_order_to_one_courier(parcel: Order, rider: Courier, provider: User) -> None:
    delivery = hand_over(parcel, courier=rider, by=provider)

    assert (delivery.courier, delivery.state, delivery.is_over) == (rider, DeliveryState.ASSIGNED, False)
    assert delivery.to_collect == parcel.total == 241
    assert delivery.due_at == datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # midnight in Bangkok
    assert delivery.link_until == datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    assert [(row.courier, row.by) for row in Assignment.objects.all()] == [(rider, provider)]
    card = Message.objects.latest("pk")
    assert card.data == {"url": f"/deliveries/{delivery.pk}/card/", "label": "Delivery"}


def test_a_double_click_gives_it_once(parcel: Order, rider: Courier, provider: User) -> None:
    first = hand_over(parcel, courier=rider, by=provider)
    again = hand_over(parcel, courier=rider, by=provider)

    assert (again.pk, again.link_token, Assignment.objects.count()) == (first.pk, first.link_token, 1)
    assert Message.objects.filter(data__url=f"/deliveries/{first.pk}/card/").count() == 1


def test_an_order_that_is_not_confirmed_stays(order: Order, rider: Courier, provider: User) -> None:
    sentence = refused("not_confirmed", lambda: hand_over(order, courier=rider, by=provider))

    assert sentence == f"Order {order.number} is not confirmed yet. Confirm it, then hand it to a courier."


def test_what_is_over_or_has_no_address_stays(
    make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    done, cancelled, nowhere = make_parcel(), make_parcel(), make_parcel(delivery_address=" \n")
    complete_order(done, by=provider)
    cancel_order(cancelled, by=provider, reason="Sold out")

    refused("not_confirmed", lambda: hand_over(done, courier=rider, by=provider))
    refused("not_confirmed", lambda: hand_over(cancelled, courier=rider, by=provider))
    sentence = refused("no_address", lambda: hand_over(nowhere, courier=rider, by=provider))
    assert sentence == (
        f"Order {nowhere.number} has no delivery address. Write it, then hand the order to a courier."
    )


def test_a_shop_has_its_own_couriers_and_the_operators(
    parcel: Order, rider: Courier, everybodys_rider: Courier, provider: User, stranger: User
) -> None:
    rider.provider = Provider.objects.get(members__user=stranger)
    rider.save()
    hand_over(parcel, courier=everybodys_rider, by=provider)

    refused("courier", lambda: hand_over(parcel, courier=rider, by=provider))


def test_who_may_not_log_in_gets_no_task(parcel: Order, rider: Courier, provider: User) -> None:
    User.objects.filter(pk=rider.user_id).update(is_active=False)

    refused("courier", lambda: hand_over(parcel, courier=rider, by=provider))


def test_only_the_shops_people_who_find_the_order_hand_it_over(
    parcel: Order,
    agents_parcel: Order,
    rider: Courier,
    agent: User,
    colleague: User,
    customer: User,
    stranger: User,
) -> None:
    for person in (customer, stranger, rider.user):
        refused("not_allowed", lambda person=person: hand_over(parcel, courier=rider, by=person))
    refused("not_allowed", lambda: hand_over(agents_parcel, courier=rider, by=colleague))
    hand_over(agents_parcel, courier=rider, by=agent)

    assert Delivery.objects.get().only_for == agent
    assert not Delivery.objects.dispatched_by(colleague).exists()


def test_giving_it_to_another_needs_to_have_seen_who_has_it(
    delivery: Delivery, other_rider: Courier, provider: User, parcel: Order
) -> None:
    sentence = refused("taken", lambda: hand_over(parcel, courier=other_rider, by=provider))
    moved = hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)

    assert sentence == (
        f"Order {parcel.number} was given to Courier meanwhile. Look at it again, then choose."
    )
    assert (moved.pk, moved.courier) == (delivery.pk, other_rider)
    assert moved.link_token != delivery.link_token


def test_many_go_in_the_order_in_which_they_were_chosen(
    make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    first, second, third = make_parcel(), make_parcel(), make_parcel()

    hand_over_many([third, first, second], courier=rider, by=provider, seen={})

    tasks = Delivery.objects.tasks_of(rider).order_by("assignment_number")
    assert [task.order for task in tasks] == [third, first, second]


def test_one_that_is_refused_keeps_all_of_them(
    make_parcel: Callable[..., Order], order: Order, rider: Courier, provider: User
) -> None:
    refused(
        "not_confirmed", lambda: hand_over_many([make_parcel(), order], courier=rider, by=provider, seen={})
    )

    assert not Delivery.objects.exists()


def test_taken_back_nobody_has_it_and_the_link_is_dead(delivery: Delivery, provider: User) -> None:
    back = take_back(delivery, by=provider, seen=delivery.assignment_number)
    again = take_back(delivery, by=provider, seen=delivery.assignment_number)

    assert (back.courier, back.state, back.link_token) == (None, DeliveryState.WAITING, None)
    assert again.assignment_number == back.assignment_number
    assert [row.courier for row in Assignment.objects.all()] == [delivery.courier, None]


def test_what_failed_may_be_given_again_to_the_same_courier(
    delivery: Delivery, rider: Courier, provider: User, parcel: Order, say: Callable[..., object]
) -> None:
    say(DeliveryState.FAILED, minutes=5, reason="absent")
    delivery.refresh_from_db()

    again = hand_over(parcel, courier=rider, by=provider, seen=delivery.assignment_number)

    assert (again.state, Assignment.objects.count()) == (DeliveryState.ASSIGNED, 2)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_give_it_to_one_and_the_other_is_told(
    parcel: Order, rider: Courier, other_rider: Courier, provider: User, agent: User
) -> None:
    start = Barrier(2)

    def give(who: tuple[Courier, User]) -> str:
        try:
            start.wait()
            return f"{hand_over(parcel, courier=who[0], by=who[1]).courier}"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(give, [(rider, provider), (other_rider, agent)]))

    delivery = Delivery.objects.get()
    assert sorted(outcomes) in (["Courier", "taken"], ["Somchai", "taken"])
    assert str(delivery.courier) in outcomes
    assert Assignment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_bulks_that_cross_do_not_lock_each_other_out(
    make_parcel: Callable[..., Order], rider: Courier, provider: User, agent: User
) -> None:
    parcels = [make_parcel() for _ in range(6)]
    start = Barrier(2)

    def give(who: tuple[list[Order], User]) -> int:
        try:
            start.wait()
            return len(hand_over_many(who[0], courier=rider, by=who[1], seen={}))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(give, [(parcels, provider), (parcels[::-1], agent)]))

    assert outcomes == [6, 6]
    assert Assignment.objects.count() == Delivery.objects.count() == 6


def test_a_report_of_the_past_days_leaves_no_late_task(delivery: Delivery) -> None:
    assert not delivery.is_late
    delivery.due_at -= timedelta(days=2)
    assert delivery.is_late
