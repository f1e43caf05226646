"""Reading the prepared figures: any period, by day, activity and place, at the cost of a few hundred rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Sum

from loyalty.enums import Activity, Counted, Place
from loyalty.models import DailyFigure
from marketplace.common.calendars import month_start, week_start

FIELDS = ("entries", "members", "points_in", "points_out", "redemptions")
_SUMS = {name: Sum(name) for name in FIELDS}


@dataclass(slots=True)
class Sums:
    """`members` of several days are counted once for each day."""

    entries: int = 0
    members: int = 0
    points_in: int = 0
    points_out: int = 0
    redemptions: int = 0

    @property
    def net(self) -> int:
        return self.points_in - self.points_out

    def add(self, row: dict[str, Any]) -> None:
        for name in FIELDS:
            setattr(self, name, getattr(self, name) + row[name])


@dataclass(frozen=True, slots=True)
class Where:
    """Everywhere, or one place: a branch is a place, too."""

    place: str = ""
    branch: int | None = None

    @property
    def key(self) -> str:
        return f"branch-{self.branch}" if self.branch else self.place

    @classmethod
    def of(cls, key: str) -> "Where":
        """Of what `key` gives; what cannot be read is everywhere."""
        kind, _dash, number = key.partition("-")
        if kind == "branch" and number.isascii() and number.isdigit():
            return cls(Place.COUNTER, int(number))
        return cls(key if key in Place.values else "")


@dataclass(frozen=True, slots=True)
class Totals:
    """Of a period. Points move only by what is here: opening + given − taken_back − spent − expired =
    closing."""

    kinds: dict[str, Sums] = field(default_factory=dict)
    opening: int = 0

    def of(self, kind: str) -> Sums:
        return self.kinds.get(kind, Sums())

    @property
    def given(self) -> int:
        return sum(self.of(a).points_in for a in (Activity.EARNING, Activity.FRIENDS, Activity.ADJUSTING))

    @property
    def spent(self) -> int:
        return -self.of(Activity.REDEEMING).net

    @property
    def expired(self) -> int:
        return -self.of(Activity.EXPIRING).net

    @property
    def taken_back(self) -> int:
        """Deducted by the store, refunded, undone."""
        given_back = sum(
            self.of(a).points_out for a in (Activity.EARNING, Activity.FRIENDS, Activity.ADJUSTING)
        )
        return given_back - self.of(Activity.CORRECTING).net

    @property
    def redemptions(self) -> int:
        return self.of(Activity.REDEEMING).redemptions

    @property
    def joined(self) -> int:
        return self.of(Counted.JOINED).entries

    @property
    def invited(self) -> int:
        return self.of(Counted.INVITED).entries

    @property
    def rewarded(self) -> int:
        return self.of(Counted.REWARDED).entries

    @property
    def closing(self) -> int:
        return self.opening + self.given - self.taken_back - self.spent - self.expired


def totals(first: date, last: date) -> tuple[Totals, Totals]:
    """Of the period, and of the one of the same length before it; both days included. One query."""
    length = last - first + timedelta(days=1)
    before = first - length
    rows: Any = (  # a stub forgets the sums
        _everywhere()
        .filter(day__lte=last)
        .annotate(is_now=_flag(day__gte=first), is_before=_flag(day__gte=before, day__lt=first))
        .values("kind", "is_now", "is_before")
        .annotate(**_SUMS)
    )
    periods = (Totals({}, 0), Totals({}, 0))
    openings = [0, 0]
    for row in rows:
        if row["is_now"] or row["is_before"]:
            periods[0 if row["is_now"] else 1].kinds.setdefault(row["kind"], Sums()).add(row)
        net = row["points_in"] - row["points_out"] if row["kind"] in Activity.values else 0
        openings[0] += 0 if row["is_now"] else net
        openings[1] += 0 if row["is_now"] or row["is_before"] else net
    return Totals(periods[0].kinds, openings[0]), Totals(periods[1].kinds, openings[1])


def outstanding() -> int:
    """All points that members have."""
    found = _everywhere().filter(kind="").aggregate(net=Sum(F("points_in") - F("points_out")))
    return int(found["net"] or 0)


def over_time(first: date, last: date, unit: str, language: str) -> list[tuple[date, Totals]]:
    """(first day, totals) by day, week or month of the reader's calendar, oldest first, none missing."""
    found: dict[date, Totals] = {day: Totals() for day in buckets(first, last, unit, language)}
    start = _start_of(unit, language)
    for row in _everywhere().filter(day__range=(first, last)).values("day", "kind", *FIELDS):
        bucket = found[max(start(row["day"]), first)]
        bucket.kinds.setdefault(row["kind"], Sums()).add(row)
    return list(found.items())


