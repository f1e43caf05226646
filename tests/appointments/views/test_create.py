from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from appointments.models import Appointment
from messaging.domain import close_thread
from messaging.models import Thread
from orders.domain import cancel_order, place_order
from orders.models import Order
from services.models import Service

ClientOf = Callable[[User], Client]
Told = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def address(thread: Thread) -> str:
    return f"/inbox/{thread.pk}/appointments/new/"


@pytest.fixture
def filled_in(now: datetime) -> Callable[..., dict[str, Any]]:
    """What a person in Bangkok types for a time so long from now."""

    def fill(start: timedelta = timedelta(hours=2), **fields: Any) -> dict[str, Any]:
        local = now + start + timedelta(hours=7)
        return {"topic": "First talk", "start": f"{local:%Y-%m-%d %H:%M}", "minutes": "60", **fields}

    return fill


def test_the_form_has_the_manual_s_words_and_the_thread_s_topic(
    client_of: ClientOf, provider: User, address: str
) -> None:
    page = client_of(provider).get(address).content.decode()

    assert 'value="Legal advice by video"' in page
    for label in ("Appointment topic", "Date and time", "Length"):
        assert f"{label}" in page
    assert "Confirm appointment</button>" in page
    assert "Time zone of" not in page  # the customer's clock shows the same


def test_both_time_zones_are_shown_where_the_clocks_differ(
    client_of: ClientOf, provider: User, customer: User, address: str
) -> None:
    customer.time_zone = "Asia/Tehran"
    customer.save()

    page = client_of(provider).get(address).content.decode()

    assert "Asia/Bangkok (UTC+7)" in page
    assert "Asia/Tehran (UTC+3:30)" in page


def test_confirming_makes_the_appointment_and_leads_to_the_schedule(
    client_of: ClientOf,
    provider: User,
    thread: Thread,
    address: str,
    now: datetime,
    filled_in: Callable[..., dict[str, Any]],
) -> None:
    response = client_of(provider).post(address, filled_in(minutes="30"), follow=True)

    appointment = Appointment.objects.get()
    assert (appointment.start, appointment.end) == (
        now + timedelta(hours=2),
        now + timedelta(hours=2, minutes=30),
    )
    assert response.redirect_chain == [(f"/appointments/{appointment.pk}/booked/", 302)]
    page = response.content.decode()
    assert "The appointment is made" in page
    assert 'href="/appointments/">' in page
    assert "View your appointments</a>" in page
    assert f'href="/inbox/{thread.pk}/"' in page


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2027-01-22 14:30", "2027-01-22T07:30+00:00"),
        ("22/01/2570 14:30", "2027-01-22T07:30+00:00"),
        ("๒๒/๐๑/๒๕๗๐ ๑๔:๓๐", "2027-01-22T07:30+00:00"),
        ("۱۴۰۵/۱۱/۰۲ ۱۴:۳۰", "2027-01-22T07:30+00:00"),
    ],
)
@pytest.mark.django_db
def test_the_time_may_be_typed_in_any_of_our_calendars_and_digits(
    client_of: ClientOf,
    provider: User,
    address: str,
    time_machine: Any,
    filled_in: Callable[..., dict[str, Any]],
    typed: str,
    utc: str,
) -> None:
    time_machine.move_to("2027-01-20T00:00+00:00")

    client_of(provider).post(address, filled_in() | {"start": typed})

    assert Appointment.objects.get().start == datetime.fromisoformat(utc)


def test_a_double_click_makes_one_appointment_and_shows_no_refusal(
    client_of: ClientOf,
    provider: User,
    address: str,
    sent: Told,
    filled_in: Callable[..., dict[str, Any]],
) -> None:
    client = client_of(provider)

    answers = [client.post(address, filled_in()) for _ in range(2)]

    appointment = Appointment.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [
        f"/appointments/{appointment.pk}/booked/"
    ] * 2
    assert len(sent()) == 2


