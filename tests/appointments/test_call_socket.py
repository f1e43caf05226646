"""What the signalling socket promises to the two pages of a call, tried on a real daphne."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.domain import suspend
from accounts.models import Provider, User
from appointments.domain.booking import cancel
from appointments.models import Appointment, Call, CallEvent
from messaging.domain import open_thread, post_message
from messaging.models import Message, Participation, Thread
from tests.appointments.conftest import CallSocket

OpenCall = Callable[..., CallSocket]
HOST_PAGE, CUSTOMER_PAGE = "11111111-aaaa", "22222222-bbbb"


def events() -> list[tuple[str, str]]:
    return list(CallEvent.objects.order_by("pk").values_list("user__username", "kind"))


def eventually(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(("who", "code"), [(None, 4401), ("stranger", 4404), ("agent", 4404)])
def test_everyone_but_the_two_is_told_why_the_door_stays_shut(
    call_socket: OpenCall,
    appointment: Appointment,
    request: pytest.FixtureRequest,
    who: str | None,
    code: int,
) -> None:
    socket = call_socket(request.getfixturevalue(who) if who else None, appointment)

    assert socket.close_code() == code
    assert events() == []


@pytest.mark.parametrize("start", [timedelta(hours=2), timedelta(days=-2)])
def test_outside_the_window_the_door_is_shut(
    call_socket: OpenCall, book: Callable[..., Appointment], customer: User, start: timedelta
) -> None:
    appointment = book(start, booked=timedelta(hours=30))

    assert call_socket(customer, appointment).close_code() == 4410


def test_a_page_is_told_until_when_the_door_is_open(
    call_socket: OpenCall, appointment: Appointment, customer: User
) -> None:
    told = call_socket(customer, appointment).next("window")

    assert datetime.fromisoformat(told["closes_at"]) == appointment.end + timedelta(minutes=15)


def test_what_one_page_says_reaches_the_other_alone(
    call_socket: OpenCall, appointment: Appointment, customer: User, provider: User
) -> None:
    host, guest = call_socket(provider, appointment), call_socket(customer, appointment)

    assert host.say(type="hello", page=HOST_PAGE)["type"] == "ack"
    assert guest.next("hello") == {"type": "hello", "page": HOST_PAGE, "user": provider.pk}
    guest.say(type="welcome", page=CUSTOMER_PAGE, to=HOST_PAGE)
    host.say(type="signal", page=HOST_PAGE, to=CUSTOMER_PAGE, description={"type": "offer", "sdp": "v=0"})
    guest.say(type="state", page=CUSTOMER_PAGE, microphone=True, camera=False, screen=False)

    assert host.next("welcome", "hello") == {
        "type": "welcome",
        "page": CUSTOMER_PAGE,
        "to": HOST_PAGE,
        "user": customer.pk,
    }
    assert guest.next("signal") == {
        "type": "signal",
        "page": HOST_PAGE,
        "to": CUSTOMER_PAGE,
        "description": {"type": "offer", "sdp": "v=0"},
        "user": provider.pk,
    }
    assert host.next("state")["camera"] is False
    assert host.is_silent()
    assert events() == [("provider", "joined")]


def test_calls_do_not_hear_each_other(
    call_socket: OpenCall,
    appointment: Appointment,
    book: Callable[..., Appointment],
    customer: User,
    provider: User,
) -> None:
    other = book(timedelta(hours=3))
    now = appointment.start
    Appointment.objects.filter(pk=appointment.pk).update(
        period=DateTimeTZRange(now, now + timedelta(minutes=4))
    )
    Appointment.objects.filter(pk=other.pk).update(
        period=DateTimeTZRange(now + timedelta(minutes=4), now + timedelta(minutes=9))
    )
    here, there = call_socket(customer, appointment), call_socket(provider, other)

    here.say(type="hello", page=CUSTOMER_PAGE)

    assert there.is_silent()


def test_the_newest_tab_of_a_person_wins(
    call_socket: OpenCall, appointment: Appointment, customer: User, provider: User
) -> None:
    host, older = call_socket(provider, appointment), call_socket(customer, appointment)
    older.say(type="hello", page=CUSTOMER_PAGE)

    newer = call_socket(customer, appointment)

    assert older.close_code() == 4409
    assert newer.say(type="hello", page="33333333-cccc")["type"] == "ack"
    assert [host.next("hello", "away")["page"] for _ in range(2)] == [CUSTOMER_PAGE, "33333333-cccc"]
    assert host.is_silent()
    assert events() == [("customer", "joined"), ("customer", "joined")]


def test_a_dropped_socket_is_away_and_a_goodbye_is_not(
    call_socket: OpenCall, appointment: Appointment, customer: User, provider: User
) -> None:
    host, guest = call_socket(provider, appointment), call_socket(customer, appointment)
    guest.say(type="hello", page=CUSTOMER_PAGE)
    host.next("hello")

    guest.close()

    assert host.next("away", "bye") == {"type": "away", "page": CUSTOMER_PAGE, "user": customer.pk}
    again = call_socket(customer, appointment)
    again.say(type="hello", page=CUSTOMER_PAGE)
    again.say(type="bye", page=CUSTOMER_PAGE)
    again.close()
    assert [host.next("hello", "bye", "away")["type"] for _ in range(2)] == ["hello", "bye"]
    assert host.is_silent()
    assert events() == [
        ("customer", "joined"),
        ("customer", "away"),
        ("customer", "joined"),
        ("customer", "left"),
    ]


def test_reports_of_both_pages_end_in_one_outcome(
    call_socket: OpenCall, appointment: Appointment, customer: User, provider: User
) -> None:
    host, guest = call_socket(provider, appointment), call_socket(customer, appointment)
    for socket, page in ((host, HOST_PAGE), (guest, CUSTOMER_PAGE)):
        socket.say(type="hello", page=page)
    for socket in (host, guest):
        assert socket.say(type="report", kind="connected")["type"] == "ack"

    guest.say(type="bye", page=CUSTOMER_PAGE)
    assert Call.objects.get().outcome == ""
    host.say(type="bye", page=HOST_PAGE)

    assert Call.objects.get().outcome == "talked"
    assert [m.body for m in Message.objects.filter(kind="notice")] == ["Video call, less than a minute"]


def test_words_go_into_the_thread_once_and_to_both_pages(
    call_socket: OpenCall, appointment: Appointment, thread: Thread, customer: User, provider: User
) -> None:
    host, guest = call_socket(provider, appointment), call_socket(customer, appointment)
    client_id = "5f0d5a7e-6d0e-4b86-9a41-4c1f7a1a2b3c"

    for _ in range(2):
        assert host.say(type="message", body="Hello", client_id=client_id)["type"] == "ack"

    assert [(m.body, m.author) for m in Message.objects.filter(kind="text")] == [("Hello", provider)]
    assert guest.next("message")["message"]["body"] == "Hello"
    assert host.next("message")["message"]["client_id"] == client_id
    guest.say(type="read", seq=2)
    assert Participation.objects.get(thread=thread, user=customer).read_seq == 2


def test_other_threads_are_not_overheard(
    call_socket: OpenCall, appointment: Appointment, customer: User, stranger: User
) -> None:
    elsewhere = open_thread(
        customer=customer, provider=Provider.objects.get(members__user=stranger), topic="Elsewhere"
    )
    socket = call_socket(customer, appointment)

    post_message(elsewhere, by=stranger, body="Not for this page")

    assert socket.is_silent()


def test_cancelling_closes_the_door_politely(
    call_socket: OpenCall, appointment: Appointment, customer: User, provider: User
) -> None:
    socket = call_socket(customer, appointment)
    socket.next("window")

    cancel(appointment, by=provider)

    assert socket.next("over") == {"type": "over"}
    assert socket.close_code() == 4410


def test_the_door_closes_by_itself_when_the_window_ends(
    call_socket: OpenCall, appointment: Appointment, customer: User
) -> None:
    end = timezone.now() - timedelta(minutes=15) + timedelta(seconds=1.5)
    Appointment.objects.filter(pk=appointment.pk).update(
        period=DateTimeTZRange(end - timedelta(hours=1), end)
    )
    socket = call_socket(customer, appointment)
    socket.next("window")

    assert socket.next("over") == {"type": "over"}
    assert socket.close_code() == 4410


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"type": 1}',
        '{"type": "dance"}',
        '{"type": "hello"}',
        '{"type": "hello", "page": "short"}',
        '{"type": "signal", "page": "11111111-aaaa", "to": {"x": 1}}',
        '{"type": "report", "kind": "lied"}',
        '{"type": "message", "body": "Hello", "client_id": "7"}',
        '{"type": "hello", "page": "11111111-aaaa", "pad": "' + "x" * 70_000 + '"}',
    ],
)
def test_what_is_no_command_is_refused_and_reaches_nobody(
    call_socket: OpenCall, appointment: Appointment, customer: User, provider: User, text: str
) -> None:
    host, guest = call_socket(provider, appointment), call_socket(customer, appointment)
    guest.next("window")

    guest.connection.send(text)

    assert json.loads(guest.connection.recv(timeout=10))["code"] == "malformed"
    assert host.is_silent()
    assert events() == []
    assert Message.objects.filter(kind="text").count() == 0
    assert guest.say(type="ping")["type"] == "ack"


def test_a_flood_is_cut_off(call_socket: OpenCall, appointment: Appointment, customer: User) -> None:
    socket = call_socket(customer, appointment)

    for _ in range(1300):
        socket.connection.send('{"type": "ping"}')

    assert socket.close_code() == 4429
    eventually(lambda: events() == [])


def test_someone_who_is_suspended_is_out_of_the_call(
    call_socket: OpenCall, appointment: Appointment, customer: User, operator: User
) -> None:
    socket = call_socket(customer, appointment)
    socket.next("window")

    suspend(customer, reason="Fraud", by=operator)

    assert socket.close_code() == 4404
