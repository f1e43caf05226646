import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connection

from accounts.models import Provider, User
from appointments.domain.booking import accept, cancel, propose_time
from appointments.domain.telling import announce_phases, send_reminders
from appointments.models import Appointment
from marketplace.notify.domain import send_notification
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import Notification
from marketplace.notify.rendering import render

Book = Callable[..., Appointment]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def reminders() -> list[tuple[str, str]]:
    """(which one, who) of the reminders that are kept."""
    rows = Notification.objects.filter(kind="appointment_reminder").order_by("pk")
    return [(row.unique_key.split(":")[4], row.recipient.username) for row in rows if row.recipient]


BOTH_24H = [("24h", "provider"), ("24h", "customer")]
BOTH_10M = [("10m", "provider"), ("10m", "customer")]


@pytest.mark.parametrize(
    ("before_start", "expected"),
    [
        (DAY + MINUTE, []),
        (DAY, BOTH_24H),
        (HOUR + MINUTE, BOTH_24H),
        (HOUR, []),  # the scheduler was away: nobody needs the day's reminder an hour before
        (11 * MINUTE, []),
        (10 * MINUTE, BOTH_10M),
        (MINUTE, BOTH_10M),
        (timedelta(0), []),
    ],
)
def test_reminders_go_out_at_their_moments(
    book: Book, before_start: timedelta, expected: list[tuple[str, str]]
) -> None:
    appointment = book(3 * DAY)

    send_reminders(appointment.start - before_start)

    assert reminders() == expected


def test_a_repeated_run_reminds_once(book: Book) -> None:
    appointment = book(3 * DAY)

    for minute in range(5):
        send_reminders(appointment.start - DAY + minute * MINUTE)

    assert reminders() == BOTH_24H


@pytest.mark.parametrize(
    ("booked_before", "expected"),
    [
        (DAY + MINUTE, [*BOTH_24H, *BOTH_10M]),
        (DAY - MINUTE, BOTH_10M),
        (9 * MINUTE, []),
    ],
)
def test_a_reminder_whose_moment_had_passed_at_booking_is_left_out(
    book: Book, booked_before: timedelta, expected: list[tuple[str, str]]
) -> None:
    appointment = book(3 * DAY, booked=booked_before)

    send_reminders(appointment.start - min(booked_before, DAY))
    send_reminders(appointment.start - min(booked_before, 10 * MINUTE))

    assert reminders() == expected


def test_a_cancelled_appointment_reminds_nobody(book: Book, customer: User) -> None:
    appointment = book(3 * DAY)
    cancel(appointment, by=customer)

    send_reminders(appointment.start - DAY)
    send_reminders(appointment.start - 10 * MINUTE)

    assert reminders() == []


def test_a_moved_appointment_reminds_at_its_new_time_alone(
    book: Book, customer: User, provider: User
) -> None:
    appointment = book(3 * DAY)
    send_reminders(appointment.start - DAY)
    Notification.objects.update(status=NotificationStatus.SENT)
    propose_time(appointment, by=customer, start=appointment.start + 2 * DAY)
    moved = accept(appointment, by=provider)

    send_reminders(appointment.start - 10 * MINUTE)
    assert reminders() == BOTH_24H

    send_reminders(moved.start - DAY)
    send_reminders(moved.start - 10 * MINUTE)
    assert reminders() == [*BOTH_24H, *BOTH_24H, *BOTH_10M]


def test_a_reminder_that_has_not_gone_out_is_taken_back_when_the_time_changes(
    book: Book, customer: User
) -> None:
    appointment = book(3 * DAY)
    send_reminders(appointment.start - DAY)

    cancel(appointment, by=customer)

    assert reminders() == []
    assert Notification.objects.filter(kind="appointment_cancelled").count() == 2


@pytest.mark.parametrize(
    ("zone", "utc", "shown"),
    [
        ("Asia/Bangkok", "2027-07-01T07:30+00:00", "1 Jul 2027, 14:30 Asia/Bangkok (UTC+7)"),
        # Iran has had no summer time since 2022.
        ("Asia/Tehran", "2027-07-01T07:30+00:00", "1 Jul 2027, 11:00 Asia/Tehran (UTC+3:30)"),
        ("Asia/Tehran", "2027-07-01T20:45+00:00", "2 Jul 2027, 00:15 Asia/Tehran (UTC+3:30)"),
        ("America/New_York", "2027-03-13T18:00+00:00", "13 Mar 2027, 13:00 America/New_York (UTC-5)"),
        ("America/New_York", "2027-03-14T18:00+00:00", "14 Mar 2027, 14:00 America/New_York (UTC-4)"),
        ("America/New_York", "2027-11-07T05:30+00:00", "7 Nov 2027, 01:30 America/New_York (UTC-4)"),
        ("America/New_York", "2027-11-07T06:30+00:00", "7 Nov 2027, 01:30 America/New_York (UTC-5)"),
    ],
)
def test_each_reader_sees_the_time_of_their_own_zone_with_its_name(
    book: Book, customer: User, now: datetime, zone: str, utc: str, shown: str
) -> None:
    customer.time_zone = zone
    customer.save()
    start = datetime.fromisoformat(utc)

    book(start - now, booked=2 * DAY)

    mail = Notification.objects.get(recipient=customer)
    render(mail)
    assert mail.subject == f"Appointment: First talk, {shown}"
    assert f"Date and time: {shown}\n" in mail.body
    assert f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}" in mail.attachment


