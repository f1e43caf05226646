import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts.models import Provider, User
from marketplace.common.errors import DomainError
from messaging.domain import (
    ThreadClosedError,
    close_thread,
    mark_delivered,
    mark_read,
    open_thread,
    post_card,
    post_message,
    post_notice,
    reopen_thread,
)
from messaging.models import Message, Participation, Thread
from messaging.queries import read_state, unread_by_thread, unread_total


def test_a_message_is_unread_for_the_other_side_until_it_is_read(
    thread: Thread, customer: User, provider: User
) -> None:
    message = post_message(thread, by=customer, body="สวัสดี")

    assert message.seq == 1
    assert (unread_total(customer), unread_total(provider)) == (0, 1)

    mark_read(thread, by=provider, seq=1)

    assert unread_total(provider) == 0


def test_a_message_of_a_colleague_is_not_unread(
    thread: Thread, customer: User, provider: User, agent: User
) -> None:
    post_message(thread, by=agent, body="I take this one")

    assert unread_by_thread(provider) == {}
    assert unread_by_thread(agent) == {}
    assert unread_by_thread(customer) == {thread.pk: 1}


def test_a_notice_is_never_unread_and_a_card_is(thread: Thread, customer: User, provider: User) -> None:
    post_notice(thread, by=provider, url="/somewhere/", body="The call has ended")
    post_card(thread, by=provider, url="/orders/1/card/", body="An order")

    assert unread_total(customer) == 1


def test_a_resend_gives_the_first_message(thread: Thread, customer: User) -> None:
    client_id = uuid.uuid4()
    first = post_message(thread, by=customer, body="Hello", client_id=client_id)

    again = post_message(thread, by=customer, body="Other words", client_id=client_id)

    assert (again.pk, again.body) == (first.pk, "Hello")
    thread.refresh_from_db()
    assert thread.last_seq == 1


def test_two_people_may_use_one_client_id(thread: Thread, customer: User, provider: User) -> None:
    client_id = uuid.uuid4()

    post_message(thread, by=customer, body="mine", client_id=client_id)
    post_message(thread, by=provider, body="theirs", client_id=client_id)

    assert list(thread.messages.order_by("seq").values_list("body", flat=True)) == ["mine", "theirs"]


@pytest.mark.parametrize(("body", "code"), [("", "empty"), (" \x00 ", "empty"), ("x" * 5001, "too_long")])
def test_a_body_that_cannot_be_said_is_refused(thread: Thread, customer: User, body: str, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        post_message(thread, by=customer, body=body)

    assert refusal.value.code == code
    assert not Message.objects.exists()


def test_a_stranger_can_neither_write_nor_mark(thread: Thread, stranger: User, provider: User) -> None:
    post_message(thread, by=provider, body="Between us")

    for attempt in (
        lambda: post_message(thread, by=stranger, body="Hello"),
        lambda: mark_read(thread, by=stranger, seq=1),
        lambda: mark_delivered(thread, by=stranger, seq=1),
    ):
        with pytest.raises(DomainError) as refusal:
            attempt()
        assert refusal.value.code == "not_found"

    assert Message.objects.count() == 1
    assert not Participation.objects.exists()


def test_who_has_left_the_shop_does_not_get_a_message_by_sending_it_again(
    thread: Thread, agent: User, shop: Provider
) -> None:
    client_id = uuid.uuid4()
    post_message(thread, by=agent, body="Hello", client_id=client_id)
    shop.members.filter(user=agent).delete()

    with pytest.raises(DomainError) as refusal:
        post_message(thread, by=agent, body="Hello", client_id=client_id)

    assert refusal.value.code == "not_found"


def test_a_closed_thread_takes_no_message_until_it_is_open_again(thread: Thread, customer: User) -> None:
    close_thread(thread)
    with pytest.raises(ThreadClosedError):
        post_message(thread, by=customer, body="Hello?")

    assert not Message.objects.exists()

    reopen_thread(thread)

    assert post_message(thread, by=customer, body="Hello!").seq == 1


def test_a_new_order_reopens_the_one_thread_under_the_new_topic(
    thread: Thread, customer: User, shop: Provider
) -> None:
    close_thread(thread)

    again = open_thread(customer=customer, provider=shop, topic="A second order")

    assert (again.pk, again.topic, again.is_closed) == (thread.pk, "A second order", False)


def test_nobody_opens_a_thread_with_their_own_shop(provider: User, shop: Provider) -> None:
    with pytest.raises(DomainError) as refusal:
        open_thread(customer=provider, provider=shop, topic="Me and myself")

    assert refusal.value.code == "own_shop"
    assert not Thread.objects.exists()


def test_the_marks_of_the_other_side_are_the_furthest_of_its_people(
    thread: Thread, customer: User, provider: User, agent: User
) -> None:
    for _ in range(3):
        post_message(thread, by=customer, body="Hello")
    mark_delivered(thread, by=provider, seq=3)
    mark_read(thread, by=agent, seq=2)
    mark_read(thread, by=customer, seq=1)

    assert read_state(thread, customer) == {"delivered": 3, "read": 2}
    assert read_state(thread, provider) == {"delivered": 1, "read": 1}


def test_what_is_read_is_delivered_and_marks_never_go_back(
    thread: Thread, customer: User, provider: User
) -> None:
    for _ in range(3):
        post_message(thread, by=customer, body="Hello")

    assert mark_read(thread, by=provider, seq=2) == 2
    assert mark_delivered(thread, by=provider, seq=1) == 1
    assert mark_read(thread, by=provider, seq=1) == 1
    assert mark_read(thread, by=provider, seq=-5) == 0

    mark = Participation.objects.get()
    assert (mark.read_seq, mark.delivered_seq) == (2, 2)
    assert mark_read(thread, by=provider, seq=99) == 3


@pytest.mark.django_db(transaction=True)
def test_twenty_writers_at_once_leave_no_gap(
    thread: Thread, customer: User, provider: User, agent: User
) -> None:
    people = [customer, provider, agent, customer] * 5
    one_id = uuid.uuid4()

    def write(number: int, person: User) -> None:
        try:
            post_message(thread, by=person, body=f"Message {number}")
            post_message(thread, by=customer, body="Said by many tabs", client_id=one_id)
        finally:
            connection.close()

    _all_at_once(write, people)

    seqs = list(thread.messages.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, 22))
    thread.refresh_from_db()
    assert thread.last_seq == 21


@pytest.mark.django_db(transaction=True)
def test_marks_set_at_once_end_at_the_highest(thread: Thread, customer: User, provider: User) -> None:
    for number in range(20):
        post_message(thread, by=customer, body=f"Message {number}")

    def mark(number: int, person: User) -> None:
        try:
            mark_read(thread, by=person, seq=number + 1)
        finally:
            connection.close()

    _all_at_once(mark, [provider] * 20)

    assert Participation.objects.get().read_seq == 20
    assert unread_total(provider) == 0


def test_a_failure_around_a_message_takes_its_number_back(thread: Thread, customer: User) -> None:
    with transaction.atomic():
        post_message(thread, by=customer, body="Never said")
        transaction.set_rollback(True)

    assert post_message(thread, by=customer, body="The first").seq == 1


def _all_at_once(work: Callable[[int, User], None], people: list[User]) -> None:
    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
