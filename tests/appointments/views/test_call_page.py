"""The call page's door by HTTP, its headers, its credentials and its text."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from appointments.domain.booking import cancel
from appointments.models import Appointment
from messaging.domain import post_message
from messaging.models import Message, Thread

ClientOf = Callable[[User], Client]
Book = Callable[..., Appointment]


def test_its_two_people_get_the_page_with_camera_and_microphone_allowed(
    client_of: ClientOf, appointment: Appointment, customer: User, provider: User
) -> None:
    for person, is_host in ((customer, "no"), (provider, "yes")):
        response = client_of(person).get(f"/appointments/{appointment.pk}/call/")

        page = response.content.decode()
        assert response.status_code == 200
        assert response.headers["Permissions-Policy"] == (
            "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
        )
        assert f'data-host="{is_host}"' in page
        assert f'data-socket="/ws/call/{appointment.pk}/"' in page
        assert "Join</button>" in page
        assert ">Leave</span>" in page
        assert "no-store" in response.headers["Cache-Control"]


def test_the_shop_s_other_people_and_strangers_are_not_let_in(
    client_of: ClientOf, appointment: Appointment, agent: User, stranger: User, operator: User
) -> None:
    for person in (agent, stranger, operator):
        for path in ("call/", "call/ice-servers/", "call/messages/"):
            assert client_of(person).get(f"/appointments/{appointment.pk}/{path}").status_code == 404


def test_before_its_time_the_page_counts_down(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = book(timedelta(hours=2))

    response = client_of(customer).get(f"/appointments/{appointment.pk}/call/")

    assert "You are early" in response.content.decode()
    assert 6500 < response.context["seconds_left"] <= 6600
    assert "Join</button>" not in response.content.decode()


def test_after_its_time_the_page_says_so(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = book(timedelta(days=-2), booked=timedelta(days=1))

    page = client_of(customer).get(f"/appointments/{appointment.pk}/call/").content.decode()

    assert "This appointment is over" in page
    assert "Join</button>" not in page


def test_a_cancelled_call_says_so(client_of: ClientOf, appointment: Appointment, customer: User) -> None:
    cancel(appointment, by=customer)

    page = client_of(customer).get(f"/appointments/{appointment.pk}/call/").content.decode()

    assert "This appointment was cancelled" in page


@pytest.mark.parametrize("path", ["call/ice-servers/", "call/messages/"])
def test_outside_the_window_there_are_no_credentials_and_no_text(
    client_of: ClientOf, book: Book, customer: User, path: str
) -> None:
    appointment = book(timedelta(hours=2))

    assert client_of(customer).get(f"/appointments/{appointment.pk}/{path}").status_code == 404


def test_without_settings_there_is_no_relay(
    client_of: ClientOf, appointment: Appointment, customer: User, settings: Any
) -> None:
    settings.STUN_URLS, settings.TURN_URLS = [], []

    answer = client_of(customer).get(f"/appointments/{appointment.pk}/call/ice-servers/").json()

    assert answer == {"iceServers": [], "iceTransportPolicy": "all"}


def test_relay_credentials_are_each_person_s_own_and_expire(
    client_of: ClientOf, appointment: Appointment, customer: User, settings: Any
) -> None:
    settings.STUN_URLS = ["stun:relay.example:3478"]
    settings.TURN_URLS = ["turn:relay.example:3478", "turns:relay.example:5349"]
    settings.TURN_SECRET, settings.TURN_TTL_SECONDS = "secret", 600

    response = client_of(customer).get(f"/appointments/{appointment.pk}/call/ice-servers/")

    stun, turn = response.json()["iceServers"]
    expiry, person = turn["username"].split(":")
    assert stun == {"urls": ["stun:relay.example:3478"]}
    assert turn["urls"] == ["turn:relay.example:3478", "turns:relay.example:5349"]
    assert int(person) == customer.pk
    assert 590 <= int(expiry) - time.time() <= 601
    digest = hmac.new(b"secret", turn["username"].encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(digest).decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_text_missed_is_fetched_and_text_is_posted_without_a_socket(
    client_of: ClientOf, appointment: Appointment, thread: Thread, customer: User, provider: User
) -> None:
    post_message(thread, by=provider, body="Hello")
    client = client_of(customer)
    address = f"/appointments/{appointment.pk}/call/messages/"

    assert [m["body"] for m in client.get(address, {"after": "1"}).json()["messages"]] == ["Hello"]

    given = {"body": "Hi <b>", "client_id": "5f0d5a7e-6d0e-4b86-9a41-4c1f7a1a2b3c"}
    for _ in range(2):
        answer = client.post(f"{address}?after=2", given).json()["messages"]
    assert [(m["seq"], m["author"], m["body"]) for m in answer] == [(3, customer.pk, "Hi <b>")]
    assert Message.objects.filter(kind="text").count() == 2


def test_an_empty_text_is_refused_with_words(
    client_of: ClientOf, appointment: Appointment, customer: User
) -> None:
    response = client_of(customer).post(f"/appointments/{appointment.pk}/call/messages/", {"body": " "})

    assert (response.status_code, response.json()) == (422, {"error": "Write something first."})
    assert Message.objects.filter(kind="text").count() == 0
