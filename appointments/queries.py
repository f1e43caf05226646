"""Reads about appointments: free times, and the rows of the schedule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import User
from accounts.queries import memberships_of
from appointments.enums import AppointmentStatus, Phase
from appointments.models import CLOSES_AFTER, OPENS_BEFORE, Appointment, AppointmentQuerySet, Call
from appointments.permissions import may_answer, may_call, may_change
from marketplace.common.calendars import base_language, zone_label
from messaging.models import Thread

STEP = timedelta(minutes=30)
PAGE = 30


def next_free_times(
    provider_id: int,
    customer_id: int,
    *,
    after: datetime,
    length: timedelta,
    count: int = 3,
    apart_from: int | None = None,
) -> list[datetime]:
    """The first `count` starts on the half hour, at or after `after`, at which both sides are free.

    `apart_from` is the appointment that is to be moved. A help for the reader, not a promise: only the
    exclusion constraint decides.
    """
    horizon = after + timedelta(days=14)
    busy = list(
        Appointment.objects.live()
        .of_either(provider_id, customer_id)
        .filter(period__overlap=(after, horizon))
        .exclude(pk__in=[] if apart_from is None else [apart_from])
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


def named_zone(zone: str, at: datetime) -> str:
    """ "Asia/Tehran (UTC+3:30)" in the reader's digits."""
    return zone_label(ZoneInfo(zone), at, base_language(get_language()))


def other_clock(mine: str, theirs: str, at: datetime) -> str:
    """`theirs` where its clock shows another time than `mine` at that moment, else ""."""
    theirs = theirs or settings.TIME_ZONE
    same = at.astimezone(ZoneInfo(theirs)).utcoffset() == at.astimezone(ZoneInfo(mine)).utcoffset()
    return "" if same else theirs


@dataclass(frozen=True)
class Row:
    """One appointment as one reader sees it at one moment."""

    appointment: Appointment
    phase: Phase
    reader: User
    is_shop: bool
    calls: list[Call]

    @property
    def other_name(self) -> str:
        return self.appointment.customer.name if self.is_shop else self.appointment.provider.name

    @property
    def other_id(self) -> int:
        """Gives the other side the same colour wherever its avatar stands."""
        return self.appointment.customer_id if self.is_shop else self.appointment.provider_id

    @property
    def zone(self) -> str:
        return self.reader.time_zone or settings.TIME_ZONE

    @property
    def zone_label(self) -> str:
        """The reader's zone at the start, as every printed time names it."""
        return named_zone(self.zone, self.appointment.start)

    @property
    def other_zone(self) -> str:
        """The other side's time zone where its clock differs from the reader's at the start, else ""."""
        appointment = self.appointment
        theirs = appointment.customer.time_zone if self.is_shop else appointment.provider.time_zone
        return other_clock(self.zone, theirs, appointment.start)

    @property
    def other_zone_label(self) -> str:
        return named_zone(self.other_zone, self.appointment.start) if self.other_zone else ""

    @property
    def is_caller(self) -> bool:
        return may_call(self.appointment, user_id=self.reader.pk)

    @property
    def may_enter(self) -> bool:
        return self.phase == Phase.ENTERABLE and self.is_caller

    @property
    def may_answer(self) -> bool:
        return self.is_open and may_answer(self.appointment, is_shop=self.is_shop, user_id=self.reader.pk)

    @property
    def may_change(self) -> bool:
        return self.is_open and may_change(self.appointment, is_shop=self.is_shop, user_id=self.reader.pk)

    @property
    def is_open(self) -> bool:
        return self.phase in (Phase.UPCOMING, Phase.ENTERABLE)

    @property
    def proposal_is_mine(self) -> bool:
        """The reader's own side asked for another time and waits for the answer."""
        proposed_by_shop = self.appointment.proposed_by_id != self.appointment.customer_id
        return self.appointment.proposed_start is not None and proposed_by_shop == self.is_shop

    @property
    def outcome(self) -> Call | None:
        """The newest call that ended."""
        return self.calls[0] if self.calls else None


def for_rows(appointments: AppointmentQuerySet) -> AppointmentQuerySet:
    """With everyone that a Row names."""
    return appointments.select_related("provider", "customer", "host", "thread")


