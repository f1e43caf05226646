"""Counting ahead what the Home pages show: sums by day, and what concerns all members at once.

Days are counted from the ledger in one statement for several days in a row. A run counts today and yesterday
anew, the days since the last run, and every day of which the ledger got an entry since: doing it twice does
the same as once.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from loyalty.domain.expiring_ahead import count_expiring
from loyalty.domain.insight import count_groups, count_months
from loyalty.domain.programme import store_day, store_midnight, store_zone
from loyalty.enums import Activity, Counted, EntryKind
from loyalty.models import Member, PreparedFigures
from marketplace.common.background import enqueue_on_commit

# Up to so many members everything is counted while somebody waits for it.
SMALL = 20_000
# Days that lie nearer to each other than this are counted in one go.
_GAP = timedelta(days=31)

ACTIVITY = {
    EntryKind.PURCHASE: Activity.EARNING,
    EntryKind.BONUS: Activity.EARNING,
    EntryKind.REFERRAL: Activity.FRIENDS,
    EntryKind.ADJUSTMENT: Activity.ADJUSTING,
    EntryKind.IMPORTED: Activity.ADJUSTING,
    EntryKind.REDEMPTION: Activity.REDEEMING,
    EntryKind.RETURNED: Activity.REDEEMING,
    EntryKind.EXPIRY: Activity.EXPIRING,
    EntryKind.REFUND: Activity.CORRECTING,
    EntryKind.OWED: Activity.CORRECTING,
    EntryKind.MERGE: Activity.CORRECTING,
    EntryKind.UNDO: Activity.CORRECTING,
}

# A redemption has its entry in the ledger, with the member as of then, unless it was free.
_DAYS = """
WITH rows AS (
    SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, %(activities)s::jsonb ->> kind AS kind,
           branch_id, place, member_id, points, 1 AS entry, 0 AS redeemed
    FROM loyalty_ledgerentry WHERE created_at >= %(start)s AND created_at < %(end)s
    UNION ALL
    SELECT (created_at AT TIME ZONE %(zone)s)::date, 'redeeming', branch_id, place,
           CASE WHEN points = 0 AND place_in_package = 0 THEN member_id END, 0, 0, 1
    FROM loyalty_redemption WHERE created_at >= %(start)s AND created_at < %(end)s
    UNION ALL
    SELECT (cancelled_at AT TIME ZONE %(zone)s)::date, 'redeeming', branch_id, place,
           CASE WHEN points = 0 AND place_in_package = 0 THEN member_id END, 0, 0, -1
    FROM loyalty_redemption WHERE cancelled_at >= %(start)s AND cancelled_at < %(end)s
), placed AS (
    SELECT day, kind, branch_id, CASE WHEN branch_id IS NULL THEN place ELSE 'counter' END AS place,
           member_id, points, entry, redeemed
    FROM rows
)
INSERT INTO loyalty_dailyfigure
    (day, kind, branch_id, place, entries, members, points_in, points_out, redemptions)
SELECT day, coalesce(kind, ''), branch_id, coalesce(place, ''), sum(entry), count(DISTINCT member_id),
       coalesce(sum(points) FILTER (WHERE points > 0), 0),
       coalesce(-sum(points) FILTER (WHERE points < 0), 0), sum(redeemed)
FROM placed
GROUP BY GROUPING SETS ((day, kind, branch_id, place), (day, branch_id, place), (day, kind), (day))
"""

# Not of the ledger, so an older day can change: they are few and cheap, and counted anew each time.
_COUNTED = """
INSERT INTO loyalty_dailyfigure
    (day, kind, place, entries, members, points_in, points_out, redemptions)
