"""A courier's lists: today's in the order of hand-over, and what is over, newest first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from delivery.domain import hand_over, take_back
from delivery.enums import DeliveryState as S
from delivery.models import Courier, Delivery, DeliveryEvent
from delivery.queries import tasks
from delivery.queries.links import with_link
from delivery.queries.tasks import courier_of, history_of, place_of, read_place, today_of
from orders.domain import cancel_order
from orders.models import Order

Say = Callable[..., DeliveryEvent]
Make = Callable[..., Order]


def now() -> datetime:
    return timezone.now()


def test_open_tasks_stand_in_the_order_of_hand_over_and_keep_it(
    make_parcel: Make, rider: Courier, provider: User
) -> None:
    orders = [make_parcel() for _ in range(3)]
    given = [hand_over(orders[n], courier=rider, by=provider) for n in (2, 0, 1)]

    today = today_of(rider, now=now())

    assert [task.pk for task in today.open] == [task.pk for task in given]
    assert (today.done, today.total, today.share) == ([], 3, 0)


def test_what_was_finished_today_counts_and_yesterdays_does_not(
    make_parcel: Make, rider: Courier, provider: User, say: Say, delivery: Delivery
) -> None:
    say(S.DELIVERED)
    old = hand_over(make_parcel(), courier=rider, by=provider)
    Delivery.objects.filter(pk=old.pk).update(
        state=S.RETURNED, closed_at=now() - timedelta(days=1, minutes=1)
    )
    hand_over(make_parcel(), courier=rider, by=provider)

    with timezone.override(UTC):
        closed = Delivery.objects.get(pk=delivery.pk).closed_at
        assert closed is not None
        today = today_of(rider, now=closed)

    assert [task.pk for task in today.done] == [delivery.pk]
    assert (today.total, today.share) == (2, 50)


def test_a_late_and_a_cancelled_one_are_marked(
    delivery: Delivery, parcel: Order, rider: Courier, provider: User
) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(due_at=now() - timedelta(minutes=1))
    (late,) = today_of(rider, now=now()).open
    cancel_order(parcel, by=provider, reason="Sold out")
    (cancelled,) = today_of(rider, now=now()).open

    assert (late.is_late, late.is_cancelled, late.phase) == (True, False, "assigned")
    assert (cancelled.is_cancelled, cancelled.phase) == (True, "cancelled")


def test_reports_of_who_had_it_before_are_not_shown(
    say: Say, delivery: Delivery, parcel: Order, rider: Courier, other_rider: Courier, provider: User
) -> None:
    say(S.FAILED, reason="absent", note="The dog bites")
    (mine,) = today_of(rider, now=now()).open
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    (theirs,) = today_of(other_rider, now=now()).open

    assert [(report.state, report.note, report.reason) for report in mine.reports] == [
        (S.FAILED, "The dog bites", "Nobody was there")
    ]
    assert theirs.reports == ()
    assert today_of(rider, now=now()).open == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(
    number: int, make_parcel: Make, rider: Courier, provider: User, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        hand_over(make_parcel(), courier=rider, by=provider)

    with django_assert_num_queries(4):  # the open ones, their lines and reports; the finished ones
        today = today_of(rider, now=now())

    assert len(today.open) == number


def test_history_comes_in_pages_that_neither_skip_nor_repeat(
    make_parcel: Make, rider: Courier, provider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PAGE", 2)
    given = [hand_over(make_parcel(), courier=rider, by=provider) for _ in range(5)]
    at = now()
    for number, task in enumerate(given):  # three of them at the same moment
        closed = at - timedelta(hours=max(0, number - 2))
        Delivery.objects.filter(pk=task.pk).update(state=S.RETURNED, closed_at=closed)

    seen, before, pages = [], None, 0
    while pages == 0 or before is not None:
        rows, older = history_of(rider, before=before)
        seen += [row.pk for row in rows]
        before, pages = read_place(older), pages + 1

    assert seen == [given[n].pk for n in (2, 1, 0, 3, 4)]
    assert pages == 3


@pytest.mark.parametrize("text", ["", "1", "x-1", "1-x", "-1-1", "9" * 18 + "-1", "۱-۱"])
def test_what_names_no_place_is_no_page(text: str) -> None:
    assert read_place(text) is None


def test_a_place_is_read_back_as_it_was(delivery: Delivery) -> None:
    delivery.closed_at = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)

    assert read_place(place_of(delivery)) == (delivery.closed_at, delivery.pk)


def test_only_an_active_courier_is_one(rider: Courier, provider: User) -> None:
    assert courier_of(rider.user) == rider
    assert courier_of(provider) is None
    User.objects.filter(pk=rider.user_id).update(is_active=False)
    assert courier_of(rider.user) is None


def test_a_link_opens_its_task_while_it_lives(delivery: Delivery) -> None:
    assert delivery.link_token is not None
    assert delivery.link_until is not None
    assert list(with_link(delivery.link_token, now=now())) == [delivery]
    assert not with_link(delivery.link_token, now=delivery.link_until).exists()
    assert not with_link("", now=now()).exists()


def test_a_link_dies_with_the_delivery(say: Say, delivery: Delivery) -> None:
    say(S.RETURNED)

    assert not with_link(delivery.link_token or "", now=now() - timedelta(days=1)).exists()


def test_a_link_dies_when_the_task_is_taken_back_or_given_again(
    delivery: Delivery, parcel: Order, other_rider: Courier, rider: Courier, provider: User
) -> None:
    old = delivery.link_token or ""
    other = hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    again = hand_over(parcel, courier=rider, by=provider, seen=other.assignment_number)
    assert not with_link(old, now=now()).exists()

    newest = again.link_token or ""
    assert with_link(newest, now=now()).exists()
    take_back(again, by=provider, seen=again.assignment_number)

    assert not with_link(newest, now=now()).exists()


def test_a_link_dies_with_its_couriers_log_in(delivery: Delivery, rider: Courier) -> None:
    User.objects.filter(pk=rider.user_id).update(is_active=False)

    assert not with_link(delivery.link_token or "", now=now()).exists()