def by_time(
    first: date, last: date, unit: str, language: str, *, activity: str, where: Where
) -> list[tuple[date, Sums]]:
    """The same for one activity, or "" for all, at one place or everywhere."""
    found = {day: Sums() for day in buckets(first, last, unit, language)}
    start = _start_of(unit, language)
    rows = _at(where).filter(kind=activity, day__range=(first, last))
    for row in rows.values("day", *FIELDS):
        found[max(start(row["day"]), first)].add(row)
    return list(found.items())


def by_activity(first: date, last: date, *, activity: str, where: Where) -> list[tuple[Activity, Sums]]:
    kinds = [activity] if activity else Activity.values
    rows = _at(where).filter(kind__in=kinds, day__range=(first, last)).order_by()
    found: dict[str, Any] = {row["kind"]: row for row in rows.values("kind").annotate(**_SUMS)}
    return [(Activity(kind), _sums(found[kind])) for kind in Activity.values if kind in found]


def by_place(first: date, last: date, *, activity: str, where: Where) -> list[tuple[str, str | None, Sums]]:
    """(place, name of the branch, sums), where most happened first."""
    rows = DailyFigure.objects.filter(kind=activity, day__range=(first, last)).exclude(place="")
    if where.place:
        rows = rows.filter(place=where.place, branch=where.branch)
    grouped: Any = rows.order_by().values("place", "branch__name", "branch").annotate(**_SUMS)
    found = [(row["place"], row["branch__name"], _sums(row)) for row in grouped]
    return sorted(found, key=lambda one: -one[2].entries)


def finest(first: date, last: date, *, activity: str, where: Where) -> Iterator[DailyFigure]:
    """Every day, activity and place by itself, for an export."""
    rows = DailyFigure.objects.filter(day__range=(first, last), kind__in=Activity.values).exclude(place="")
    if activity:
        rows = rows.filter(kind=activity)
    if where.place:
        rows = rows.filter(place=where.place, branch=where.branch)
    rows = rows.select_related("branch").order_by("day", "kind", "place", "branch__name")
    return rows.iterator(chunk_size=2000)


def buckets(first: date, last: date, unit: str, language: str) -> Iterable[date]:
    """The first day of each; the first and the last may be parts of a week or month."""
    start = _start_of(unit, language)
    days = (first + timedelta(days=on) for on in range((last - first).days + 1))
    return dict.fromkeys(max(start(day), first) for day in days)


def _start_of(unit: str, language: str) -> Callable[[date], date]:
    if unit == "week":
        return lambda day: week_start(day, language)
    if unit == "month":
        return lambda day: month_start(day, language)
    return lambda day: day


def _everywhere() -> QuerySet[DailyFigure]:
    return DailyFigure.objects.filter(place="").order_by()


def _at(where: Where) -> QuerySet[DailyFigure]:
    return DailyFigure.objects.filter(place=where.place, branch=where.branch)


def _sums(row: dict[str, Any]) -> Sums:
    return Sums(**{name: row[name] for name in FIELDS})


def _flag(**conditions: Any) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(Q(**conditions), output_field=BooleanField())
