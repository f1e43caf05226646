from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import Provider, User
from appointments.domain.booking import TimeTakenError, book_appointment, cancel
from appointments.enums import AppointmentStatus
from appointments.models import Appointment
from marketplace.common.errors import DomainError
from marketplace.notify.models import Notification
from messaging.domain import close_thread, open_thread
from messaging.models import Thread

Book = Callable[..., Appointment]
Told = Callable[[], list[tuple[str, str]]]


def test_booking_posts_a_card_and_mails_both_sides_with_a_calendar_file(
    book: Book, sent: Told, lines: Told, thread: Thread, customer: User, provider: User, now: datetime
) -> None:
    appointment = book(topic="First talk")

    assert appointment.period.lower == now + timedelta(hours=2)
    assert appointment.period.upper == now + timedelta(hours=3)
    assert (appointment.host, appointment.customer, appointment.status) == (provider, customer, "scheduled")
    assert lines() == [("card", "First talk")]
    assert thread.messages.get().data == {"url": f"/appointments/{appointment.pk}/card/"}
    assert sent() == [("appointment_booked", "provider"), ("appointment_booked", "customer")]
    mail = Notification.objects.get(recipient=customer)
    assert mail.attachment_name == "appointment.ics"
    assert f"UID:appointment-{appointment.pk}@" in mail.attachment


def test_an_agent_may_book_and_is_the_host(book: Book, agent: User) -> None:
    assert book(by=agent).host == agent


def test_the_customer_and_strangers_may_not_book(
    book: Book, sent: Told, customer: User, stranger: User
) -> None:
    for person in (customer, stranger):
        with pytest.raises(DomainError) as refusal:
            book(by=person)
        assert refusal.value.code == "not_shop"

    assert Appointment.objects.count() == 0
    assert sent() == []


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (timedelta(minutes=-6), "past"),
        (timedelta(days=-1), "past"),
        (timedelta(days=367), "too_far"),
    ],
)
def test_a_past_or_distant_time_is_refused(
    book: Book, sent: Told, lines: Told, start: timedelta, code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        book(start)

    assert refusal.value.code == code
    assert (Appointment.objects.count(), sent(), lines()) == (0, [], [])


def test_now_is_not_past_while_the_button_is_being_pressed(book: Book, now: datetime) -> None:
    assert book(timedelta(minutes=-4)).start == now - timedelta(minutes=4)


@pytest.mark.parametrize("length", [timedelta(minutes=4), timedelta(hours=12, minutes=1)])
def test_a_length_out_of_bounds_is_refused(book: Book, length: timedelta) -> None:
    with pytest.raises(DomainError) as refusal:
        book(length=length)

    assert refusal.value.code == "length"
    assert Appointment.objects.count() == 0


def test_a_closed_thread_is_refused(book: Book, thread: Thread, sent: Told) -> None:
    close_thread(thread)
    thread.refresh_from_db()

    with pytest.raises(DomainError) as refusal:
        book(thread=thread)

    assert refusal.value.code == "closed"
    assert (Appointment.objects.count(), sent()) == (0, [])


def test_an_overlap_is_refused_with_the_next_free_times(book: Book, thread: Thread, provider: User) -> None:
    start = datetime.fromisoformat("2030-01-08T10:00:00+07:00")
    booked_at = start - timedelta(days=1)
    book_appointment(thread, by=provider, topic="One", start=start, now=booked_at)
    book_appointment(thread, by=provider, topic="Two", start=start + timedelta(hours=2), now=booked_at)

    with pytest.raises(TimeTakenError) as refusal:
        book_appointment(
            thread, by=provider, topic="Three", start=start + timedelta(minutes=30), now=booked_at
        )

    assert refusal.value.extra["free_times"] == [
        datetime.fromisoformat("2030-01-08T11:00:00+07:00"),
        datetime.fromisoformat("2030-01-08T13:00:00+07:00"),
        datetime.fromisoformat("2030-01-08T13:30:00+07:00"),
    ]
    assert Appointment.objects.count() == 2


def test_an_appointment_may_begin_when_another_ends(book: Book) -> None:
    book(timedelta(hours=2))

    assert book(timedelta(hours=3)).pk is not None


def test_the_customer_cannot_be_in_two_shops_at_once(
    book: Book, customer: User, stranger: User, now: datetime
) -> None:
    book(timedelta(hours=2))
    other_shop = Provider.objects.get(members__user=stranger)
    other_thread = open_thread(customer=customer, provider=other_shop, topic="Elsewhere")

    with pytest.raises(TimeTakenError):
        book(timedelta(hours=2, minutes=30), thread=other_thread, by=stranger)

    assert Appointment.objects.count() == 1


def test_a_cancelled_appointment_frees_its_time(book: Book, customer: User) -> None:
    cancel(book(), by=customer)

    assert book().status == AppointmentStatus.SCHEDULED


def test_the_same_order_given_twice_makes_one_appointment(book: Book, sent: Told, lines: Told) -> None:
    first, second = book(topic="First talk"), book(topic="First talk")

    assert first == second
    assert Appointment.objects.count() == 1
    assert len(sent()) == 2
    assert lines() == [("card", "First talk")]


def test_another_topic_or_a_later_press_at_the_same_time_is_an_overlap(
    thread: Thread, provider: User, now: datetime
) -> None:
    start = now + timedelta(hours=2)
    book_appointment(thread, by=provider, topic="One", start=start, now=now)

    with pytest.raises(TimeTakenError):
        book_appointment(thread, by=provider, topic="Two", start=start, now=now)
    with pytest.raises(TimeTakenError):
        book_appointment(thread, by=provider, topic="One", start=start, now=now + timedelta(minutes=3))

    assert Appointment.objects.count() == 1
