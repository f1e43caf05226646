"""The dispatch board: columns of open deliveries, each cut short along an index of its own, so that
a page costs the same with a hundred thousand deliveries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from accounts.enums import MemberRole
from accounts.models import Provider, User
from delivery.enums import DeliveryState, Outcome
from delivery.models import Courier, Delivery, DeliveryEvent
from delivery.queries.couriers import COUNT_LIMIT, Parts, with_tasks, without_tasks
from marketplace.common.counting import counted

COLUMN_SIZE = 20
CARDS = 160  # of all couriers' columns together: few couriers have longer ones
SHORTEST, LONGEST = 8, 30
MORE_SIZE = 200  # of the one column that somebody asked for
COLUMNS = 20
CONFLICTS = 20
_SHOWN = (
    "courier_id",
    "state",
    "due_at",
    "closed_at",
    "collected",
    "assignment_number",
    "order__number",
    "order__status",
    "order__customer_name",
    "order__delivery_address",
    "order__preferred_at",
    "order__paid_at",
    "order__total",
    "order__received",
    "order__currency",
    "order__customer__display_name",
    "order__customer__username",
    "courier__user__display_name",
    "courier__user__username",
)

ON_THE_ROAD = (
    DeliveryState.ASSIGNED,
    DeliveryState.PICKED_UP,
    DeliveryState.ON_THE_WAY,
    DeliveryState.FAILED,
)


@dataclass(slots=True)
class Column:
    """`count` stops at COUNT_LIMIT; `deliveries` is its beginning, late ones first."""

    key: str
    courier: Courier | None = None
    state: DeliveryState | None = None
    count: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    groups: list[Any] = field(default_factory=list)  # its cards, as the page shows them

    @property
    def is_cut(self) -> bool:
        return self.more > 0

    @property
    def more(self) -> int:
        return self.count - len(self.deliveries)


@dataclass(frozen=True, slots=True)
class Day:
    """The shop's calendar day around `now`."""

    start: datetime
    end: datetime


def day_of(provider: Provider) -> Day:
    zone = ZoneInfo(provider.time_zone)
    today = timezone.now().astimezone(zone).date()
    return Day(
        datetime.combine(today, time.min, zone), datetime.combine(today + timedelta(days=1), time.min, zone)
    )


def courier_columns(
    provider: Provider, parts: Parts, *, after: int | None = None, only: int | None = None
) -> tuple[list[Column], int | None]:
    """A column for each courier with open tasks, and the `after` of the next page of couriers; with `only`
    that one courier's, longer."""
    couriers = with_tasks(provider, parts)
    if only is not None:
        couriers = couriers.filter(pk=only)
    if after is not None:
        couriers = couriers.filter(pk__gt=after)
    found = list(couriers[: COLUMNS + 1])
    columns = [Column(key=f"courier-{one.pk}", courier=one) for one in found[:COLUMNS]]
    _fill(columns, parts, MORE_SIZE if only is not None else _size(columns))
    return columns, found[COLUMNS - 1].pk if len(found) > COLUMNS else None


def state_columns(parts: Parts, *, only: str = "") -> list[Column]:
    """The same by what the courier reported last."""
    states = [state for state in ON_THE_ROAD if not only or state == only]
    columns = [Column(key=str(state), state=state) for state in states]
    _fill(columns, parts, MORE_SIZE if only else _size(columns))
    return columns


def waiting_column(parts: Parts, *, limit: int = COLUMN_SIZE) -> Column:
    """What was taken back from a courier and given to nobody else."""
    column = Column(key="waiting", state=DeliveryState.WAITING)
    _fill([column], parts, limit)
    return column


def idle_couriers(provider: Provider, parts: Parts) -> list[Courier]:
    """Who could take something at once."""
    return list(without_tasks(provider, parts)[:COLUMNS])


def over_today(parts: Parts, day: Day, *, limit: int = COLUMN_SIZE) -> list[Delivery]:
    """Delivered and brought back since the day began, the newest first; more than `limit` if there are."""
    arms = [
        part.filter(closed_at__gte=day.start).order_by("-closed_at", "-pk")[: limit + 1] for part in parts
    ]
    return sorted(_rows(arms), key=lambda row: (row.closed_at or day.start, row.pk), reverse=True)


def conflicts(provider: Provider, user: User, role: str) -> list[DeliveryEvent]:
    """Reports of who no longer had the task, which nobody has decided about, the oldest first."""
    whose = Q() if role == MemberRole.OWNER else Q(delivery__only_for=None) | Q(delivery__only_for=user)
    events = DeliveryEvent.objects.filter(
        whose, outcome=Outcome.CONFLICT, decided_by=None, delivery__provider=provider
    )
    related = events.select_related("delivery__order", "delivery__courier__user", "assignment__courier__user")
    return list(related.order_by("pk")[:CONFLICTS])


def _size(columns: Sequence[Column]) -> int:
    return max(SHORTEST, min(LONGEST, CARDS // max(1, len(columns))))


def _fill(columns: Sequence[Column], parts: Parts, limit: int) -> None:
    by_key = {column.key: column for column in columns}
    arms = [
        (column.key, _of_column(part, column).order_by("due_at", "assignment_number"))
        for column in columns
        for part in parts
    ]
    counts = counted(arms, max(COUNT_LIMIT, limit + 1))
    for row in sorted(_rows(arm[:limit] for _key, arm in arms), key=_late_first):
        keys = (f"courier-{row.courier_id}", str(row.state))
        column = next(by_key[key] for key in keys if key in by_key)
        if len(column.deliveries) < limit:
            column.deliveries.append(row)
    for column in columns:
        column.count = counts.get(column.key, 0)


def _of_column(part: QuerySet[Delivery], column: Column) -> QuerySet[Delivery]:
    open_ones = part.filter(closed_at=None)
    if column.courier is not None:
        return open_ones.filter(courier=column.courier)
    return open_ones.filter(state=column.state)


def _late_first(row: Delivery) -> tuple[datetime, int]:
    return row.due_at, row.assignment_number


def _rows(arms: Iterable[QuerySet[Delivery]]) -> list[Delivery]:
    """The deliveries of all arms with what a card shows: one statement finds them, one reads them."""
    found = _keys(arms)
    related = Delivery.objects.filter(pk__in=found).select_related("order__customer", "courier__user")
    return list(related.only(*_SHOWN))  # of all three tables a few columns of many


def _keys(arms: Iterable[QuerySet[Model]]) -> list[int]:
    keys = [arm.values_list("pk", flat=True) for arm in arms]
    if not keys:
        return []
    return list(keys[0].union(*keys[1:], all=True) if len(keys) > 1 else keys[0])
