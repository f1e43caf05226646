from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from appointments.domain.booking import cancel
from appointments.domain.calls import close_calls, record
from appointments.enums import CallEventKind as Kind
from appointments.models import Appointment, Call
from messaging.domain import close_thread

Lines = Callable[[], list[tuple[str, str]]]
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def tell(appointment: Appointment) -> Callable[..., None]:
    """`tell(person, Kind.JOINED, 3 * MINUTE)`: reported so long after the start."""

    def report(person: User, kind: Kind, after: timedelta) -> None:
        record(appointment, by=person, kind=kind, now=appointment.start + after)

    return report


@pytest.fixture
def connected(tell: Callable[..., None], customer: User, provider: User) -> None:
    """Both came at the start and have talked since the first minute."""
    tell(provider, Kind.JOINED, 0 * MINUTE)
    tell(customer, Kind.JOINED, MINUTE)
    tell(provider, Kind.CONNECTED, MINUTE)
    tell(customer, Kind.CONNECTED, MINUTE)


def outcome() -> tuple[str, int]:
    call = Call.objects.get()
    return call.outcome, call.minutes


@pytest.mark.usefixtures("connected")
def test_a_call_ends_when_both_have_left_and_leaves_one_line(
    tell: Callable[..., None], lines: Lines, customer: User, provider: User, appointment: Appointment
) -> None:
    tell(customer, Kind.LEFT, 13 * MINUTE)
    assert outcome() == ("", 0)
    tell(provider, Kind.LEFT, 13 * MINUTE + 20 * SECOND)

    assert outcome() == ("talked", 12)
    assert lines() == [("card", "First talk"), ("notice", "Video call, 12 minutes")]
    notice = appointment.thread.messages.get(kind="notice")
    assert notice.data == {"url": f"/appointments/calls/{Call.objects.get().pk}/line/"}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("kind", [Kind.LEFT, Kind.AWAY])
def test_a_call_ends_a_minute_after_one_side_is_gone(
    tell: Callable[..., None], lines: Lines, customer: User, appointment: Appointment, kind: Kind
) -> None:
    tell(customer, kind, 31 * MINUTE)

    assert close_calls(appointment.start + 31 * MINUTE + 59 * SECOND) == 0
    assert close_calls(appointment.start + 32 * MINUTE) == 1

    assert outcome() == ("talked", 30)
    assert lines()[1:] == [("notice", "Video call, 30 minutes")]


@pytest.mark.usefixtures("connected")
def test_whoever_comes_back_within_a_minute_goes_on_with_the_same_call(
    tell: Callable[..., None], lines: Lines, customer: User, appointment: Appointment
) -> None:
    tell(customer, Kind.AWAY, 10 * MINUTE)
    tell(customer, Kind.JOINED, 10 * MINUTE + 40 * SECOND)

    assert close_calls(appointment.start + 20 * MINUTE) == 0
    assert outcome() == ("", 0)
    assert lines()[1:] == []


@pytest.mark.usefixtures("connected")
def test_however_often_the_task_runs_there_is_one_line(lines: Lines, appointment: Appointment) -> None:
    for minute in range(5):
        close_calls(appointment.closes_at + minute * MINUTE)

    assert outcome() == ("talked", 74)
    assert lines()[1:] == [("notice", "Video call, 74 minutes")]


def test_whoever_waited_in_vain_is_named_when_the_window_closes(
    tell: Callable[..., None], lines: Lines, customer: User, appointment: Appointment
) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    tell(customer, Kind.LEFT, 20 * MINUTE)

    assert close_calls(appointment.closes_at - SECOND) == 0
    assert close_calls(appointment.closes_at) == 1
    assert close_calls(appointment.closes_at + MINUTE) == 0

    assert outcome() == ("missed", 0)
    assert lines()[1:] == [("notice", "Missed video call: Customer waited")]


def test_two_who_missed_each_other_are_both_told_so(
    tell: Callable[..., None], lines: Lines, customer: User, provider: User, appointment: Appointment
) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    tell(customer, Kind.LEFT, 5 * MINUTE)
    tell(provider, Kind.JOINED, 6 * MINUTE)

    close_calls(appointment.closes_at)

    assert lines()[1:] == [("notice", "Missed video call")]


def test_a_call_that_never_connected_says_so(
    tell: Callable[..., None], lines: Lines, customer: User, provider: User, appointment: Appointment
) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    tell(provider, Kind.JOINED, 0 * MINUTE)
    tell(provider, Kind.FAILED, MINUTE)

    close_calls(appointment.closes_at)

    assert outcome() == ("failed", 0)
    assert lines()[1:] == [("notice", "The video call could not connect")]


def test_nobody_came_nothing_is_written(lines: Lines, appointment: Appointment) -> None:
    assert close_calls(appointment.closes_at) == 0
    assert lines() == [("card", "First talk")]


@pytest.mark.usefixtures("connected")
def test_looking_in_again_after_the_talk_is_no_missed_call(
    tell: Callable[..., None], lines: Lines, customer: User, provider: User, appointment: Appointment
) -> None:
    tell(customer, Kind.LEFT, 11 * MINUTE)
    tell(provider, Kind.LEFT, 11 * MINUTE)
    tell(customer, Kind.JOINED, 30 * MINUTE)

    close_calls(appointment.closes_at)

    assert outcome() == ("talked", 10)
    assert lines()[1:] == [("notice", "Video call, 10 minutes")]


@pytest.mark.usefixtures("connected")
def test_a_second_talk_has_a_line_of_its_own(
    tell: Callable[..., None], lines: Lines, customer: User, provider: User
) -> None:
    tell(customer, Kind.LEFT, 11 * MINUTE)
    tell(provider, Kind.LEFT, 11 * MINUTE)
    tell(customer, Kind.JOINED, 30 * MINUTE)
    tell(provider, Kind.JOINED, 30 * MINUTE)
    tell(customer, Kind.CONNECTED, 30 * MINUTE)
    tell(customer, Kind.LEFT, 30 * MINUTE + 30 * SECOND)
    tell(provider, Kind.LEFT, 31 * MINUTE)

    assert lines()[1:] == [
        ("notice", "Video call, 10 minutes"),
        ("notice", "Video call, less than a minute"),
    ]


def test_waiting_for_a_cancelled_appointment_is_no_missed_call(
    tell: Callable[..., None], lines: Lines, customer: User, provider: User, appointment: Appointment
) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    cancel(appointment, by=provider)

    close_calls(appointment.start + MINUTE)

    assert Call.objects.count() == 0
    assert lines()[1:] == []


@pytest.mark.usefixtures("connected")
def test_a_thread_closed_meanwhile_keeps_the_outcome_on_the_appointment(
    lines: Lines, appointment: Appointment
) -> None:
    close_thread(appointment.thread)

    close_calls(appointment.closes_at)

    assert outcome() == ("talked", 74)
    assert lines()[1:] == []


def test_reports_are_kept_with_their_page_and_moment(
    appointment: Appointment, customer: User, now: datetime
) -> None:
    record(appointment, by=customer, kind=Kind.FAILED, page="a-page-id", detail="no relay " * 60, now=now)

    event = appointment.call_events.get()
    assert (event.user, event.kind, event.page, event.at) == (customer, "failed", "a-page-id", now)
    assert len(event.detail) == 200
