"""iCalendar text of appointments, for the mail and for the private feed."""

from collections.abc import Iterable
from datetime import UTC

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

from accounts.models import User
from appointments.models import Appointment


def calendar_file(appointments: Iterable[Appointment], *, reader: User) -> str:
    """RFC 5545 text; times in UTC, UID stable, SEQUENCE grows with every change of time."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.STORE_NAME}//appointments//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for appointment in appointments:
        event = Event()
        event.add("uid", f"appointment-{appointment.pk}@{settings.BASE_URL.split('//')[-1]}")
        event.add("dtstamp", timezone.now().astimezone(UTC))
        event.add("sequence", appointment.version)
        event.add("dtstart", appointment.start.astimezone(UTC))
        event.add("dtend", appointment.end.astimezone(UTC))
        event.add("summary", appointment.topic)
        event.add("url", settings.BASE_URL + appointment.get_absolute_url())
        event.add("status", "CONFIRMED" if appointment.is_live else "CANCELLED")
        other = (
            appointment.provider.name if reader.pk == appointment.customer_id else appointment.customer.name
        )
        event.add("description", other)
        calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text