def rows_for(user: User, appointments: Iterable[Appointment], *, now: datetime) -> list[Row]:
    """`appointments` come from `for_rows`; two queries more, for any number of them."""
    appointments = list(appointments)
    ended = Call.objects.exclude(outcome="").select_related("waited").order_by("-ended_at")
    prefetch_related_objects(appointments, Prefetch("calls", queryset=ended))
    shops = {membership.provider_id for membership in memberships_of(user)}
    return [
        Row(
            appointment=appointment,
            phase=appointment.phase(now),
            reader=user,
            is_shop=appointment.provider_id in shops,
            calls=list(appointment.calls.all()),
        )
        for appointment in appointments
    ]


@dataclass(frozen=True)
class Group:
    """The rows of one phase, and the cursor of its next page or ""."""

    phase: Phase
    rows: list[Row]
    after: str


def has_date(thread: Thread) -> bool:
    """Whether the two of this conversation have a live appointment that is not over."""
    live = thread.appointments.live()
    return live.filter(period__endswith__gt=timezone.now()).exists()


def schedule_of(
    user: User, *, now: datetime, only: Phase | None = None, after: str = "", limit: int = PAGE
) -> list[Group]:
    """All of the person's appointments by phase, the nearest in time first; groups may be empty.

    `only` with `after` (a Group's cursor; nonsense counts as the start) turns the pages of one phase.
    """
    found: list[tuple[Phase, list[Appointment], str]] = []
    for phase in (Phase.ENTERABLE, Phase.UPCOMING, Phase.PAST, Phase.CANCELLED):
        if only in (None, phase):
            mine = for_rows(Appointment.objects.visible_to(user))
            found.append((phase, *_page(_in_phase(mine, phase, now), phase, after, limit)))
    rows = rows_for(user, [a for _, page, _ in found for a in page], now=now)
    return [
        Group(phase, [row for row in rows if row.phase == phase], cursor) for phase, _page_of, cursor in found
    ]


def _in_phase(appointments: AppointmentQuerySet, phase: Phase, now: datetime) -> AppointmentQuerySet:
    """The same sorting as `Appointment.phase`, in SQL."""
    live = appointments.live()
    if phase == Phase.ENTERABLE:
        return live.filter(
            period__startswith__lte=now + OPENS_BEFORE, period__endswith__gt=now - CLOSES_AFTER
        )
    if phase == Phase.UPCOMING:
        return live.filter(period__startswith__gt=now + OPENS_BEFORE)
    if phase == Phase.PAST:
        return live.filter(period__endswith__lte=now - CLOSES_AFTER)
    return appointments.filter(status=AppointmentStatus.CANCELLED)


def _page(
    appointments: AppointmentQuerySet, phase: Phase, after: str, limit: int
) -> tuple[list[Appointment], str]:
    newest_first = phase in (Phase.PAST, Phase.CANCELLED)
    cursor = _read_cursor(after)
    if cursor:
        at, pk = cursor
        way = "lt" if newest_first else "gt"
        appointments = appointments.filter(
            Q(**{f"period__startswith__{way}": at}) | Q(period__startswith=at, **{f"pk__{way}": pk})
        )
    order = ("-period__startswith", "-pk") if newest_first else ("period__startswith", "pk")
    page = list(appointments.order_by(*order)[: limit + 1])
    if len(page) <= limit:
        return page, ""
    last = page[limit - 1]
    return page[:limit], f"{last.start.isoformat()}|{last.pk}"


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.partition("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, int(pk)) if pk.isdecimal() and timezone.is_aware(moment) else None


def week_of(user: User, *, first_day: date, now: datetime) -> list[tuple[date, list[Row]]]:
    """Seven days in the active time zone from `first_day`, each with the appointments that touch it."""
    zone = timezone.get_current_timezone()
    days = [first_day + timedelta(days=n) for n in range(8)]
    edges = [datetime.combine(day, time(), zone) for day in days]
    appointments = (
        for_rows(Appointment.objects.visible_to(user))
        .filter(period__overlap=(edges[0], edges[7]))
        .order_by("period__startswith", "pk")
    )
    rows = rows_for(user, appointments, now=now)
    return [
        (
            days[n],
            [r for r in rows if r.appointment.start < edges[n + 1] and r.appointment.end > edges[n]],
        )
        for n in range(7)
    ]
