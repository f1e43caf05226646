"""Twenty people's threads, one provider, one hour: real threads on real connections."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Provider, User
from appointments.domain.booking import TimeTakenError, accept, book_appointment, propose_time
from appointments.models import Appointment
from marketplace.notify.models import Notification
from messaging.domain import open_thread
from messaging.models import Message, Thread

RACERS = 20


def race(attempts: list[Callable[[], object]]) -> list[object]:
    """Runs all at once, each on a connection of its own; gives their results or exceptions."""
    results: list[object] = []
    gate = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            result: object = attempt()
        except Exception as error:
            result = error
        finally:
            connection.close()
        results.append(result)

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_of_twenty_overlapping_bookings_at_once_exactly_one_exists(
    make_person: Callable[..., User], shop: Provider, provider: User, now: datetime
) -> None:
    threads = [
        open_thread(customer=make_person(f"customer{n}"), provider=shop, topic="Talk") for n in range(RACERS)
    ]
    start = now + timedelta(days=1)

    def attempt(number: int, thread: Thread) -> Callable[[], object]:
        # Each overlaps every other: they start within one hour.
        moment = start + timedelta(minutes=2 * number)
        return lambda: book_appointment(thread, by=provider, topic="Talk", start=moment)

    results = race([attempt(number, thread) for number, thread in enumerate(threads)])

    booked = [result for result in results if isinstance(result, Appointment)]
    refused = [result for result in results if isinstance(result, TimeTakenError)]
    assert (len(booked), len(refused)) == (1, 19), results
    assert Appointment.objects.get() == booked[0]
    assert Message.objects.count() == 1
    assert Notification.objects.count() == 2
    for refusal in refused:
        free = refusal.extra["free_times"]
        assert len(free) == 3
        assert all(time >= booked[0].end for time in free)


@pytest.mark.django_db(transaction=True)
def test_pressing_the_button_twice_at_once_makes_one_appointment(
    thread: Thread, provider: User, now: datetime
) -> None:
    start = now + timedelta(days=1)

    results = race(
        [lambda: book_appointment(thread, by=provider, topic="Talk", start=start) for _ in range(4)]
    )

    made = Appointment.objects.get()
    assert results == [made] * 4
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_for_one_time_accepted_at_once_one_wins(
    make_person: Callable[..., User], shop: Provider, provider: User, now: datetime
) -> None:
    wanted = now + timedelta(days=3)
    moved = []
    for n in range(2):
        person = make_person(f"customer{n}")
        thread = open_thread(customer=person, provider=shop, topic="Talk")
        start = now + timedelta(days=1 + n)
        appointment = book_appointment(thread, by=provider, topic="Talk", start=start)
        moved.append(propose_time(appointment, by=person, start=wanted))

    results = race([lambda a=a: accept(a, by=provider) for a in moved])  # type: ignore[misc]

    assert sorted(type(result).__name__ for result in results) == ["Appointment", "TimeTakenError"]
    assert Appointment.objects.filter(period__startswith=wanted).count() == 1
    loser = Appointment.objects.exclude(period__startswith=wanted).get()
    assert (loser.status, loser.version, loser.proposed_start) == ("scheduled", 1, wanted)
