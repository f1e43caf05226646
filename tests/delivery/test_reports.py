"""What couriers report, whenever it arrives."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import User
from delivery.domain import Proof, accept_report, hand_in_cash, hand_over, report, take_back
from delivery.enums import DeliveryState, Outcome
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from delivery.queries.steps import steps_of
from delivery.queries.tasks import one_task, reports_of
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification, SmsGateway
from orders.domain import cancel_order
from orders.enums import OrderStatus
from orders.models import Order, OrderEvent
from orders.queries.payments import amount_due

Say = Callable[..., DeliveryEvent]
S = DeliveryState


def test_delivered_completes_the_order_once_and_cash_pays_it(
    say: Say, delivery: Delivery, parcel: Order, rider: Courier
) -> None:
    for state, minutes in ((S.PICKED_UP, 1), (S.ON_THE_WAY, 2)):
        say(state, minutes=minutes)
    done = say(S.DELIVERED, minutes=20, receiver="Malee", collected=Decimal("241.00"))
    say(S.DELIVERED, minutes=21, receiver="Malee")

    delivery.refresh_from_db()
    parcel.refresh_from_db()
    assert (delivery.state, delivery.collected) == (S.DELIVERED, Decimal("241.00"))
    assert (parcel.status, parcel.paid_at) == (OrderStatus.COMPLETED, done.happened_at)
    steps = OrderEvent.objects.filter(order=parcel, status=OrderStatus.COMPLETED)
    assert [step.by for step in steps] == [rider.user]


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(4)))[::5])
def test_whatever_the_order_of_arrival_the_end_is_the_same(
    arrival: tuple[int, ...], say: Say, delivery: Delivery, parcel: Order
) -> None:
    said = [(S.PICKED_UP, 1), (S.ON_THE_WAY, 2), (S.FAILED, 10), (S.DELIVERED, 30)]
    ids = [uuid4() for _ in said]

    for number in [*arrival, *arrival]:  # each of them twice
        state, minutes = said[number]
        say(state, minutes=minutes, client_id=ids[number], reason="absent", collected=Decimal(241))

    delivery.refresh_from_db()
    parcel.refresh_from_db()
    given_at = Assignment.objects.get().at
    assert (delivery.state, delivery.state_at) == (S.DELIVERED, given_at + timedelta(minutes=30))
    assert parcel.status == OrderStatus.COMPLETED
    times = [(event.state, event.happened_at - given_at) for event in delivery.events.all()]
    assert times == [(state, timedelta(minutes=minutes)) for state, minutes in said]


def test_a_parcel_that_was_handed_over_is_not_lost_by_a_later_slip_of_the_thumb(
    say: Say, delivery: Delivery
) -> None:
    say(S.DELIVERED, minutes=10)
    say(S.FAILED, minutes=11, reason="absent")

    delivery.refresh_from_db()
    assert delivery.state == S.DELIVERED
    assert delivery.events.count() == 2


def test_the_same_report_ten_times_at_once_is_one(
    transactional_db: None, delivery: Delivery, rider: Courier, parcel: Order
) -> None:
    client_id, start = uuid4(), Barrier(10)

    def send(_number: int) -> int:
        try:
            start.wait()
            return report(
                delivery, courier=rider, client_id=client_id, state=S.DELIVERED, said_at=timezone.now()
            ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        stored = set(pool.map(send, range(10)))

    assert len(stored) == DeliveryEvent.objects.count() == 1
    assert OrderEvent.objects.filter(order=parcel, status=OrderStatus.COMPLETED).count() == 1


def test_a_wrong_clock_is_brought_back_between_the_hand_over_and_now(say: Say, delivery: Delivery) -> None:
    given_at = Assignment.objects.get().at
    early = say(S.PICKED_UP, minutes=-600)
    future = say(S.ON_THE_WAY, minutes=60 * 24 * 400)

    assert early.happened_at == given_at
    assert early.said_at == given_at - timedelta(minutes=600)
    assert future.happened_at == given_at + timedelta(hours=3)


def test_a_report_after_the_task_was_given_away_counts_only_when_the_shop_says_so(
    say: Say,
    delivery: Delivery,
    parcel: Order,
    rider: Courier,
    other_rider: Courier,
    provider: User,
    customer: User,
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)

    event = say(S.DELIVERED, minutes=5, receiver="Malee", collected=Decimal(241))

    delivery.refresh_from_db()
    assert (event.outcome, delivery.state, delivery.courier) == (Outcome.CONFLICT, S.ASSIGNED, other_rider)
    told = Notification.objects.filter(kind="delivery_conflict").values_list("recipient", flat=True)
    assert list(told) == [provider.pk]
    with pytest.raises(DomainError):
        accept_report(event, by=customer)

    accept_report(event, by=provider)
    accept_report(event, by=provider)

    delivery.refresh_from_db()
    parcel.refresh_from_db()
    event.refresh_from_db()
    assert (delivery.state, delivery.courier, delivery.collected) == (S.DELIVERED, rider, Decimal(241))
    assert (parcel.status, event.outcome) == (OrderStatus.COMPLETED, Outcome.ACCEPTED)


def test_accepting_who_had_it_before_is_an_assignment_and_who_has_it_is_told(
    say: Say, delivery: Delivery, parcel: Order, rider: Courier, other_rider: Courier, provider: User
) -> None:
    shop = delivery.provider
    SmsGateway.objects.create(provider=shop, owner=provider, kind="console", time_zone="Asia/Bangkok")
    User.objects.filter(pk=other_rider.user_id).update(phone="+66811111111")
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    event = say(S.RETURNED, minutes=5)
    Notification.objects.all().delete()

    with time_machine.travel(event.received_at + timedelta(hours=1), tick=False):
        accept_report(event, by=provider)
        accept_report(event, by=provider)

    delivery.refresh_from_db()
    given = list(Assignment.objects.values_list("courier", "by").order_by("pk"))
    assert given == [(one.pk, provider.pk) for one in (rider, other_rider, rider)]
    assert delivery.assignment_number == Assignment.objects.latest("pk").pk
    assert (delivery.link_token, delivery.courier) == (None, rider)
    told = Notification.objects.values_list("kind", "recipient", "channel")
    assert list(told) == [("courier_taken_back", other_rider.user_id, "sms")]
    # Each reads what they did, and nobody what the other one wrote.
    task = one_task(Delivery.objects.tasks_of(rider))
    assert task is not None
    assert [one.pk for one in task.reports] == [event.pk]
    assert list(reports_of(Delivery.objects.tasks_of(rider))) == [event]
    # When the shop decided is no step of the customer's.
    assert [step.courier for step in steps_of(delivery)] == ["Courier", "Somchai", "Courier"]
    assert len(steps_of(delivery, for_shop=True)) == 4


def test_a_report_accepted_from_who_has_it_still_moves_nothing(
    say: Say, delivery: Delivery, parcel: Order, rider: Courier, other_rider: Courier, provider: User
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    event = say(S.DELIVERED, minutes=5)
    delivery.refresh_from_db()
    hand_over(parcel, courier=rider, by=provider, seen=delivery.assignment_number)
    Notification.objects.all().delete()

    accept_report(event, by=provider)

    delivery.refresh_from_db()
    assert (delivery.courier, Assignment.objects.count()) == (rider, 3)
    assert not Notification.objects.filter(kind="courier_taken_back").exists()


def test_what_the_shop_accepted_is_not_undone_by_who_has_the_task_now(
    say: Say, delivery: Delivery, parcel: Order, rider: Courier, other_rider: Courier, provider: User
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    accept_report(say(S.DELIVERED, minutes=5), by=provider)

    say(S.ON_THE_WAY, minutes=50, courier=other_rider)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.courier) == (S.DELIVERED, rider)


@pytest.mark.parametrize("is_waiting", [True, False])
def test_accepting_how_far_somebody_had_come_leaves_the_task_with_who_has_it(
    is_waiting: bool, say: Say, delivery: Delivery, parcel: Order, other_rider: Courier, provider: User
) -> None:
    if is_waiting:
        take_back(delivery, by=provider, seen=delivery.assignment_number)
    else:
        hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)

    event = accept_report(say(S.PICKED_UP, minutes=5), by=provider)

    delivery.refresh_from_db()
    assert event.outcome == Outcome.ACCEPTED
    expected = (S.WAITING, None) if is_waiting else (S.ASSIGNED, other_rider)
    assert (delivery.state, delivery.courier) == expected


def test_who_never_had_the_task_finds_none(delivery: Delivery, other_rider: Courier) -> None:
    with pytest.raises(DomainError) as refusal:
        report(delivery, courier=other_rider, client_id=uuid4(), state=S.DELIVERED, said_at=timezone.now())

    assert (refusal.value.code, DeliveryEvent.objects.count()) == ("not_yours", 0)


@pytest.mark.parametrize(
    ("state", "fields", "code"),
    [
        (S.ASSIGNED, {}, "state"),
        (S.WAITING, {}, "state"),
        (S.FAILED, {"reason": ""}, "reason"),
        (S.FAILED, {"reason": "aliens"}, "reason"),
        (S.DELIVERED, {"collected": Decimal(-1)}, "collected"),
    ],
)
def test_what_says_nothing_is_refused(
    say: Say, delivery: Delivery, state: DeliveryState, fields: dict[str, object], code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        say(state, **fields)

    delivery.refresh_from_db()
    assert (refusal.value.code, delivery.state) == (code, S.ASSIGNED)


def test_a_cancelled_order_stays_cancelled_whatever_comes(
    say: Say, delivery: Delivery, parcel: Order, provider: User
) -> None:
    cancel_order(parcel, by=provider, reason="Sold out")

    say(S.DELIVERED, minutes=5, collected=Decimal(241))

    delivery.refresh_from_db()
    parcel.refresh_from_db()
    assert (delivery.state, parcel.status, parcel.paid_at) == (S.DELIVERED, OrderStatus.CANCELLED, None)


def test_too_little_cash_leaves_the_order_unpaid(say: Say, parcel: Order) -> None:
    say(S.DELIVERED, collected=Decimal(240))

    parcel.refresh_from_db()
    assert (parcel.status, parcel.paid_at) == (OrderStatus.COMPLETED, None)


def money_of(order: Order) -> tuple[Decimal, Decimal, bool]:
    """(collected by couriers, still to pay, whether paid)"""
    order.refresh_from_db()
    return order.received, amount_due(order), order.paid_at is not None


def test_a_part_of_the_cash_leaves_the_rest_to_pay(say: Say, parcel: Order) -> None:
    say(S.DELIVERED, collected=Decimal(100))

    assert money_of(parcel) == (Decimal(100), Decimal(141), False)


def test_a_delivered_report_that_says_no_sum_leaves_the_whole_to_pay(say: Say, parcel: Order) -> None:
    say(S.DELIVERED)

    assert money_of(parcel) == (Decimal(0), Decimal(241), False)


# Of several reports the newest that says a sum counts: see delivery.domain.reports.
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(10, 100), (11, 241)], (Decimal(241), Decimal(0), True)),
        ([(10, 241), (11, 100)], (Decimal(100), Decimal(141), False)),
        ([(10, 100), (11, None)], (Decimal(100), Decimal(141), False)),
        ([(10, None), (11, 100), (12, None)], (Decimal(100), Decimal(141), False)),
    ],
)
@pytest.mark.parametrize("is_backwards", [False, True])
def test_corrections_give_one_figure_whichever_arrives_first(
    say: Say,
    delivery: Delivery,
    parcel: Order,
    said: list[tuple[int, int | None]],
    expected: tuple[Decimal, Decimal, bool],
    is_backwards: bool,
) -> None:
    reports = [(uuid4(), minutes, None if sum_ is None else Decimal(sum_)) for minutes, sum_ in said]

    for client_id, minutes, collected in [*reports[:: -1 if is_backwards else 1], *reports]:  # and again
        say(S.DELIVERED, minutes=minutes, client_id=client_id, collected=collected)

    delivery.refresh_from_db()
    assert money_of(parcel) == expected
    assert delivery.collected == expected[0]


def test_what_was_counted_at_the_counter_changes_no_debt_either(
    say: Say, delivery: Delivery, parcel: Order, rider: Courier, provider: User
) -> None:
    say(S.DELIVERED, minutes=10, collected=Decimal(100))
    hand_in_cash(delivery.provider, courier=rider, amount=Decimal(100), by=provider)

    say(S.DELIVERED, minutes=11, collected=Decimal(241))

    assert money_of(parcel) == (Decimal(100), Decimal(141), False)


def test_cash_in_a_report_that_does_not_count_pays_once_the_shop_accepts_it(
    say: Say, delivery: Delivery, parcel: Order, other_rider: Courier, provider: User
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    event = say(S.DELIVERED, minutes=5, collected=Decimal(100))
    before = money_of(parcel)

    for _time in range(2):
        accept_report(event, by=provider)

    assert before == (Decimal(0), Decimal(241), False)
    assert money_of(parcel) == (Decimal(100), Decimal(141), False)


def test_of_a_cancelled_order_the_cash_is_known_and_nothing_is_to_pay(
    say: Say, parcel: Order, provider: User
) -> None:
    cancel_order(parcel, by=provider, reason="Sold out")

    say(S.DELIVERED, collected=Decimal(100))

    assert money_of(parcel) == (Decimal(100), Decimal(0), False)


def test_one_id_in_two_tasks_is_two_reports(
    make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    shared: UUID = uuid4()
    for order in (make_parcel(), make_parcel()):
        task = hand_over(order, courier=rider, by=provider)
        report(
            task,
            courier=rider,
            client_id=shared,
            state=S.PICKED_UP,
            said_at=timezone.now(),
            proof=Proof(note="At the door"),
        )

    assert DeliveryEvent.objects.count() == 2
