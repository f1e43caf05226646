"""Making and moving appointments.

Whether a time is free is decided by the exclusion constraints alone, for every writer: the code
inserts and reads the refusal, it never checks first.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import works_at
from appointments.domain.telling import tell_both_sides, withdraw_reminders
from appointments.enums import AppointmentStatus
from appointments.models import Appointment
from appointments.permissions import may_answer, may_change
from appointments.queries import next_free_times
from marketplace.common.errors import DomainError
from marketplace.common.realtime import broadcast_on_commit
from messaging import domain as messaging
from messaging.models import Thread

DEFAULT_LENGTH = timedelta(minutes=60)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=12)
FURTHEST = timedelta(days=366)
# Whoever picks "now" needs a moment to press the button.
LATE_BY = timedelta(minutes=5)
# A second press of the button within this time finds the appointment that the first one made.
PRESSED_TWICE = timedelta(minutes=2)


class TimeTakenError(DomainError):
    """An overlap. `extra["free_times"]` is a list of aware datetimes that are free just now."""


def book_appointment(
    thread: Thread,
    *,
    by: User,
    topic: str,
    start: datetime,
    length: timedelta = DEFAULT_LENGTH,
    now: datetime | None = None,
) -> Appointment:
    """The shop makes an appointment with the thread's customer; `by` is its host.

    Refuses a past or too distant time, a closed thread, someone who is not of the shop, and an
    overlap with a live appointment of either side (TimeTakenError). The same order given twice
    within PRESSED_TWICE returns the first appointment.
    """
    now = now or timezone.now()
    if not works_at(by, thread.provider_id):
        raise DomainError(
            _("The provider makes the appointment. Ask for a time in the chat."),
            code="not_shop",
        )
    if thread.is_closed:
        raise DomainError(
            _("This conversation is closed. Reopen it to make an appointment."),
            code="closed",
        )
    _check_time(start, length, now)
    appointment = Appointment(
        thread=thread,
        provider_id=thread.provider_id,
        customer_id=thread.customer_id,
        host=by,
        topic=topic,
        period=DateTimeTZRange(start, start + length),
        booked_at=now,
    )
    with transaction.atomic():
        try:
            _write(appointment, now=now)
        except TimeTakenError:
            made = _just_made(appointment, now)
            if made is None:
                raise
            return made
        messaging.post_card(thread, by=by, url=appointment.card_url, body=topic)
        tell_both_sides(appointment, "appointment_booked", by=by)
    return appointment


def accept(appointment: Appointment, *, by: User, now: datetime | None = None) -> Appointment:
    """The other side's yes: to the appointment, or to the pending proposal, which then is its time.

    Refuses with TimeTakenError when the proposed time was taken meanwhile; the old time then stands.
    """
    now = now or timezone.now()
    with transaction.atomic():
        appointment = _locked(appointment)
        _check_open(appointment, now)
        if not may_answer(appointment, is_shop=works_at(by, appointment.provider_id), user_id=by.pk):
            raise DomainError(_("Wait for the other side to answer first."), code="not_your_turn")
        if appointment.proposed_start is not None:
            _check_time(appointment.proposed_start, appointment.end - appointment.start, now)
            _move(appointment, appointment.proposed_start, now)
        appointment.status = AppointmentStatus.ACCEPTED
        appointment.save(update_fields=["status"])
        tell_both_sides(appointment, "appointment_accepted", by=by)
        _show_change(appointment)
    return appointment


def propose_time(
    appointment: Appointment, *, by: User, start: datetime, now: datetime | None = None
) -> Appointment:
    """Asks the other side for another start. The present time stands until they accept.

    A start that is taken now is refused with the next free times, so that nobody is asked in vain;
    that it is still free when they accept is decided then.
    """
    now = now or timezone.now()
    with transaction.atomic():
        appointment = _locked(appointment)
        _check_changer(appointment, by, now)
        length = appointment.end - appointment.start
        _check_time(start, length, now)
        free = _free_times(appointment, start=start, length=length, now=now)
        if start not in free and _overlaps(appointment, start, length):
            raise _taken(free)
        appointment.proposed_start = start
        appointment.proposed_by = by
        appointment.save(update_fields=["proposed_start", "proposed_by"])
        cause = f"{start:%Y%m%d%H%M}:{by.pk}"
        tell_both_sides(appointment, "appointment_proposed", by=by, cause=cause)
        _show_change(appointment)
    return appointment


def cancel(appointment: Appointment, *, by: User, now: datetime | None = None) -> Appointment:
    """Either side calls it off; its time is free again. Cancelling twice changes nothing."""
    now = now or timezone.now()
    with transaction.atomic():
        appointment = _locked(appointment)
        if appointment.status == AppointmentStatus.CANCELLED:
            return appointment
        _check_changer(appointment, by, now)
        appointment.status = AppointmentStatus.CANCELLED
        appointment.version += 1
        appointment.proposed_start = None
        appointment.proposed_by = None
        appointment.save(update_fields=["status", "version", "proposed_start", "proposed_by"])
        withdraw_reminders(appointment)
        tell_both_sides(appointment, "appointment_cancelled", by=by)
        _show_change(appointment)
    return appointment


def _show_change(appointment: Appointment) -> None:
    """The card in the thread, and the call pages, whose door may have moved."""
    messaging.card_changed(appointment.thread, appointment.card_url)
    broadcast_on_commit(appointment.call_group, {"type": "changed"})


def _locked(appointment: Appointment) -> Appointment:
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("thread", "provider", "customer", "host")
        .get(pk=appointment.pk)
    )


def _move(appointment: Appointment, start: datetime, now: datetime) -> None:
    appointment.period = DateTimeTZRange(start, start + (appointment.end - appointment.start))
    appointment.version += 1
    appointment.booked_at = now
    appointment.proposed_start = None
    appointment.proposed_by = None
    _write(appointment, now=now)
    withdraw_reminders(appointment)


def _write(appointment: Appointment, *, now: datetime) -> None:
    # Inserts that exclude one another may wait for each other's index entry: PostgreSQL ended 76 of 1,200
    # such inserts (20 at once) with "deadlock detected". So they queue up first, always the shop before
    # the customer; foreign keys are not held up by this.
    Provider.objects.select_for_update(no_key=True).get(pk=appointment.provider_id)
    User.objects.select_for_update(no_key=True).get(pk=appointment.customer_id)
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if not constraint.endswith("_free"):
            raise
        length = appointment.end - appointment.start
        raise _taken(_free_times(appointment, start=appointment.start, length=length, now=now)) from error


def _taken(free_times: list[datetime]) -> TimeTakenError:
    return TimeTakenError(
        _("That time is already taken. Choose another one."), code="taken", free_times=free_times
    )


def _free_times(
    appointment: Appointment, *, start: datetime, length: timedelta, now: datetime
) -> list[datetime]:
    return next_free_times(
        appointment.provider_id,
        appointment.customer_id,
        after=max(start, now),
        length=length,
        apart_from=appointment.pk,
    )


def _overlaps(appointment: Appointment, start: datetime, length: timedelta) -> bool:
    return (
        Appointment.objects.live()
        .of_either(appointment.provider_id, appointment.customer_id)
        .filter(period__overlap=(start, start + length))
        .exclude(pk=appointment.pk)
        .exists()
    )


def _just_made(wanted: Appointment, now: datetime) -> Appointment | None:
    return (
        Appointment.objects.live()
        .filter(
            thread=wanted.thread_id,
            host=wanted.host_id,
            topic=wanted.topic,
            period=wanted.period,
            booked_at__gt=now - PRESSED_TWICE,
        )
        .first()
    )


def _check_time(start: datetime, length: timedelta, now: datetime) -> None:
    if start < now - LATE_BY:
        raise DomainError(_("That time is in the past: choose a later one."), code="past")
    if start > now + FURTHEST:
        raise DomainError(_("That is more than a year ahead: choose an earlier time."), code="too_far")
    if not SHORTEST <= length <= LONGEST:
        raise DomainError(_("The length must be between 5 minutes and 12 hours."), code="length")


def _check_open(appointment: Appointment, now: datetime) -> None:
    if not appointment.is_live:
        raise DomainError(_("This appointment is cancelled. Make a new one."), code="cancelled")
    if now >= appointment.closes_at:
        raise DomainError(_("This appointment is over. Make a new one."), code="over")


def _check_changer(appointment: Appointment, by: User, now: datetime) -> None:
    _check_open(appointment, now)
    if not may_change(appointment, is_shop=works_at(by, appointment.provider_id), user_id=by.pk):
        raise DomainError(_("Only the two sides of an appointment can change it."), code="not_allowed")
