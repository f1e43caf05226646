"""The liability by month: how many points end with this month and the next ones, and how many later or never;
of everybody, out of every member's lots."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from loyalty.domain.lots import lots_of
from loyalty.domain.programme import store_day
from loyalty.models import LedgerEntry, Member, PreparedFigures
from loyalty.queries.figures import outstanding

MONTHS = 25  # points are good for 24 months at most, and to the end of the last one
LATER = ""  # or never
CHUNK = 20_000  # members, a few seconds


@dataclass(slots=True)
class _Row:
    """What a lot is worked out from; a LedgerEntry takes ten times as long to make."""

    member_id: int
    pk: int
    kind: str
    points: int
    created_at: datetime
    available_at: datetime | None
    expires_on: date | None
    reverses_id: int | None


def count_expiring(*, now: datetime) -> None:
    """Of everybody, at once."""
    sums, after_pk = [0] * MONTHS, 0
    while True:
        sums, last = expiring_of_some(sums, after_pk, today=store_day(now))
        if last is None:
            keep_expiring(sums, now=now)
            return
        after_pk = last


def expiring_of_some(sums: list[int], after_pk: int, *, today: date) -> tuple[list[int], int | None]:
    """`sums`, by month, with those of the next CHUNK members; and the key to go on after, None at the end."""
    ends = month_ends(today)
    expiring = LedgerEntry.objects.filter(points__gt=0, expires_on__range=(today, ends[-1]))
    if not expiring.exists():
        return sums, None
    members = Member.objects.filter(pk__gt=after_pk, balance__gt=0).order_by("pk")
    keys = list(members.values_list("pk", flat=True)[:CHUNK])
    sums = list(sums)
    for rows in _ledgers(keys):
        if any(row.expires_on and today <= row.expires_on <= ends[-1] for row in rows):
            for lot in lots_of(rows):
                if lot.expires_on and today <= lot.expires_on <= ends[-1]:
                    sums[next(at for at, end in enumerate(ends) if lot.expires_on <= end)] += lot.left
    return sums, keys[-1] if len(keys) == CHUNK else None


def keep_expiring(sums: list[int], *, now: datetime) -> None:
    months = {end.isoformat(): points for end, points in zip(month_ends(store_day(now)), sums, strict=True)}
    months[LATER] = max(outstanding() - sum(sums), 0)
    PreparedFigures.objects.filter(pk=1).update(expiring=months, expiring_as_of=now)


def month_ends(day: date) -> list[date]:
    """The last days of the month of `day` and the next ones."""
    ends = [_end(day)]
    while len(ends) < MONTHS:
        ends.append(_end(ends[-1] + timedelta(days=1)))
    return ends


def _end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _ledgers(keys: list[int]) -> Iterator[list[_Row]]:
    """Of each of these members, oldest entry first."""
    if not keys:
        return
    entries = LedgerEntry.objects.filter(
        member__gte=keys[0], member__lte=keys[-1], member__balance__gt=0
    ).order_by("member_id", "pk")
    columns = entries.values_list(*(field.name for field in fields(_Row)))
    rows = (_Row(*row) for row in columns.iterator(chunk_size=5000))
    for _key, group in groupby(rows, key=attrgetter("member_id")):
        yield list(group)
