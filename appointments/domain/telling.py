"""Mail about appointments, with the calendar file, and the reminders."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from appointments.calendar_file import calendar_file
from appointments.models import Appointment
from marketplace.notify.domain import notify

REMINDERS = {"24h": timedelta(hours=24), "10m": timedelta(minutes=10)}


def tell_both_sides(appointment: Appointment, kind: str, *, cause: str = "") -> None:
    """Mails host and customer; each reads the time in their own zone and calendar."""
    for person in (appointment.host, appointment.customer):
        _tell(appointment, person, kind, f"{kind}:{cause}" if cause else kind)


def send_reminders(now: datetime | None = None) -> int:
    """Writes the reminders that are due, computed from the appointments as they stand now.

    A reminder whose moment had passed when the time was agreed is left out. The key holds the
    version, so a moved appointment reminds again and a repeated run writes nothing.
    """
    now = now or timezone.now()
    written = 0
    for name, before in REMINDERS.items():
        due = (
            Appointment.objects.live()
            .filter(period__startswith__gt=now, period__startswith__lte=now + before)
            .select_related("host", "customer", "provider", "thread")
        )
        for appointment in due:
            if appointment.booked_at > appointment.start - before:
                continue
            for person in (appointment.host, appointment.customer):
                _tell(appointment, person, "appointment_reminder", f"reminder:{name}")
                written += 1
    return written


def _tell(appointment: Appointment, person: User, kind: str, cause: str) -> None:
    other = appointment.customer if person == appointment.host else appointment.host
    notify(
        person,
        kind,
        f"appointment:{appointment.pk}:v{appointment.version}:{cause}:{person.pk}",
        attachment=(
            "appointment.ics",
            "text/calendar",
            calendar_file([appointment], reader=person),
        ),
        topic=appointment.topic,
        start=appointment.start,
        end=appointment.end,
        proposed_start=appointment.proposed_start,
        other=other.name,
        shop=appointment.provider.name,
        path=appointment.get_absolute_url(),
    )