SELECT day, kind, '', count(*), count(*), 0, 0, 0 FROM (
    SELECT (joined_at AT TIME ZONE %(zone)s)::date AS day, 'joined' AS kind FROM loyalty_member
    WHERE merged_into_id IS NULL AND erased_at IS NULL
    UNION ALL
    SELECT (created_at AT TIME ZONE %(zone)s)::date, 'invited' FROM loyalty_referral
    UNION ALL
    SELECT (rewarded_at AT TIME ZONE %(zone)s)::date, 'rewarded' FROM loyalty_referral
    WHERE rewarded_at IS NOT NULL
) counted GROUP BY day, kind
"""

_TOUCHED = """
SELECT (created_at AT TIME ZONE %(zone)s)::date FROM loyalty_ledgerentry WHERE id > %(entry)s
UNION SELECT (created_at AT TIME ZONE %(zone)s)::date FROM loyalty_redemption WHERE id > %(redemption)s
"""

_LEVELS = """
SELECT level_id, count(*) FROM loyalty_member
WHERE merged_into_id IS NULL AND erased_at IS NULL GROUP BY level_id
"""


def prepared_figures() -> PreparedFigures:
    """As they were prepared; made at once where there are none yet."""
    found = PreparedFigures.objects.filter(pk=1).first()
    if found is None:
        refresh_figures()
        found = PreparedFigures.objects.get(pk=1)
    return found


def members_by_level() -> tuple[dict[str, int], datetime | None]:
    """Level's key, "" for none → members; and as of when, None for now: counted anew while they are few."""
    if not Member.objects.order_by("pk")[SMALL:].exists():
        return _by_level(), None
    prepared = prepared_figures()
    return prepared.by_level, prepared.as_of


def refresh_figures() -> bool:
    """Prepares everything anew, at once; with very many members a worker does what takes long, and it is
    False."""
    now, found = timezone.now(), PreparedFigures.objects.filter(pk=1).first()
    if found is not None and found.members > SMALL:
        enqueue_on_commit("loyalty.count_figures")
        return False
    found = count_figures(now=now)
    if found.members > SMALL:
        enqueue_on_commit("loyalty.count_figures")
        return False
    count_months(found)
    count_expiring(now=now)
    return True


def count_figures(*, now: datetime) -> PreparedFigures:
    """The sums by day, and members by level and by group."""
    with transaction.atomic():
        prepared = _locked(now)
        last = _rows("SELECT max(id) FROM loyalty_ledgerentry", {})[0][0] or 0
        last_redemption = _rows("SELECT max(id) FROM loyalty_redemption", {})[0][0] or 0
        for first, until in _runs(_days(prepared, now)):
            _count_days(first, until)
        _count_beside()
        prepared.last_entry, prepared.last_redemption, prepared.as_of = last, last_redemption, now
        prepared.by_level = _by_level()
        prepared.members = sum(prepared.by_level.values())
        count_groups(prepared, now=now)
        prepared.save()
    return prepared


def _by_level() -> dict[str, int]:
    return {str(level or ""): count for level, count in _rows(_LEVELS, {})}


def _locked(now: datetime) -> PreparedFigures:
    """As if nothing was counted, when the store has moved to another zone: all its days are others then."""
    zone = store_zone().key
    PreparedFigures.objects.get_or_create(pk=1, defaults={"as_of": now, "zone": ""})
    prepared = PreparedFigures.objects.select_for_update().get(pk=1)
    if prepared.zone != zone:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM loyalty_dailyfigure")
        prepared.zone, prepared.last_entry, prepared.last_redemption = zone, 0, 0
        prepared.as_of, prepared.rule, prepared.months = now, [], {}
    return prepared


def _days(prepared: PreparedFigures, now: datetime) -> set[date]:
    today = store_day(now)
    day = min(store_day(prepared.as_of), today) - timedelta(days=1)
    days = {day + timedelta(days=on) for on in range((today - day).days + 1)}
    values = {"zone": prepared.zone, "entry": prepared.last_entry, "redemption": prepared.last_redemption}
    return days | {day for (day,) in _rows(_TOUCHED, values)}


def _runs(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """(first, last), of days in a row or nearly so."""
    first: date | None = None
    last = date.min
    for day in sorted(days):
        if first is None:
            first = day
        elif day - last > _GAP:
            yield first, last
            first = day
        last = day
    if first is not None:
        yield first, last


def _count_days(first: date, last: date) -> None:
    values: dict[str, Any] = {
        "zone": store_zone().key,
        "activities": _activities(),
        "start": store_midnight(first),
        "end": store_midnight(last + timedelta(days=1)),
        "first": first,
        "last": last,
        "beside": Counted.values,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM loyalty_dailyfigure"
            " WHERE day BETWEEN %(first)s AND %(last)s AND NOT kind = ANY(%(beside)s)",
            values,
        )
        cursor.execute(_DAYS, values)


def _count_beside() -> None:
    values: dict[str, Any] = {"zone": store_zone().key, "beside": Counted.values}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM loyalty_dailyfigure WHERE kind = ANY(%(beside)s)", values)
        cursor.execute(_COUNTED, values)


def _activities() -> str:
    pairs = (f'"{kind.value}": "{activity.value}"' for kind, activity in ACTIVITY.items())
    return "{" + ", ".join(pairs) + "}"


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
