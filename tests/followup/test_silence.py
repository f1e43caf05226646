from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import Provider, User
from followup.domain import begin_tasks, close_tasks, end_follow_up, link_orders
from followup.models import CallbackRequest, DeskSettings, FollowUp, SilentThread
from messaging.domain import close_thread, post_message, post_notice
from messaging.models import Message, Thread
from orders.domain import cancel_order, complete_order, confirm_order
from orders.models import BankAccount, Order


@pytest.fixture
def say(thread: Thread, now: datetime) -> Callable[..., Message]:
    """Something written so many hours ago."""

    def make(by: User, hours: float, body: str = "Hello?") -> Message:
        message = post_message(thread, by=by, body=body)
        at = now - timedelta(hours=hours)
        Message.objects.filter(pk=message.pk).update(created_at=at)
        Thread.objects.filter(pk=thread.pk).update(last_message_at=at)
        return message

    return make


def the_silence() -> tuple[str, str]:
    silence = SilentThread.objects.get()
    return silence.desk_state, silence.task


def test_a_customer_who_waits_longer_than_allowed_is_a_task_once(
    customer: User, say: Callable[..., Message], now: datetime
) -> None:
    say(customer, 5)

    assert begin_tasks(now) == 1
    assert begin_tasks(now) == 0
    silence = SilentThread.objects.get()
    assert (silence.desk_state, silence.task) == ("open", "unanswered")
    assert silence.due_at == silence.task_since == now - timedelta(hours=1)  # four hours after the message


def test_the_wait_begins_with_the_first_unanswered_message(
    customer: User, say: Callable[..., Message], now: datetime
) -> None:
    say(customer, 5)
    say(customer, 1, "Still here")

    assert begin_tasks(now) == 1


def test_an_answer_in_time_an_order_and_a_notice_are_no_silence(
    customer: User,
    provider: User,
    thread: Thread,
    place: Callable[..., Order],
    say: Callable[..., Message],
    now: datetime,
) -> None:
    say(customer, 6)
    say(provider, 5, "Hello")
    order = place()  # its card is the customer's, and stands on the desk as an order
    Message.objects.filter(thread=thread, kind="card").update(created_at=now - timedelta(hours=5))
    post_notice(thread, by=customer, url=f"/orders/{order.pk}/card/", body="seen")

    assert begin_tasks(now) == 0
    assert SilentThread.objects.count() == 0


def test_the_shop_says_after_how_many_hours(
    customer: User, shop: Provider, say: Callable[..., Message], now: datetime
) -> None:
    DeskSettings.objects.create(provider=shop, unanswered_hours=6)
    say(customer, 5)

    assert begin_tasks(now) == 0
    assert begin_tasks(now + timedelta(hours=2)) == 1


@pytest.mark.parametrize("how", ["answer", "close"])
def test_an_answer_closes_the_task_and_the_next_silence_opens_it_again(
    how: str, customer: User, provider: User, thread: Thread, say: Callable[..., Message], now: datetime
) -> None:
    say(customer, 5)
    begin_tasks(now)
    if how == "answer":
        say(provider, 4)
    else:
        close_thread(thread)

    assert (close_tasks(now), close_tasks(now)) == (1, 0)
    assert the_silence() == ("ended", "")
    if how == "answer":
        say(customer, 0)
        assert begin_tasks(now) == 0
        assert begin_tasks(now + timedelta(hours=5)) == 1
        assert the_silence() == ("open", "unanswered")
        assert SilentThread.objects.count() == 1


def test_a_silence_that_was_ended_by_hand_stays_ended(
    customer: User, provider: User, say: Callable[..., Message], note: Callable[..., FollowUp], now: datetime
) -> None:
    say(customer, 5)
    begin_tasks(now)

    end_follow_up(note(SilentThread.objects.get(), "Called instead"), by=provider)

    assert begin_tasks(now) == 0
    assert the_silence() == ("ended", "")


def test_a_callback_request_without_a_note_is_a_task_until_there_is_one(
    ask: Callable[..., CallbackRequest], note: Callable[..., FollowUp], now: datetime
) -> None:
    waiting = ask("Waiting", created_at=now - timedelta(hours=5))
    ask("Just now")
    note(ask("Called already", created_at=now - timedelta(hours=5)))

    assert (begin_tasks(now), begin_tasks(now)) == (1, 0)
    waiting.refresh_from_db()
    assert (waiting.task, waiting.due_at) == ("no_note", now - timedelta(hours=1))
    note(waiting)
    waiting.refresh_from_db()
    assert (waiting.task, waiting.desk_state, waiting.due_at) == ("", "open", None)
    assert begin_tasks(now) == 0


