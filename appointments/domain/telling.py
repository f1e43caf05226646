"""Mail about appointments, with the calendar file, the reminders, who waits in the call, and cards that
follow the clock."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import User
from appointments.calendar_file import calendar_file
from appointments.models import CLOSES_AFTER, OPENS_BEFORE, Appointment, Call
from marketplace.common.realtime import broadcast_on_commit
from marketplace.notify.domain import notify
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import Notification
from messaging.domain import card_changed

# How long before the start, and how much before the start it is too late to send it: after an outage
# nobody wants the day's reminder and the last one at once.
REMINDERS = {
    "24h": (timedelta(hours=24), timedelta(hours=1)),
    "10m": (timedelta(minutes=10), timedelta(0)),
}
# The scheduler comes round each minute; a little more, so that a late round misses nothing.
ROUND = timedelta(seconds=90)


def tell_both_sides(appointment: Appointment, kind: str, *, by: User, cause: str = "") -> None:
    """Mails host and customer; each reads the time in their own zone and calendar."""
    for person in (appointment.host, appointment.customer):
        _tell(appointment, person, kind, f"{kind}:{cause}" if cause else kind, by=by)


def send_reminders(now: datetime | None = None) -> int:
    """Writes the reminders that are due, computed from the appointments as they stand now.

    A reminder whose moment had passed when the time was agreed is left out. The key holds the
    version, so a moved appointment reminds again and a repeated run writes nothing. Returns how many
    it asked for.
    """
    now = now or timezone.now()
    asked = 0
    for name, (before, too_late) in REMINDERS.items():
        due = (
            Appointment.objects.live()
            .filter(period__startswith__gt=now + too_late, period__startswith__lte=now + before)
            .select_related("host", "customer", "provider", "thread")
        )
        for appointment in due:
            if appointment.booked_at > appointment.start - before:
                continue
            for person in (appointment.host, appointment.customer):
                _tell(appointment, person, "appointment_reminder", f"reminder:{name}")
                asked += 1
    return asked


def withdraw_reminders(appointment: Appointment) -> None:
    """Takes back reminders of a former time that have not gone out yet."""
    Notification.objects.filter(
        kind="appointment_reminder",
        unique_key__startswith=f"appointment:{appointment.pk}:",
        status=NotificationStatus.PENDING,
    ).delete()


def tell_of_waiting(appointment: Appointment, call: Call, *, by: User) -> None:
    """Tells the other side that `by` is in the call: on open pages, by mail, and on their devices."""
    other = appointment.customer if by == appointment.host else appointment.host
    path = reverse("appointments:call", args=[appointment.pk])
    notify(
        other,
        "call_waiting",
        f"appointment:{appointment.pk}:call:{call.pk}:{other.pk}",
        topic=appointment.topic,
        other=by.name,
        closes_at=appointment.closes_at,
        path=path,
    )
    with translation.override(other.language or None):
        text = gettext("%(name)s is waiting for you in the VDO Call:") % {"name": by.name}
    event = {"type": "toast", "text": text, "about": appointment.topic, "url": path}
    broadcast_on_commit(f"user.{other.pk}", event)


def announce_phases(now: datetime | None = None) -> int:
    """Has the cards drawn again that became enterable or past within the last ROUND; returns how many."""
    now = now or timezone.now()
    live = Appointment.objects.live().select_related("thread")
    opened = live.filter(
        period__startswith__gt=now + OPENS_BEFORE - ROUND, period__startswith__lte=now + OPENS_BEFORE
    )
    closed = live.filter(
        period__endswith__gt=now - CLOSES_AFTER - ROUND, period__endswith__lte=now - CLOSES_AFTER
    )
    cards = [*opened, *closed]
    for appointment in cards:
        card_changed(appointment.thread, appointment.card_url)
    return len(cards)


def _tell(appointment: Appointment, person: User, kind: str, cause: str, *, by: User | None = None) -> None:
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
        by="" if by is None else by.name,
        by_me=by == person,
        other=other.name,
        shop=appointment.provider.name,
        path=appointment.get_absolute_url(),
        call_path=reverse("appointments:call", args=[appointment.pk]),
    )
