"""Reads about appointments."""

from datetime import datetime, timedelta

from django.db.models import Q

from appointments.models import Appointment

STEP = timedelta(minutes=30)


def next_free_times(
    provider_id: int,
    customer_id: int,
    *,
    after: datetime,
    length: timedelta,
    count: int = 3,
) -> list[datetime]:
    """The first `count` starts on the half hour, at or after `after`, at which both sides are free.

    A help for the reader, not a promise: only the exclusion constraint decides.
    """
    horizon = after + timedelta(days=14)
    busy = list(
        Appointment.objects.live()
        .filter(
            Q(provider=provider_id) | Q(customer=customer_id),
            period__overlap=(after, horizon),
        )
        .values_list("period", flat=True)
    )
    start = _next_half_hour(after)
    free: list[datetime] = []
    while start < horizon and len(free) < count:
        clash = next((p for p in busy if p.lower < start + length and p.upper > start), None)
        if clash is None:
            free.append(start)
            start += STEP
        else:
            start = _next_half_hour(clash.upper)
    return free


def _next_half_hour(at: datetime) -> datetime:
    floor = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
    return floor if floor == at else floor + STEP
