from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Provider, User
from followup.domain import request_callback, start_conversation
from followup.models import CallbackRequest
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from messaging.domain import open_thread
from messaging.models import Thread
from services.models import Service


def test_a_request_becomes_a_lead_and_tells_everyone_in_the_shop(
    shop: Provider, provider: User, agent: User, service: Service
) -> None:
    callback = request_callback(
        shop, by=None, name="Nguyễn Dao", phone="+66812345678", email="", message="Call me", service=service
    )

    assert (callback.customer, callback.service, callback.desk_state) == (None, service, "none")
    assert callback.search_text == "nguyen dao 66812345678 0812345678"
    assert list(Notification.objects.order_by("pk").values_list("kind", "address")) == [
        ("callback_requested", "provider@people.example"),
        ("callback_requested", "agent@people.example"),
    ]


def test_the_same_request_again_is_the_first_one(ask: Callable[..., CallbackRequest], agent: User) -> None:
    first = ask("Dao")

    assert ask("Dao") == first
    assert ask("Dao", message="Something else") != first
    assert (CallbackRequest.objects.count(), Notification.objects.count()) == (2, 4)


@pytest.mark.django_db(transaction=True)
def test_a_request_sent_ten_times_at_once_is_one(ask: Callable[..., CallbackRequest]) -> None:
    start = Barrier(10)

    def send(_number: int) -> int:
        try:
            start.wait()
            return ask("Dao").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        made = set(pool.map(send, range(10)))

    assert (len(made), CallbackRequest.objects.count(), Notification.objects.count()) == (1, 1, 1)


def test_refusals_store_and_send_nothing(shop: Provider, provider: User) -> None:
    for by, phone, code in ((provider, "+66812345678", "own_shop"), (None, "", "no_way")):
        with pytest.raises(DomainError) as refusal:
            request_callback(shop, by=by, name="Dao", phone=phone, email="", message="Call me")
        assert refusal.value.code == code

    assert (CallbackRequest.objects.count(), Notification.objects.count()) == (0, 0)


def test_a_conversation_is_with_who_asked_signed_in(
    ask: Callable[..., CallbackRequest], customer: User, agent: User, service: Service
) -> None:
    callback = ask("Customer", by=customer, service=service)

    thread = start_conversation(callback, by=agent)

    callback.refresh_from_db()
    assert (thread.customer, thread.topic, callback.thread) == (customer, "Legal advice by video", thread)
    assert start_conversation(callback, by=agent) == thread


def test_a_conversation_is_with_the_shops_customer_of_that_phone(
    ask: Callable[..., CallbackRequest], make_person: Callable[..., User], shop: Provider, provider: User
) -> None:
    known = make_person("known", phone="+66812345678")
    open_thread(customer=known, provider=shop, topic="Earlier")

    assert start_conversation(ask("Known"), by=provider).customer == known


def test_nobody_elses_account_is_found_by_a_phone(
    ask: Callable[..., CallbackRequest], make_person: Callable[..., User], provider: User
) -> None:
    make_person("elsewhere", phone="+66812345678")

    with pytest.raises(DomainError) as refusal:
        start_conversation(ask("Somebody"), by=provider)

    assert (refusal.value.code, Thread.objects.count()) == ("no_account", 0)


def test_a_stranger_starts_no_conversation(
    ask: Callable[..., CallbackRequest], customer: User, stranger: User
) -> None:
    with pytest.raises(DomainError) as refusal:
        start_conversation(ask("Customer", by=customer), by=stranger)

    assert (refusal.value.code, Thread.objects.count()) == ("not_allowed", 0)
