"""What the socket promises to a page, tried on a real daphne."""

import uuid
from collections.abc import Callable

import pytest
from django.db import transaction
from websockets.exceptions import ConnectionClosed

from accounts.domain import remove_agent, suspend
from accounts.models import Provider, User
from messaging.domain import card_changed, close_thread, post_message
from messaging.models import Message, Participation, Thread
from messaging.queries import unread_total
from tests.messaging.conftest import Socket

OpenSocket = Callable[[User | None], Socket]


def test_someone_who_is_not_signed_in_gets_4401(open_socket: OpenSocket) -> None:
    socket = open_socket(None)

    with pytest.raises(ConnectionClosed) as closed:
        socket.next()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_a_message_is_acknowledged_stored_and_shown_to_both_sides(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User
) -> None:
    theirs, mine = open_socket(provider), open_socket(customer)
    client_id = str(uuid.uuid4())

    answer = mine.say(type="send", thread=thread.pk, body=" สวัสดี <b>\x00 ", client_id=client_id)

    stored = Message.objects.get()
    assert (stored.body, stored.seq, str(stored.client_id)) == ("สวัสดี <b>", 1, client_id)
    assert answer == {
        "type": "ack",
        "client_id": client_id,
        "thread": thread.pk,
        "message": {
            "id": stored.pk,
            "seq": 1,
            "author": customer.pk,
            "author_name": "Customer",
            "kind": "text",
            "body": "สวัสดี <b>",
            "data": {},
            "client_id": client_id,
            "at": stored.created_at.isoformat(),
            "attachments": [],
        },
    }
    event = {"type": "message", "thread": thread.pk, "message": answer["message"]}
    assert (theirs.next(), mine.next()) == (event, event)


def test_a_resend_is_one_message_however_often_it_is_told(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User
) -> None:
    theirs, mine = open_socket(provider), open_socket(customer)
    client_id = str(uuid.uuid4())
    first = mine.say(type="send", thread=thread.pk, body="Hello", client_id=client_id)
    events = [theirs.next(), mine.next()]

    again = mine.say(type="send", thread=thread.pk, body="Something else", client_id=client_id)

    assert again == first
    assert Message.objects.count() == 1
    assert [theirs.next(), mine.next()] == events
    thread.refresh_from_db()
    assert thread.last_seq == 1


@pytest.mark.parametrize("command", ["send", "read", "delivered", "typing", "presence"])
def test_a_strangers_command_on_a_thread_is_not_found(
    open_socket: OpenSocket, thread: Thread, provider: User, stranger: User, command: str
) -> None:
    post_message(thread, by=provider, body="For the customer alone")
    owners = open_socket(provider)

    answer = open_socket(stranger).say(type=command, thread=thread.pk, body="Hello", seq=1)

    assert (answer["type"], answer["code"]) == ("error", "not_found")
    assert answer["sentence"] == "You cannot open this conversation."
    assert Message.objects.count() == 1
    assert not Participation.objects.exists()
    assert owners.is_silent()


def test_a_closed_thread_says_so_and_stores_nothing(
    open_socket: OpenSocket, thread: Thread, customer: User
) -> None:
    close_thread(thread)

    answer = open_socket(customer).say(type="send", thread=thread.pk, body="Hello")

    assert (answer["type"], answer["code"]) == ("error", "thread_closed")
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "not json",
        "[]",
        '"text"',
        "null",
        "{}",
        '{"type": 5}',
        '{"type": "unheard-of"}',
        '{"type": "send"}',
        '{"type": "send", "thread": "1", "body": "x"}',
        '{"type": "send", "thread": 1, "body": 7, "client_id": "x"}',
        '{"type": "send", "thread": true, "body": "x", "client_id": "x"}',
        '{"type": "read", "thread": 1, "seq": -1}',
        '{"type": "read", "thread": 1, "seq": 99999999999999999999999}',
        '{"type": "ping", "client_id": ["x"]}',
        '{"type": "ping", "client_id": "\\ud800"}',
        "[" * 60_000,
        '{"type": "send", "body": "' + "x" * 70_000 + '"}',
        b"\x00\xff",
    ],
    ids=lambda frame: str(frame[:40]),
)
def test_what_is_no_command_is_answered_and_the_socket_lives_on(
    open_socket: OpenSocket, customer: User, frame: str | bytes
) -> None:
    socket = open_socket(customer)

    answer = socket.say_raw(frame)

    assert (answer["type"], answer["code"]) == ("error", "malformed")
    assert socket.say(type="ping")["type"] == "ack"
    assert not Message.objects.exists()


def test_half_a_surrogate_pair_does_not_break_the_socket(
    open_socket: OpenSocket, thread: Thread, customer: User
) -> None:
    socket = open_socket(customer)

    answer = socket.say(type="send", thread=thread.pk, body="a\ud800b")

    assert answer["message"]["body"] == "a?b"


@pytest.mark.parametrize(("body", "code"), [(" \n ", "empty"), ("x" * 5001, "too_long")])
def test_an_empty_or_overlong_message_is_refused(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User, body: str, code: str
) -> None:
    theirs = open_socket(provider)

    answer = open_socket(customer).say(type="send", thread=thread.pk, body=body)

    assert (answer["type"], answer["code"]) == ("error", code)
    assert not Message.objects.exists()
    assert theirs.is_silent()