def test_twenty_four_hours_before_are_counted_in_hours_over_a_change_of_the_clocks(
    book: Book, provider: User, now: datetime
) -> None:
    provider.time_zone = "America/New_York"
    provider.save()
    start = datetime.fromisoformat("2027-03-14T12:00-04:00")  # the clocks went forward at 02:00
    book(start - now, booked=3 * DAY)

    send_reminders(datetime.fromisoformat("2027-03-13T10:59-05:00"))
    assert reminders() == []
    send_reminders(datetime.fromisoformat("2027-03-13T11:00-05:00"))

    assert reminders() == BOTH_24H


@pytest.mark.parametrize(
    ("kind", "to_provider", "to_customer"),
    [
        (
            "appointment_booked",
            "You made an appointment with Customer.",
            "Provider of Siam Legal made an appointment with you.",
        ),
        (
            "appointment_proposed",
            "Customer proposes another time.",
            "You proposed another time to Provider.",
        ),
        ("appointment_accepted", "You accepted the appointment with Customer.", "Provider accepted"),
        ("appointment_cancelled", "Customer cancelled the appointment.", "You cancelled the appointment"),
        ("appointment_reminder", "You have an appointment with Customer.", "with Provider."),
    ],
)
def test_every_mail_says_who_did_what_and_where_to_go(
    book: Book, customer: User, provider: User, kind: str, to_provider: str, to_customer: str
) -> None:
    appointment = book(3 * DAY, topic="Rent & <contracts>")
    propose_time(appointment, by=customer, start=appointment.start + HOUR)
    moved = accept(appointment, by=provider)
    send_reminders(moved.start - DAY)
    for pk in Notification.objects.values_list("pk", flat=True):
        assert send_notification(pk)
    cancel(moved, by=customer)

    for person, words in ((provider, to_provider), (customer, to_customer)):
        mail = Notification.objects.get(kind=kind, recipient=person)
        render(mail)
        assert words in mail.body
        assert "Rent & <contracts>" in mail.body
        assert "Rent & <contracts>" in mail.subject
        path = f"/appointments/{appointment.pk}/" + ("call/" if kind.endswith("reminder") else "")
        assert f"http://127.0.0.1:8000{path}\n" in mail.body


OPENS, CLOSES, ROUND = -10 * MINUTE, 45 * MINUTE, timedelta(seconds=90)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("after_start", "cards"),
    [
        (OPENS - SECOND, 0),
        (OPENS, 1),
        (OPENS + ROUND - SECOND, 1),
        (OPENS + ROUND, 0),
        (timedelta(0), 0),
        (CLOSES - SECOND, 0),
        (CLOSES, 1),
        (CLOSES + ROUND - SECOND, 1),
        (CLOSES + ROUND, 0),
    ],
)
def test_a_card_is_drawn_again_in_the_one_round_in_which_the_door_opens_or_shuts(
    book: Book, after_start: timedelta, cards: int
) -> None:
    appointment = book(3 * DAY, length=30 * MINUTE)

    assert announce_phases(appointment.start + after_start) == cards


def test_no_card_of_a_cancelled_appointment_turns_green(book: Book, customer: User) -> None:
    appointment = book(3 * DAY)
    cancel(appointment, by=customer)

    assert announce_phases(appointment.start + OPENS) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", ["user", "provider"])
def test_both_sides_open_pages_hear_which_card_to_draw_again(
    book: Book, customer: User, shop: Provider, group: str
) -> None:
    appointment = book(3 * DAY)
    listening = f"user.{customer.pk}" if group == "user" else f"provider.{shop.pk}"

    heard = asyncio.run(_heard(listening, appointment.start + OPENS))

    assert heard == {
        "type": "card",
        "thread": appointment.thread_id,
        "url": f"/appointments/{appointment.pk}/card/",
    }


async def _heard(group: str, at: datetime) -> Any:
    """What an open page in the group gets."""

    def announce() -> None:
        try:
            announce_phases(at)
        finally:
            connection.close()  # of the thread in which it runs

    layer = get_channel_layer()
    page = await layer.new_channel()
    await layer.group_add(group, page)
    await sync_to_async(announce)()
    async with asyncio.timeout(5):
        return (await layer.receive(page))["event"]
