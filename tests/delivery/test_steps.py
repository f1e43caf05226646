"""What the readers of a delivery are told: who has it since when, what happened, and the proof."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from delivery.domain import accept_report, hand_over, take_back
from delivery.enums import DeliveryState
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from delivery.queries import newest_steps, steps_of, tracking_of
from marketplace.common.images import Photo, reencode_photo
from orders.domain import cancel_order
from orders.models import Order
from tests.support.pictures import a_picture

Say = Callable[..., DeliveryEvent]
S = DeliveryState


def told(delivery: Delivery, **options: Any) -> list[tuple[str, str]]:
    return [(step.title, step.courier) for step in steps_of(fresh(delivery), **options)]


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.select_related("order", "provider", "courier__user").get(pk=delivery.pk)


def marks(delivery: Delivery) -> list[tuple[str, str]]:
    return [(str(stop.state), str(stop.mark)) for stop in tracking_of(fresh(delivery)).stops]


@pytest.fixture
def photo() -> Photo:
    return reencode_photo(io.BytesIO(a_picture()))


def test_who_had_it_when_stands_in_the_steps(
    say: Say, delivery: Delivery, parcel: Order, rider: Courier, other_rider: Courier, provider: User
) -> None:
    say(S.PICKED_UP)
    taken = take_back(delivery, by=provider, seen=delivery.assignment_number)
    hand_over(parcel, courier=other_rider, by=provider, seen=taken.assignment_number)
    times = Assignment.objects.order_by("pk").values_list("at", flat=True)
    Assignment.objects.filter(at=times[1]).update(at=times[0] + timedelta(minutes=5))
    Assignment.objects.filter(at=times[2]).update(at=times[0] + timedelta(minutes=9))

    assert told(delivery) == [
        ("Given to a courier", "Courier"),
        ("Picked up", "Courier"),
        ("Taken back from the courier", "Courier"),
        ("Given to a courier", "Somchai"),
    ]
    now = tracking_of(fresh(delivery))
    assert (now.courier, now.since) == ("Somchai", times[2])


def test_nobody_has_what_was_taken_back(delivery: Delivery, provider: User) -> None:
    take_back(delivery, by=provider, seen=delivery.assignment_number)

    now = tracking_of(fresh(delivery))
    assert (now.courier, now.expected) == ("", None)
    assert marks(delivery) == [
        ("assigned", "todo"),
        ("picked_up", "todo"),
        ("on_the_way", "todo"),
        ("delivered", "todo"),
    ]


def test_what_does_not_count_and_what_couriers_note_is_the_shops_alone(
    say: Say, delivery: Delivery, parcel: Order, other_rider: Courier, provider: User
) -> None:
    say(S.PICKED_UP, note="The dog bites")
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    late = say(S.DELIVERED, minutes=20, receiver="Malee")

    theirs, shops = steps_of(fresh(delivery)), steps_of(fresh(delivery), for_shop=True)
    assert [step.state for step in theirs if step.state == S.DELIVERED] == []
    assert [(step.state, step.counts) for step in shops if step.state == S.DELIVERED] == [
        (S.DELIVERED, False)
    ]
    assert [step.note for step in theirs] == ["", "", ""]
    assert "The dog bites" in [step.note for step in shops]

    accept_report(late, by=provider)

    now = tracking_of(fresh(delivery))
    assert (now.receiver, now.courier, now.since) == ("Malee", "Courier", late.happened_at)
    assert marks(delivery)[-1] == ("delivered", "done")


def test_told_twice_is_one_step_with_all_of_the_proof(say: Say, delivery: Delivery, photo: Photo) -> None:
    first = say(S.DELIVERED, minutes=20, photo=photo)
    second = say(S.DELIVERED, minutes=21, receiver="Malee", signature=photo)

    steps = steps_of(fresh(delivery))
    assert [step.state for step in steps] == [S.ASSIGNED, S.DELIVERED]
    assert (steps[1].at, steps[1].receiver) == (first.happened_at, "Malee")
    pictures = [(picture.report, picture.what) for picture in steps[1].pictures]
    assert pictures == [(first.pk, "photo"), (second.pk, "signature")]


def test_a_second_failure_is_a_second_try_with_its_reason_in_words(say: Say, delivery: Delivery) -> None:
    say(S.FAILED, minutes=10, reason="absent")
    say(S.FAILED, minutes=30, reason="wrong_address")

    assert [step.reason for step in steps_of(fresh(delivery))] == [
        "",
        "Nobody was there",
        "The address is wrong or incomplete",
    ]
    assert tracking_of(fresh(delivery)).reason == "The address is wrong or incomplete"


@pytest.mark.parametrize(
    ("states", "line"),
    [
        ([], ["now", "todo", "todo", "todo"]),
        ([S.PICKED_UP], ["done", "now", "todo", "todo"]),
        ([S.ON_THE_WAY], ["done", "done", "now", "todo"]),
        ([S.ON_THE_WAY, S.FAILED], ["done", "done", "done", "stopped"]),
        ([S.ON_THE_WAY, S.FAILED, S.RETURNED], ["done", "done", "done", "stopped"]),
        ([S.ON_THE_WAY, S.DELIVERED], ["done", "done", "done", "done"]),
    ],
)
def test_the_line_shows_how_far_it_has_come(
    states: list[S], line: list[str], say: Say, delivery: Delivery
) -> None:
    for minutes, state in enumerate(states, 1):
        say(state, minutes=minutes, reason="absent")

    assert [mark for _state, mark in marks(delivery)] == line
    assert marks(delivery)[-1][0] == (states[-1] if "stopped" in line else "delivered")


def test_it_is_expected_by_the_wished_time_or_in_the_course_of_the_day(
    make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), tick=False):
        wish = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
        some_day = hand_over(make_parcel(), courier=rider, by=provider)
        wished = hand_over(make_parcel(preferred_at=wish), courier=rider, by=provider)
        today, by_then = (tracking_of(fresh(one)).expected for one in (some_day, wished))
    with time_machine.travel(datetime(2026, 11, 22, 18, 0, tzinfo=UTC), tick=False):  # 01:00 in Bangkok
        late = tracking_of(fresh(wished)).expected

    assert today is not None
    assert by_then is not None
    assert late is not None
    assert (str(today.day), today.at, today.is_today, today.is_late) == ("2026-11-22", None, True, False)
    assert (by_then.day, by_then.at, by_then.is_late) == (None, wish, False)
    assert (late.is_today, late.is_late) == (False, True)


def test_nothing_is_expected_of_a_cancelled_order(delivery: Delivery, parcel: Order, provider: User) -> None:
    assert tracking_of(fresh(delivery)).expected is not None

    cancel_order(parcel, by=provider, reason="Sold out")

    assert tracking_of(fresh(delivery)).expected is None


def test_the_newest_steps_of_many_are_in_one_line_of_time(
    make_parcel: Callable[..., Order], rider: Courier, provider: User, django_assert_num_queries: Any
) -> None:
    given = [hand_over(make_parcel(), courier=rider, by=provider) for _ in range(3)]
    for minutes, one in enumerate(given):
        at = timezone.now() - timedelta(minutes=minutes)
        Assignment.objects.filter(delivery=one).update(at=at)

    with django_assert_num_queries(2):
        found = newest_steps(Delivery.objects.all(), 2)

    assert [(delivery.pk, step.title) for delivery, step in found] == [
        (given[0].pk, "Given to a courier"),
        (given[1].pk, "Given to a courier"),
    ]


def test_a_delivery_reads_the_same_number_of_rows_however_long_its_story(
    say: Say, delivery: Delivery, django_assert_num_queries: Any
) -> None:
    one = fresh(delivery)
    with django_assert_num_queries(2):
        tracking_of(one)
    for minutes in range(1, 6):
        say(S.FAILED, minutes=minutes, reason="absent", client_id=uuid4())
    one = fresh(delivery)
    with django_assert_num_queries(2):
        assert len(tracking_of(one).steps) == 6
