"""The figures of a shop's reports, for any period of its own calendar days.

Each figure counts what a list shows: `Figure.query` are that list's filters.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.enums import MemberRole
from accounts.models import Provider, User
from accounts.queries import memberships_of
from marketplace.common.calendars import month_start, week_start
from orders.enums import DeskState, OrderStatus, SalesChannel, Symbol
from orders.models.order import FOUND_BY_AGENT_SQL

TOP_SERVICES = 50

# One pass over the period's orders answers every breakdown but the services'.
_ORDERS = f"""
WITH counted AS (
    SELECT (placed_at AT TIME ZONE %(zone)s)::date AS day, status, channel,
           CASE WHEN channel = 'web' THEN 0 ELSE created_by_id END AS agent,
           CASE WHEN desk_state <> 'open' THEN desk_state WHEN due_at < %(today)s THEN 'overdue'
                WHEN due_at < %(tomorrow)s THEN 'due' ELSE 'following' END AS symbol,
           count(*) AS orders, sum(total) AS total, sum(total) FILTER (WHERE paid_at IS NOT NULL) AS paid
    FROM orders_order
    WHERE provider_id = %(provider)s AND placed_at >= %(start)s AND placed_at < %(end)s
      AND (%(sees_all)s OR {FOUND_BY_AGENT_SQL})
    GROUP BY 1, 2, 3, 4, 5
)
SELECT grouping(day, status, channel, agent, symbol), day, status, channel, agent, symbol,
       coalesce(sum(orders), 0)::bigint, coalesce(sum(total) FILTER (WHERE status <> 'cancelled'), 0),
       coalesce(sum(paid), 0)
FROM counted GROUP BY GROUPING SETS ((day), (status), (channel), (agent), (symbol), ())
"""  # noqa: S608  (a condition of ours)
_DAY, _STATUS, _CHANNEL, _AGENT, _SYMBOL, _ALL = 0b01111, 0b10111, 0b11011, 0b11101, 0b11110, 0b11111

_SERVICES = f"""
SELECT line.service_id, min(line.title), sum(line.quantity), sum(line.quantity * line.unit_price)
FROM orders_order placed JOIN orders_orderline line ON line.order_id = placed.id
WHERE provider_id = %(provider)s AND placed_at >= %(start)s AND placed_at < %(end)s
  AND placed.status <> 'cancelled'
  AND (%(sees_all)s OR {FOUND_BY_AGENT_SQL})
