"""Making and moving appointments.

Whether a time is free is decided by the exclusion constraints alone, for every writer: the code
inserts and reads the refusal, it never checks first.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import works_at
from appointments.domain.telling import tell_both_sides
from appointments.enums import AppointmentStatus
from appointments.models import Appointment
from appointments.permissions import may_answer, may_change
from appointments.queries import next_free_times
from marketplace.common.errors import DomainError
from messaging import domain as messaging
from messaging.models import Thread

DEFAULT_LENGTH = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
FURTHEST = timedelta(days=366)


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
    overlap with a live appointment of either side (TimeTakenError).
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
    with transaction.atomic():
        appointment = _write(
            Appointment(
                thread=thread,
                provider_id=thread.provider_id,
                customer_id=thread.customer_id,
                host=by,
                topic=topic,
                period=DateTimeTZRange(start, start + length),
                booked_at=now,
            ),
            start=start,
            now=now,
        )
        messaging.post_card(thread, by=by, url=card_url(appointment), body=topic)
        tell_both_sides(appointment, "appointment_booked")
    return appointment


def accept(appointment: Appointment, *, by: User, now: datetime | None = None) -> Appointment:
    """The other side's yes: to the appointment, or to the pending proposal, which then is its time."""
    now = now or timezone.now()
    with transaction.atomic():
        appointment = _locked(appointment)
        _check_live(appointment)
        if not may_answer(appointment, is_shop=works_at(by, appointment.provider_id), user_id=by.pk):
            raise DomainError(_("It is the other side's turn to answer."), code="not_your_turn")
        if appointment.proposed_start is not None:
            _check_time(appointment.proposed_start, appointment.end - appointment.start, now)
            _move(appointment, appointment.proposed_start, now)
        appointment.status = AppointmentStatus.ACCEPTED
        appointment.save(update_fields=["status"])
        tell_both_sides(appointment, "appointment_accepted")
        messaging.card_changed(appointment.thread, card_url(appointment))
    return appointment


def propose_time(
    appointment: Appointment, *, by: User, start: datetime, now: datetime | None = None
) -> Appointment:
    """Asks the other side for another start. The present time stands until they accept."""
    now = now or timezone.now()
    with transaction.atomic():
        appointment = _locked(appointment)
        _check_live(appointment)
        _check_changer(appointment, by)
        _check_time(start, appointment.end - appointment.start, now)
        appointment.proposed_start = start
        appointment.proposed_by = by
        appointment.save(update_fields=["proposed_start", "proposed_by"])
        tell_both_sides(appointment, "appointment_proposed", cause=f"{start:%Y%m%d%H%M}:{by.pk}")
        messaging.card_changed(appointment.thread, card_url(appointment))
    return appointment


def cancel(appointment: Appointment, *, by: User) -> Appointment:
    with transaction.atomic():
        appointment = _locked(appointment)
        if appointment.status == AppointmentStatus.CANCELLED:
            return appointment
        _check_changer(appointment, by)
        appointment.status = AppointmentStatus.CANCELLED
        appointment.version += 1
        appointment.proposed_start = None
        appointment.save(update_fields=["status", "version", "proposed_start"])
        tell_both_sides(appointment, "appointment_cancelled")
        messaging.card_changed(appointment.thread, card_url(appointment))
    return appointment


def card_url(appointment: Appointment) -> str:
    return reverse("appointments:card", args=[appointment.pk])


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
    _write(appointment, start=start, now=now)


def _write(appointment: Appointment, *, start: datetime, now: datetime) -> Appointment:
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if not constraint.endswith("_free"):
            raise
        length = appointment.end - appointment.start
        free = next_free_times(
            appointment.provider_id,
            appointment.customer_id,
            after=max(start, now),
            length=length,
        )
        raise TimeTakenError(
            _("That time is already taken. These are free:"),
            code="taken",
            free_times=free,
        ) from error
    return appointment


def _check_time(start: datetime, length: timedelta, now: datetime) -> None:
    if start < now:
        raise DomainError(_("That time is in the past: choose a later one."), code="past")
    if start > now + FURTHEST:
        raise DomainError(_("That is more than a year ahead: choose an earlier time."), code="too_far")
    if not timedelta(minutes=5) <= length <= LONGEST:
        raise DomainError(_("The length must be between 5 minutes and 12 hours."), code="length")


def _check_live(appointment: Appointment) -> None:
    if not appointment.is_live:
        raise DomainError(_("This appointment is cancelled. Make a new one."), code="cancelled")


def _check_changer(appointment: Appointment, by: User) -> None:
    _check_live(appointment)
    if not may_change(appointment, is_shop=works_at(by, appointment.provider_id), user_id=by.pk):
        raise DomainError(_("Only the two sides of an appointment can change it."), code="not_allowed")
