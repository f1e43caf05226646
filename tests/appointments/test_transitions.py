from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from appointments.domain.booking import TimeTakenError, accept, cancel, propose_time
from appointments.enums import Phase
from appointments.models import Appointment
from marketplace.common.errors import DomainError

Book = Callable[..., Appointment]
Told = Callable[[], list[tuple[str, str]]]
HOUR = timedelta(hours=1)


def facts(appointment: Appointment) -> tuple[str, datetime, int, datetime | None]:
    appointment = Appointment.objects.get(pk=appointment.pk)
    return (appointment.status, appointment.start, appointment.version, appointment.proposed_start)


def refused(code: str, act: Callable[[], object], appointment: Appointment, sent: Told) -> None:
    """The act is refused with `code`, changes nothing and tells nobody."""
    before, told = facts(appointment), len(sent())

    with pytest.raises(DomainError) as refusal:
        act()

    assert refusal.value.code == code
    assert facts(appointment) == before
    assert len(sent()) == told


def test_the_customer_accepts(book: Book, sent: Told, customer: User) -> None:
    appointment = book()

    accept(appointment, by=customer)

    assert facts(appointment) == ("accepted", appointment.start, 1, None)
    assert sent()[2:] == [("appointment_accepted", "provider"), ("appointment_accepted", "customer")]


def test_the_shop_cannot_accept_its_own_appointment(
    book: Book, sent: Told, provider: User, agent: User
) -> None:
    appointment = book()

    refused("not_your_turn", lambda: accept(appointment, by=provider), appointment, sent)
    refused("not_your_turn", lambda: accept(appointment, by=agent), appointment, sent)


def test_a_proposal_changes_nothing_until_the_other_side_accepts_it(
    book: Book, sent: Told, customer: User, provider: User
) -> None:
    appointment = book()
    later = appointment.start + 3 * HOUR

    propose_time(appointment, by=customer, start=later)

    assert facts(appointment) == ("scheduled", appointment.start, 1, later)
    assert sent()[2:] == [("appointment_proposed", "provider"), ("appointment_proposed", "customer")]
    refused("not_your_turn", lambda: accept(appointment, by=customer), appointment, sent)

    accept(appointment, by=provider)

    assert facts(appointment) == ("accepted", later, 2, None)
    assert Appointment.objects.get().end == later + HOUR


def test_a_proposal_of_the_shop_is_for_the_customer_to_answer(
    book: Book, sent: Told, customer: User, provider: User, agent: User
) -> None:
    appointment = book()
    later = appointment.start + 3 * HOUR
    propose_time(appointment, by=provider, start=later)

    refused("not_your_turn", lambda: accept(appointment, by=agent), appointment, sent)
    accept(appointment, by=customer)

    assert facts(appointment) == ("accepted", later, 2, None)


def test_a_counter_proposal_replaces_the_first(book: Book, customer: User, provider: User) -> None:
    appointment = book()
    propose_time(appointment, by=provider, start=appointment.start + HOUR)
    propose_time(appointment, by=customer, start=appointment.start + 2 * HOUR)

    accept(appointment, by=provider)

    assert facts(appointment) == ("accepted", appointment.start + 2 * HOUR, 2, None)


def test_an_appointment_may_move_into_its_own_time(book: Book, customer: User, provider: User) -> None:
    appointment = book()

    propose_time(appointment, by=customer, start=appointment.start + HOUR / 2)
    accept(appointment, by=provider)

    assert facts(appointment)[1] == appointment.start + HOUR / 2


def test_a_taken_time_cannot_be_proposed(book: Book, sent: Told, customer: User) -> None:
    appointment = book(2 * HOUR)
    other = book(5 * HOUR, topic="Other")

    refused("taken", lambda: propose_time(appointment, by=customer, start=other.start), appointment, sent)


def test_a_proposed_time_taken_meanwhile_is_refused_and_the_old_time_stands(
    book: Book, sent: Told, customer: User, provider: User
) -> None:
    appointment = book(2 * HOUR)
    propose_time(appointment, by=customer, start=appointment.start + 3 * HOUR)
    book(5 * HOUR, topic="Other")

    with pytest.raises(TimeTakenError) as refusal:
        accept(appointment, by=provider)

    assert len(refusal.value.extra["free_times"]) == 3
    assert facts(appointment) == ("scheduled", appointment.start, 1, appointment.start + 3 * HOUR)
    assert [kind for kind, _ in sent()].count("appointment_accepted") == 0


def test_a_proposed_time_that_has_passed_cannot_be_accepted(
    book: Book, sent: Told, customer: User, provider: User, now: datetime
) -> None:
    appointment = book(5 * HOUR)
    propose_time(appointment, by=customer, start=now + HOUR)

    refused("past", lambda: accept(appointment, by=provider, now=now + 2 * HOUR), appointment, sent)


@pytest.mark.parametrize("who", ["customer", "provider", "agent"])
def test_either_side_may_cancel(who: str, book: Book, sent: Told, request: pytest.FixtureRequest) -> None:
    appointment = book()

    cancel(appointment, by=request.getfixturevalue(who))
    cancel(appointment, by=request.getfixturevalue(who))

    assert facts(appointment) == ("cancelled", appointment.start, 2, None)
    assert sent()[2:] == [("appointment_cancelled", "provider"), ("appointment_cancelled", "customer")]


def test_a_stranger_may_do_nothing(book: Book, sent: Told, stranger: User) -> None:
    appointment = book()
    later = appointment.start + HOUR

    refused("not_your_turn", lambda: accept(appointment, by=stranger), appointment, sent)
    refused("not_allowed", lambda: cancel(appointment, by=stranger), appointment, sent)
    refused("not_allowed", lambda: propose_time(appointment, by=stranger, start=later), appointment, sent)


def test_a_cancelled_appointment_stays_cancelled(book: Book, sent: Told, customer: User) -> None:
    appointment = book()
    cancel(appointment, by=customer)
    later = appointment.start + HOUR

    refused("cancelled", lambda: accept(appointment, by=customer), appointment, sent)
    refused("cancelled", lambda: propose_time(appointment, by=customer, start=later), appointment, sent)


def test_what_is_over_can_be_neither_accepted_nor_moved_nor_cancelled(
    book: Book, sent: Told, customer: User
) -> None:
    appointment = book()
    after = appointment.closes_at
    later = appointment.start + 9 * HOUR

    refused("over", lambda: accept(appointment, by=customer, now=after), appointment, sent)
    refused("over", lambda: cancel(appointment, by=customer, now=after), appointment, sent)
    refused("over", lambda: propose_time(appointment, by=customer, start=later, now=after), appointment, sent)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (timedelta(minutes=-10, microseconds=-1), Phase.UPCOMING),
        (timedelta(minutes=-10), Phase.ENTERABLE),
        (timedelta(minutes=74, seconds=59), Phase.ENTERABLE),
        (timedelta(minutes=75), Phase.PAST),
    ],
)
def test_the_phase_follows_the_clock(book: Book, moment: timedelta, phase: Phase) -> None:
    appointment = book(length=HOUR)

    assert appointment.phase(appointment.start + moment) == phase