GROUP BY line.service_id, CASE WHEN line.service_id IS NULL THEN line.title END
ORDER BY 4 DESC, 2 LIMIT %(top)s
"""  # noqa: S608  (a condition of ours)

# Hours from the lead's arrival to its first note.
_FIRST_CONTACT = f"""
WITH first AS (
    SELECT placed.placed_at AS since, min(note.created_at) AS at
    FROM orders_order placed JOIN followup_followup note ON note.order_id = placed.id
    WHERE placed.provider_id = %(provider)s AND placed_at >= %(start)s AND placed_at < %(end)s
      AND (%(sees_all)s OR {FOUND_BY_AGENT_SQL})
    GROUP BY placed.id
    UNION ALL
    SELECT asked.created_at, min(note.created_at)
    FROM followup_callbackrequest asked JOIN followup_followup note
         ON note.callback_id = asked.id AND note.callback_id IS NOT NULL
    WHERE asked.provider_id = %(provider)s AND asked.created_at >= %(start)s AND asked.created_at < %(end)s
    GROUP BY asked.id
)
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY at - since), avg(at - since) FROM first
"""  # noqa: S608  (a condition of ours)

_CALLBACKS = """
SELECT count(*), count(order_id) FROM followup_callbackrequest
WHERE provider_id = %(provider)s AND created_at >= %(start)s AND created_at < %(end)s
"""


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included, in the shop's own calendar days."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)


@dataclass(frozen=True, slots=True)
class Figure:
    """`key` names what is counted: a day, a state, a service id …; `query` opens the list of it."""

    key: Any
    orders: int
    money: Decimal
    paid: Decimal = Decimal(0)
    label: str = ""
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    total: Figure
    over_time: list[Figure]
    by_status: list[Figure]
    by_service: list[Figure]
    by_channel: list[Figure]
    by_agent: list[Figure]
    by_symbol: dict[str, int]  # of the period's orders: due, overdue (a part of due), following, none, ended
    contacted: int
    median_wait: timedelta | None
    average_wait: timedelta | None
    callbacks: int
    callbacks_ordered: int

    @property
    def overdue_share(self) -> float | None:
        """Of the leads with a date, how many wait since before today."""
        dated = self.by_symbol["due"] + self.by_symbol["following"]
        return self.by_symbol["overdue"] / dated if dated else None

    @property
    def conversion(self) -> float | None:
        """Of the orders placed, how many are completed."""
        done = sum(figure.orders for figure in self.by_status if figure.key == OrderStatus.COMPLETED)
        return done / self.total.orders if self.total.orders else None


def report(
    provider: Provider, period: Period, *, seen_by: User, unit: str, language: str, now: datetime
) -> Report:
    """`unit` is day, week or month, weeks and months of the reader's calendar. Money is in the shop's
    currency and leaves cancelled orders out. It is the orders' totals, after discounts and coupons, which the
    shop bears alike (orders.domain.coupons); by service it is the prices before either."""
    values = _values(provider, period, seen_by, now)
    groups: dict[int, list[Figure]] = {}
    for group, *keys, orders, money, paid in _rows(_ORDERS, values):
        key = next((key for key in keys if key is not None), None)
        groups.setdefault(group, []).append(Figure(key, orders, money, paid))
    contacted, median, average = _rows(_FIRST_CONTACT, values)[0]
    callbacks, ordered = _rows(_CALLBACKS, values)[0]
    symbols = {figure.key: figure.orders for figure in groups.get(_SYMBOL, [])}
    symbols["due"] = symbols.get("due", 0) + symbols.get("overdue", 0)
    return Report(
        total=groups.get(_ALL, [Figure(None, 0, Decimal(0))])[0],
        over_time=_buckets(groups.get(_DAY, []), period, unit, language),
        by_status=_in_order(groups.get(_STATUS, []), OrderStatus.values, OrderStatus, "status"),
        by_channel=_in_order(groups.get(_CHANNEL, []), SalesChannel.values, SalesChannel, "channel"),
        by_agent=_agents(groups.get(_AGENT, [])),
        by_service=[
            Figure(pk, int(count), money, label=title, query={"service": str(pk)} if pk else {})
            for pk, title, count, money in _rows(_SERVICES, values | {"top": TOP_SERVICES})
        ],
        by_symbol={
            name: symbols.get(name, 0)
            for name in (Symbol.DUE, "overdue", Symbol.FOLLOWING, DeskState.NONE, DeskState.ENDED)
        },
        contacted=contacted,
        median_wait=median,
        average_wait=average,
        callbacks=callbacks,
        callbacks_ordered=ordered,
    )


def _values(provider: Provider, period: Period, seen_by: User, now: datetime) -> dict[str, Any]:
    owner = memberships_of(seen_by).filter(provider=provider, role=MemberRole.OWNER)
    today = datetime.combine(now.astimezone(period.zone).date(), time.min, period.zone)
    return {
        "provider": provider.pk,
        "zone": period.zone.key,
        "start": period.start,
        "end": period.end,
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "sees_all": owner.exists(),
        "user": seen_by.pk,
    }


def _buckets(days: Iterable[Figure], period: Period, unit: str, language: str) -> list[Figure]:
    """Oldest first, none missing; the first and the last may be parts of a week or month."""
    start_of: Callable[[date], date] = {
        "week": lambda day: week_start(day, language),
        "month": lambda day: month_start(day, language),
    }.get(unit, lambda day: day)
    found: dict[date, Figure] = {}
    day = period.first
    while day <= period.last:
        found.setdefault(start_of(day), Figure(max(start_of(day), period.first), 0, Decimal(0)))
        day += timedelta(days=1)
    for figure in days:
        key = start_of(figure.key)
        sofar = found[key]
        found[key] = replace(
            sofar,
            orders=sofar.orders + figure.orders,
            money=sofar.money + figure.money,
            paid=sofar.paid + figure.paid,
        )
    starts = sorted(found)
    ends = [*starts[1:], period.last + timedelta(days=1)]
    return [
        replace(found[start], query=_between(found[start].key, end - timedelta(days=1)))
        for start, end in zip(starts, ends, strict=True)
    ]


def _between(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}


def _in_order(figures: Iterable[Figure], keys: list[str], labels: Any, name: str) -> list[Figure]:
    found = {figure.key: figure for figure in figures}
    return [
        replace(found[key], label=str(labels(key).label), query={name: key}) for key in keys if key in found
    ]


def _agents(figures: Iterable[Figure]) -> list[Figure]:
    """Who made the order, most money first; what came by the website has nobody (key 0, no label)."""
    found = {figure.key: figure for figure in figures}
    people = User.objects.in_bulk([pk for pk in found if pk])
    named = [
        replace(figure, label=people[pk].name, query={"agent": str(pk)})
        for pk, figure in found.items()
        if pk in people
    ]
    return sorted(named, key=lambda figure: -figure.money) + [
        replace(figure, query={"channel": SalesChannel.WEB}) for pk, figure in found.items() if not pk
    ]


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
