from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import User
from followup.domain import add_note, begin_task, close_task, end_follow_up, notes_of, reopen_follow_up
from followup.models import FollowUp
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from orders.enums import DeskTask, Symbol
from orders.models import Order


def test_a_new_order_is_not_followed_up(order: Order, now: datetime) -> None:
    assert order.symbol(now) == Symbol.NOT_FOLLOWED


def test_a_note_with_a_date_makes_the_lead_followed_up(
    order: Order, note: Callable[..., FollowUp], now: datetime
) -> None:
    moment = now + timedelta(days=2)

    note(order, "Call on Tuesday", moment)

    order.refresh_from_db()
    assert (order.desk_state, order.due_at) == ("open", moment)
    assert order.symbol(moment - timedelta(seconds=1)) == Symbol.FOLLOWING
    assert order.symbol(moment + timedelta(seconds=1)) == Symbol.DUE


def test_the_newest_notes_date_is_in_force(
    order: Order, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "first", now + timedelta(days=1))
    note(order, "second", now + timedelta(days=9))

    order.refresh_from_db()
    assert order.due_at == now + timedelta(days=9)
    note(order, "third, without a date")
    order.refresh_from_db()
    assert (order.desk_state, order.due_at) == ("open", None)


def test_any_unicode_text_is_kept_as_it_is(order: Order, note: Callable[..., FollowUp]) -> None:
    text = "โทรแล้ว ☎️ «بعداً» – Đã gọi 😀"

    assert note(order, text).note == text
    assert [kept.note for kept in notes_of(order)] == [text]


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_an_empty_note_is_refused_and_changes_nothing(order: Order, provider: User, text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        add_note(order, by=provider, note=text, follow_up_at=None, form_token=uuid4())

    order.refresh_from_db()
    assert refusal.value.code == "empty"
    assert (order.desk_state, FollowUp.objects.count()) == ("none", 0)


def test_only_the_shops_people_write_notes(order: Order, customer: User, stranger: User) -> None:
    for person in (customer, stranger):
        with pytest.raises(DomainError) as refusal:
            add_note(order, by=person, note="Hello", follow_up_at=None, form_token=uuid4())
        assert refusal.value.code == "not_allowed"

    assert FollowUp.objects.count() == 0


def test_one_tick_at_a_time_and_unticking_brings_the_date_back(
    order: Order, note: Callable[..., FollowUp], provider: User, now: datetime
) -> None:
    first, second = note(order, "first"), note(order, "second", now + timedelta(days=3))

    end_follow_up(second, by=provider)
    order.refresh_from_db()
    assert (order.desk_state, order.due_at) == ("ended", None)
    end_follow_up(first, by=provider)
    assert [n.pk for n in FollowUp.objects.filter(ended_at__isnull=False)] == [first.pk]

    reopen_follow_up(first, by=provider)

    order.refresh_from_db()
    assert (order.desk_state, order.due_at) == ("open", now + timedelta(days=3))


def test_a_new_note_opens_an_ended_lead(order: Order, note: Callable[..., FollowUp], provider: User) -> None:
    end_follow_up(note(order), by=provider)

    note(order, "They called again")

    order.refresh_from_db()
    assert (order.desk_state, FollowUp.objects.filter(ended_at__isnull=False).count()) == ("open", 0)


def test_ticking_tells_nobody(order: Order, note: Callable[..., FollowUp], provider: User) -> None:
    before = Notification.objects.count()

    end_follow_up(note(order), by=provider)

    assert Notification.objects.count() == before


def test_a_task_makes_the_lead_due_whatever_its_notes_say(
    order: Order, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "later", now + timedelta(days=5))

    assert begin_task(order, DeskTask.UNPAID, since=now) is True
    assert begin_task(order, DeskTask.UNPAID, since=now) is False
    order.refresh_from_db()
    assert (order.desk_state, order.due_at) == ("open", now)

    assert close_task(order, DeskTask.UNANSWERED) is False
    assert close_task(order, DeskTask.UNPAID) is True
    order.refresh_from_db()
    assert (order.task, order.due_at) == ("", now + timedelta(days=5))


def test_a_note_with_a_later_date_puts_a_task_off_and_one_without_does_not(
    order: Order, note: Callable[..., FollowUp], now: datetime
) -> None:
    begin_task(order, DeskTask.UNPAID, since=now - timedelta(days=3))

    note(order, "They did not answer")
    order.refresh_from_db()
    assert (order.task, order.due_at) == ("unpaid", now - timedelta(days=3))

    note(order, "They pay on Friday", now + timedelta(days=5))
    order.refresh_from_db()
    assert (order.task, order.desk_state, order.due_at) == ("", "open", now + timedelta(days=5))


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_ten_times_at_once_is_one_note(order: Order, provider: User) -> None:
    token, start = uuid4(), Barrier(10)

    def send(_number: int) -> int:
        try:
            start.wait()
            return add_note(order, by=provider, note="Once", follow_up_at=None, form_token=token).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        notes = set(pool.map(send, range(10)))

    assert (len(notes), FollowUp.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_ticks_on_two_notes_at_once_leave_one(
    order: Order, note: Callable[..., FollowUp], provider: User
) -> None:
    notes, start = [note(order, str(n)) for n in range(6)], Barrier(6)

    def tick(one: FollowUp) -> None:
        try:
            start.wait()
            end_follow_up(one, by=provider)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(tick, notes))

    order.refresh_from_db()
    assert (order.desk_state, FollowUp.objects.filter(ended_at__isnull=False).count()) == ("ended", 1)
