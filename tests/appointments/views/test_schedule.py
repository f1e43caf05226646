"""The list, the week, and the calendar files."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from appointments.domain.booking import accept, book_appointment, cancel
from appointments.models import Appointment, CalendarFeed
from messaging.domain import open_thread
from messaging.models import Thread

ClientOf = Callable[[User], Client]
Book = Callable[..., Appointment]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def groups(client: Client, **query: str) -> dict[str, list[str]]:
    """Phase → topics, as the list shows them."""
    response = client.get("/appointments/", query)
    assert response.status_code == 200
    return {g.phase.value: [r.appointment.topic for r in g.rows] for g in response.context["groups"]}


@pytest.fixture
def one_of_each(book: Book, customer: User) -> None:
    book(timedelta(minutes=5), topic="Now")
    book(3 * HOUR, topic="Later today")
    book(2 * DAY, topic="In two days")
    book(-2 * DAY, topic="Two days ago", booked=3 * DAY)
    book(-4 * DAY, topic="Four days ago", booked=5 * DAY)
    cancel(book(5 * DAY, topic="Called off"), by=customer)


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("who", ["customer", "provider", "agent"])
def test_the_list_shows_all_of_them_by_phase_nearest_first(
    client_of: ClientOf, request: pytest.FixtureRequest, who: str
) -> None:
    assert groups(client_of(request.getfixturevalue(who))) == {
        "enterable": ["Now"],
        "upcoming": ["Later today", "In two days"],
        "past": ["Two days ago", "Four days ago"],
        "cancelled": ["Called off"],
    }


@pytest.mark.usefixtures("one_of_each")
def test_the_page_has_the_manual_s_heading_and_one_green_way_in(client_of: ClientOf, customer: User) -> None:
    page = client_of(customer).get("/appointments/").content.decode()

    now = Appointment.objects.get(topic="Now")
    assert "<h1>View your appointments</h1>" in page
    assert page.count("VDO Call</a>") == 1
    assert re.findall(r'href="(/appointments/\d+/call/)"', page) == [f"/appointments/{now.pk}/call/"]
    assert page.count("appt-row is-open") == 1
    assert "Enter now" in page


def test_rows_name_the_other_side_the_time_zone_and_the_other_clock(
    client_of: ClientOf, thread: Thread, customer: User, provider: User, time_machine: Any
) -> None:
    customer.time_zone = "Asia/Tehran"
    customer.save()
    time_machine.move_to("2027-01-20T00:00+00:00")
    start = datetime.fromisoformat("2027-01-22T07:30+00:00")
    book_appointment(thread, by=provider, topic="First talk", start=start)

    theirs = client_of(customer).get("/appointments/").content.decode()
    ours = client_of(provider).get("/appointments/").content.decode()

    for page in (theirs, ours):
        assert "22 Jan 2027, 11:00–12:00" in page
        assert "22 Jan 2027, 14:30–15:30" in page
        assert "Asia/Tehran (UTC+3:30)" in page
        assert "Asia/Bangkok (UTC+7)" in page
    assert theirs.index("11:00–12:00") < theirs.index("14:30–15:30")
    assert ours.index("14:30–15:30") < ours.index("11:00–12:00")
    assert "Siam Legal" in theirs
    assert "Customer" in ours


def test_one_person_s_two_sides_are_in_one_list(
    client_of: ClientOf, book: Book, provider: User, stranger: User, now: datetime
) -> None:
    book(3 * HOUR, topic="As a shop")
    other_shop = Provider.objects.get(members__user=stranger)
    elsewhere = open_thread(customer=provider, provider=other_shop, topic="Elsewhere")
    book_appointment(elsewhere, by=stranger, topic="As a customer", start=now + 5 * HOUR)

    assert groups(client_of(provider)) == {"upcoming": ["As a shop", "As a customer"]}
    assert groups(client_of(stranger)) == {"upcoming": ["As a customer"]}


def test_an_empty_schedule_says_what_to_do(client_of: ClientOf, customer: User) -> None:
    page = client_of(customer).get("/appointments/").content.decode()

    assert "No appointments yet" in page
    assert 'href="/inbox/"' in page


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client_of: ClientOf, book: Book, provider: User, django_assert_num_queries: Any
) -> None:
    client = client_of(provider)
    book(3 * HOUR, topic="1")
    client.get("/appointments/")

    with django_assert_num_queries(12):
        client.get("/appointments/")
    for number in range(2, 4):
        book(3 * HOUR * number, topic=str(number))
    with django_assert_num_queries(12):
        client.get("/appointments/")


def test_the_number_of_queries_of_a_week_does_not_grow_with_the_rows(
    client_of: ClientOf, book: Book, provider: User, django_assert_num_queries: Any
) -> None:
    client = client_of(provider)
    first = timezone.localdate(book(timedelta(minutes=30), topic="1").start).isocalendar()
    address = f"/appointments/?view=week&week={first.year}-W{first.week:02}"
    client.get(address)

    with django_assert_num_queries(9):
        client.get(address)
    for number in range(2, 4):
        book(timedelta(minutes=70 * number), topic=str(number))
    with django_assert_num_queries(9):
        client.get(address)


def test_long_lists_are_turned_page_by_page(client_of: ClientOf, book: Book, customer: User) -> None:
    for number in range(35):
        book((3 + 2 * number) * HOUR, topic=f"{number:02}")
    client = client_of(customer)

    first = client.get("/appointments/")
    assert len(groups(client)["upcoming"]) == 30
    after = first.context["groups"][0].after
    assert groups(client, show="upcoming", after=after) == {"upcoming": ["30", "31", "32", "33", "34"]}
    assert groups(client, show="past", after="nonsense|x") == {}


def test_past_pages_go_back_in_time(client_of: ClientOf, book: Book, customer: User) -> None:
    for number in range(32):
        book(-(3 + 2 * number) * HOUR, topic=f"{number:02}", booked=DAY)
    client = client_of(customer)

    after = client.get("/appointments/").context["groups"][0].after

    assert groups(client, show="past", after=after) == {"past": ["30", "31"]}


# --- the week -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("en", "16 Nov 2026", "22 Nov 2026"),
        ("th", "15 พ.ย. 2569", "21 พ.ย. 2569"),
        ("fa", "۲۳ آبان ۱۴۰۵", "۲۹ آبان ۱۴۰۵"),
    ],
)
def test_the_week_begins_on_the_reader_s_day_in_the_reader_s_calendar(
    client_of: ClientOf, customer: User, language: str, first: str, last: str
) -> None:
    customer.language = language
    customer.save()

    page = client_of(customer).get("/appointments/?view=week&week=2026-W47").content.decode()

    assert f"{first} – {last}" in page
    assert page.count('<li class="week-day') == 7


def test_weeks_are_turned_one_by_one_over_the_year_s_end(client_of: ClientOf, customer: User) -> None:
    response = client_of(customer).get("/appointments/?view=week&week=2026-W53")

    assert (response.context["previous_week"], response.context["next_week"]) == ("2026-W52", "2027-W01")


@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
@pytest.mark.parametrize("day", range(16, 23))
def test_without_a_name_the_week_of_today_is_shown(
    client_of: ClientOf, customer: User, time_machine: Any, language: str, day: int
) -> None:
    customer.language = language
    customer.save()
    time_machine.move_to(f"2026-11-{day}T05:00+00:00")
    client = client_of(customer)

    here = client.get("/appointments/?view=week&week=nonsense")
    there = client.get(f"/appointments/?view=week&week={here.context['next_week']}")

    assert here.context["shows_today"] is True
    assert there.context["first_day"] - here.context["first_day"] == timedelta(days=7)
    back = client.get(f"/appointments/?view=week&week={there.context['previous_week']}")
    assert back.context["first_day"] == here.context["first_day"]


def test_a_day_is_the_reader_s_own(
    client_of: ClientOf, thread: Thread, customer: User, provider: User, time_machine: Any
) -> None:
    customer.time_zone = "Asia/Tehran"
    customer.save()
    time_machine.move_to("2026-11-16T05:00+00:00")
    start = datetime.fromisoformat("2026-11-19T19:00+00:00")  # 22:30 in Tehran, 02:00 next day in Bangkok
    accept(book_appointment(thread, by=provider, topic="Late", start=start), by=customer)

    def days_of(user: User) -> list[int]:
        days = client_of(user).get("/appointments/?view=week&week=2026-W47").context["days"]
        return [day.day for day, _weekday, rows in days if rows]

    assert days_of(customer) == [19]
    assert days_of(provider) == [20]


def test_an_appointment_over_midnight_stands_in_both_days(
    client_of: ClientOf, thread: Thread, customer: User, provider: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-16T05:00+00:00")
    start = datetime.fromisoformat("2026-11-19T23:30+07:00")
    book_appointment(thread, by=provider, topic="Late", start=start)

    days = client_of(customer).get("/appointments/?view=week&week=2026-W47").context["days"]

    assert [day.day for day, _weekday, rows in days if rows] == [19, 20]


# --- calendar files -----------------------------------------------------------------------------------


def test_the_feed_is_read_by_whoever_has_its_address(
    client_of: ClientOf, client: Client, book: Book, customer: User
) -> None:
    live, off = book(3 * HOUR, topic="First talk"), book(9 * HOUR, topic="Called off")
    cancel(off, by=customer)
    client_of(customer).post("/appointments/feed/new/")
    page = client_of(customer).get("/appointments/").content.decode()
    token = CalendarFeed.objects.get(user=customer).token
    assert f'value="http://testserver/appointments/feed/{token}.ics"' in page

    response = client.get(f"/appointments/feed/{token}.ics")

    text = response.content.decode()
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert text.count("BEGIN:VEVENT") == 2
    assert f"DTSTART:{live.start:%Y%m%dT%H%M%SZ}" in text
    assert "SUMMARY:First talk" in text
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:2" in text


def test_a_new_address_ends_the_old_one(client_of: ClientOf, client: Client, customer: User) -> None:
    client_of(customer).post("/appointments/feed/new/")
    old = CalendarFeed.objects.get().token

    client_of(customer).post("/appointments/feed/new/")

    new = CalendarFeed.objects.get().token
    assert old != new
    assert client.get(f"/appointments/feed/{old}.ics").status_code == 404
    assert client.get(f"/appointments/feed/{new}.ics").status_code == 200


def test_the_feed_of_a_suspended_person_is_closed(
    client_of: ClientOf, client: Client, customer: User
) -> None:
    client_of(customer).post("/appointments/feed/new/")
    User.objects.filter(pk=customer.pk).update(is_active=False)

    assert client.get(f"/appointments/feed/{CalendarFeed.objects.get().token}.ics").status_code == 404


def test_a_feed_holds_nobody_else_s_appointments(
    client_of: ClientOf, client: Client, book: Book, stranger: User
) -> None:
    book(3 * HOUR)
    client_of(stranger).post("/appointments/feed/new/")

    text = client.get(f"/appointments/feed/{CalendarFeed.objects.get().token}.ics").content.decode()

    assert "BEGIN:VEVENT" not in text


def test_one_appointment_is_saved_as_a_file(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = book(topic="Rent, and more")

    response = client_of(customer).get(f"/appointments/{appointment.pk}/appointment.ics")

    assert response.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert "SUMMARY:Rent\\, and more" in response.content.decode()
    assert response.content.decode().count("BEGIN:VEVENT") == 1


def test_a_row_says_to_the_millisecond_when_it_opens_and_closes(
    client_of: ClientOf, thread: Thread, provider: User
) -> None:
    start = (timezone.now() + HOUR).replace(microsecond=987_000)  # a page that looks too early looks no more
    appointment = book_appointment(thread, by=provider, topic="First talk", start=start)
    opens, closes = (round(at.timestamp() * 1000) for at in (appointment.opens_at, appointment.closes_at))
    year, week, _day = start.astimezone(ZoneInfo("Asia/Bangkok")).isocalendar()
    in_week = f"/appointments/?view=week&week={year}-W{week:02}"
    client = client_of(provider)

    for address in ("/appointments/", in_week, f"/appointments/{appointment.pk}/"):
        page = client.get(address).content.decode()

        assert f'data-opens="{opens}" data-closes="{closes}"' in page, address
        assert abs(int(re.findall(r'data-now="(\d+)"', page)[0]) / 1000 - timezone.now().timestamp()) < 10