def test_a_request_that_led_to_an_order_waits_for_nobody(
    ask: Callable[..., CallbackRequest],
    place: Callable[..., Order],
    make_person: Callable[..., User],
    now: datetime,
) -> None:
    waiting = ask("Dao", created_at=now - timedelta(hours=5))
    ask("Another", phone="+66899999999")
    begin_tasks(now)
    order = place(make_person("dao", phone="+66812345678"))

    assert (link_orders(now), link_orders(now)) == (1, 0)
    assert close_tasks(now) == 1

    waiting.refresh_from_db()
    assert (waiting.order, waiting.task) == (order, "")
    assert begin_tasks(now) == 0


@pytest.fixture
def unpaid(place: Callable[..., Order], provider: User, now: datetime) -> Order:
    order = confirm_order(place(), by=provider)
    Order.objects.filter(pk=order.pk).update(confirmed_at=now - timedelta(hours=50))
    return order


@pytest.fixture
def account(shop: Provider) -> BankAccount:
    return BankAccount.objects.create(provider=shop, bank="Bank", number="1234", holder="Siam Legal")


def test_an_accepted_order_that_is_not_paid_is_a_task_where_the_shop_says_how_to_pay(
    unpaid: Order, shop: Provider, now: datetime
) -> None:
    assert begin_tasks(now) == 0
    BankAccount.objects.create(provider=shop, bank="Bank", number="1234", holder="Siam Legal")

    assert (begin_tasks(now), begin_tasks(now)) == (1, 0)
    unpaid.refresh_from_db()
    assert (unpaid.task, unpaid.due_at) == ("unpaid", now - timedelta(hours=2))


@pytest.mark.parametrize("how", ["paid", "cancelled", "completed"])
def test_the_unpaid_task_closes_itself(
    how: str, unpaid: Order, account: BankAccount, provider: User, now: datetime
) -> None:
    begin_tasks(now)
    if how == "paid":
        Order.objects.filter(pk=unpaid.pk).update(paid_at=now)
    elif how == "cancelled":
        cancel_order(unpaid, by=provider, reason="No money")
    else:
        complete_order(unpaid, by=provider)

    assert (close_tasks(now), begin_tasks(now)) == (1, 0)
    unpaid.refresh_from_db()
    assert (unpaid.task, unpaid.desk_state) == ("", "none")


def test_an_unpaid_order_that_was_ended_by_hand_stays_ended(
    unpaid: Order, account: BankAccount, provider: User, note: Callable[..., FollowUp], now: datetime
) -> None:
    begin_tasks(now)

    end_follow_up(note(unpaid, "Pays in cash"), by=provider)

    unpaid.refresh_from_db()
    assert (begin_tasks(now), unpaid.task, unpaid.desk_state) == (0, "", "ended")


@pytest.mark.django_db(transaction=True)
def test_of_sweeps_at_once_one_begins_each_task(
    customer: User,
    say: Callable[..., Message],
    ask: Callable[..., CallbackRequest],
    unpaid: Order,
    account: BankAccount,
    now: datetime,
) -> None:
    say(customer, 5)
    for number in range(5):
        ask(f"Caller {number}", created_at=now - timedelta(hours=5))

    begun = together(6, lambda: begin_tasks(now))
    assert sum(begun) == 7
    assert (SilentThread.objects.count(), CallbackRequest.objects.filter(task="no_note").count()) == (1, 5)

    Order.objects.filter(pk=unpaid.pk).update(paid_at=now)
    assert sum(together(6, lambda: close_tasks(now))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_note_and_a_sweep_at_once_leave_no_task(
    ask: Callable[..., CallbackRequest], note: Callable[..., FollowUp], now: datetime
) -> None:
    for number in range(8):
        waiting = ask(f"Caller {number}", created_at=now - timedelta(hours=5))
        jobs: list[Callable[[], Any]] = [lambda: begin_tasks(now), lambda lead=waiting: note(lead)]
        together(2, jobs=jobs)

        waiting.refresh_from_db()
        assert (waiting.task, waiting.desk_state) == ("", "open")


def together(
    number: int, job: Callable[[], Any] = lambda: None, jobs: list[Callable[[], Any]] | None = None
) -> list[Any]:
    start = Barrier(number)

    def run(one: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, jobs or [job] * number))