def test_a_past_time_is_refused_in_the_form_and_nothing_typed_is_lost(
    client_of: ClientOf,
    provider: User,
    address: str,
    sent: Told,
    filled_in: Callable[..., dict[str, Any]],
) -> None:
    typed = filled_in(timedelta(hours=-1), topic="Typed by hand")

    response = client_of(provider).post(address, typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert "That time is in the past: choose a later one." in page
    assert 'value="Typed by hand"' in page
    assert f'value="{typed["start"]}"' in page
    assert (Appointment.objects.count(), sent()) == (0, [])


def test_an_overlap_offers_free_times_and_one_click_takes_one(
    client_of: ClientOf,
    provider: User,
    address: str,
    book: Callable[..., Appointment],
    filled_in: Callable[..., dict[str, Any]],
) -> None:
    taken = book(timedelta(hours=2))
    client = client_of(provider)
    typed = filled_in(timedelta(hours=2, minutes=10), topic="Second talk")

    refused = client.post(address, typed)

    assert refused.status_code == 422
    assert "That time is already taken. Choose another one." in refused.content.decode()
    free = refused.context["free_times"]
    assert len(free) == 3
    assert refused.content.decode().count('name="picked"') == 3
    assert Appointment.objects.count() == 1

    client.post(address, {**typed, "picked": free[1].isoformat()})

    made = Appointment.objects.exclude(pk=taken.pk).get()
    assert (made.topic, made.start) == ("Second talk", free[1])


def test_a_closed_thread_is_refused_in_the_form(
    client_of: ClientOf,
    provider: User,
    thread: Thread,
    address: str,
    filled_in: Callable[..., dict[str, Any]],
) -> None:
    close_thread(thread)

    response = client_of(provider).post(address, filled_in())

    assert response.status_code == 422
    assert "This conversation is closed. Reopen it to make an appointment." in response.content.decode()
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"), [("topic", ""), ("topic", "x" * 161), ("start", "soon"), ("minutes", "61")]
)
def test_a_field_that_is_wrong_says_so(
    client_of: ClientOf,
    provider: User,
    address: str,
    filled_in: Callable[..., dict[str, Any]],
    field: str,
    value: str,
) -> None:
    response = client_of(provider).post(address, {**filled_in(), field: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Appointment.objects.count() == 0


def test_the_customer_is_led_back_to_the_chat(
    client_of: ClientOf,
    customer: User,
    thread: Thread,
    address: str,
    filled_in: Callable[..., dict[str, Any]],
) -> None:
    response = client_of(customer).post(address, filled_in())

    assert (response.status_code, response.headers["Location"]) == (302, f"/inbox/{thread.pk}/")
    assert Appointment.objects.count() == 0


def test_a_stranger_finds_nothing(
    client_of: ClientOf, stranger: User, address: str, filled_in: Callable[..., dict[str, Any]]
) -> None:
    assert client_of(stranger).get(address).status_code == 404
    assert client_of(stranger).post(address, filled_in()).status_code == 404
    assert Appointment.objects.count() == 0


@pytest.fixture
def ordered(customer: User, make_service: Callable[..., Service], now: datetime) -> Order:
    """Tax advice of 20 minutes, wished in two days."""
    return place_order(
        make_service("Tax advice", duration_minutes=20),
        by=customer,
        form_token=uuid4(),
        note="Please bring the 2nd draft.",
        preferred_at=now + timedelta(days=2),
    )


def test_the_form_opens_with_what_the_customer_ordered_and_wished(
    client_of: ClientOf, provider: User, address: str, ordered: Order, now: datetime
) -> None:
    page = client_of(provider).get(address)

    assert page.context["form"].initial == {
        "topic": "Tax advice",
        "minutes": 30,
        "start": now + timedelta(days=2),
    }
    shown = page.content.decode()
    assert "Please bring the 2nd draft." in shown
    assert '<option value="30" selected>30 minutes</option>' in shown


def test_a_wished_time_is_not_proposed_to_who_have_a_date_already(
    client_of: ClientOf, provider: User, address: str, ordered: Order, appointment: Appointment
) -> None:
    initial = client_of(provider).get(address).context["form"].initial

    assert initial == {"topic": "Tax advice", "minutes": 30}


def test_an_order_that_is_over_wishes_nothing(
    client_of: ClientOf, customer: User, provider: User, address: str, ordered: Order
) -> None:
    cancel_order(ordered, by=customer)

    page = client_of(provider).get(address)

    assert page.context["form"].initial == {"topic": "Tax advice"}  # the conversation's, by its newest order
    assert "Please bring the 2nd draft." not in page.content.decode()