def test_a_refusal_is_in_the_readers_language(
    open_socket: OpenSocket, thread: Thread, customer: User
) -> None:
    User.objects.filter(pk=customer.pk).update(language="fa")

    answer = open_socket(customer).say(type="send", thread=thread.pk, body="")

    assert answer["code"] == "empty"
    assert answer["sentence"]


def test_reading_tells_both_sides_and_never_goes_back_or_past_the_end(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User
) -> None:
    for body in ("one", "two"):
        post_message(thread, by=customer, body=body)
    theirs, mine = open_socket(provider), open_socket(customer)

    kept = theirs.say(type="read", thread=thread.pk, seq=99)["seq"]

    event = {"type": "read", "thread": thread.pk, "user": provider.pk, "seq": 2}
    assert kept == 2
    assert (mine.next(), theirs.next()) == (event, event)
    assert theirs.say(type="unread")["total"] == 0

    theirs.say(type="read", thread=thread.pk, seq=1)
    theirs.say(type="delivered", thread=thread.pk, seq=1)

    assert mine.is_silent()
    mark = Participation.objects.get()
    assert (mark.read_seq, mark.delivered_seq) == (2, 2)


def test_the_unread_number_is_the_one_of_the_server(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User, agent: User
) -> None:
    post_message(thread, by=customer, body="one")
    post_message(thread, by=agent, body="two")
    socket = open_socket(provider)

    answer = socket.say(type="unread")

    assert (answer["total"], answer["threads"]) == (1, {str(thread.pk): 1})
    assert unread_total(provider) == 1


def test_typing_is_told_to_both_sides_at_most_once_a_second(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User
) -> None:
    theirs, mine = open_socket(provider), open_socket(customer)

    for _ in range(5):
        assert mine.say(type="typing", thread=thread.pk)["type"] == "ack"

    expected = {"type": "typing", "thread": thread.pk, "user": customer.pk, "name": "Customer"}
    assert theirs.next() == expected
    assert theirs.is_silent()


def test_presence_says_whether_the_other_side_has_a_page_open(
    open_socket: OpenSocket, thread: Thread, customer: User, agent: User
) -> None:
    mine = open_socket(customer)
    assert mine.say(type="presence", thread=thread.pk)["here"] is False

    open_socket(agent).say(type="ping")

    assert mine.say(type="presence", thread=thread.pk)["here"] is True


def test_what_is_rolled_back_is_shown_to_nobody(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User
) -> None:
    theirs = open_socket(provider)

    with transaction.atomic():
        post_message(thread, by=customer, body="Never said")
        assert theirs.is_silent()
        transaction.set_rollback(True)

    assert theirs.is_silent()
    assert not Message.objects.exists()


def test_closing_is_told_once_and_a_changed_card_each_time(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User
) -> None:
    sockets = [open_socket(customer), open_socket(provider)]

    close_thread(thread)
    close_thread(thread)
    for _ in range(2):
        card_changed(thread, "/orders/1/card/")

    closed = {"type": "thread", "thread": thread.pk}
    card = {"type": "card", "thread": thread.pk, "url": "/orders/1/card/"}
    for socket in sockets:
        assert [socket.next(), socket.next(), socket.next()] == [closed, card, card]
        assert socket.is_silent()


def test_a_message_sent_by_a_form_is_shown_live_and_once(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User
) -> None:
    theirs = open_socket(provider)
    client_id = uuid.uuid4()

    for _ in range(2):
        post_message(thread, by=customer, body="By form", client_id=client_id)

    event = theirs.next()
    assert (event["type"], event["message"]["seq"], event["message"]["body"]) == ("message", 1, "By form")
    assert theirs.is_silent()


def test_another_shops_people_hear_nothing(
    open_socket: OpenSocket, thread: Thread, customer: User, stranger: User, shop: Provider
) -> None:
    strangers = open_socket(stranger)

    open_socket(customer).say(type="send", thread=thread.pk, body="Between us")

    assert strangers.is_silent()


def test_whoever_is_suspended_hears_nothing_more(
    open_socket: OpenSocket, thread: Thread, customer: User, provider: User, operator: User
) -> None:
    socket = open_socket(customer)
    socket.say(type="ping")

    suspend(customer, reason="Fraud", by=operator)

    with pytest.raises(ConnectionClosed) as closed:
        socket.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_an_agent_who_was_removed_keeps_the_socket_and_not_the_shop(
    open_socket: OpenSocket, thread: Thread, customer: User, agent: User, shop: Provider
) -> None:
    socket = open_socket(agent)
    socket.say(type="ping")

    remove_agent(shop.members.get(user=agent))
    refused = socket.say(type="send", thread=thread.pk, body="I am still here")
    post_message(thread, by=customer, body="For the shop alone")

    assert (refused["type"], refused["code"]) == ("error", "not_found")
    assert socket.is_silent()
    assert [message.body for message in Message.objects.all()] == ["For the shop alone"]
