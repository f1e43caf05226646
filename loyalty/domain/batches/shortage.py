"""Members from whom rows would take more than can be spent. A row is carried out whole or not at all; the
rows of one member come in order, and one that is refused leaves the next its chance."""

from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection
from django.utils import timezone

from loyalty.enums import RowProblem
from loyalty.models import Batch

_MEMBERS_AT_ONCE = 10_000
# The lowest point that each member's sum would reach, against what can be spent.
_SHORT = """
WITH running AS (
    SELECT member_id, sum({points}) OVER (PARTITION BY member_id ORDER BY number {order}) AS points
    FROM loyalty_batchrow
    WHERE batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = %(status)s
      AND problem = ''
), lowest AS (
    SELECT member_id, min(points) AS points FROM running GROUP BY member_id HAVING min(points) < 0
), able AS (
    SELECT lowest.member_id, lowest.points, member.balance - coalesce((
        SELECT sum(entry.points) FROM loyalty_ledgerentry entry
        WHERE entry.member_id = member.id AND entry.available_at > %(now)s), 0) AS can
    FROM lowest JOIN loyalty_member member ON member.id = lowest.member_id
)
SELECT member_id, can FROM able WHERE can + points < 0 ORDER BY member_id LIMIT %(members)s
"""
_ROWS = """
SELECT member_id, id, {points} FROM loyalty_batchrow
WHERE batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = %(status)s
  AND problem = '' AND member_id = ANY(%(short)s)
ORDER BY member_id, number {order}
"""


def refuse(batch: Batch, low: int = 0, high: int = 2_000_000_000) -> int:
    """Of the rows that are ready, marks those as errors whose points are not there; how many."""
    refused = 0
    while found := _too_few(batch, low, high, "points", "", "ready"):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE loyalty_batchrow SET status = 'error', problem = %s WHERE id = ANY(%s)",
                [RowProblem.TOO_FEW_POINTS.value, found],
            )
        refused += len(found)
    return refused


def keep_what_is_spent(batch: Batch, low: int, high: int) -> int:
    """Of the rows to be undone, the last first, marks those whose points are gone: they stay as they are."""
    kept = 0
    while found := _too_few(batch, low, high, "-points", "DESC", "done"):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE loyalty_batchrow SET problem = %s WHERE id = ANY(%s)",
                [RowProblem.POINTS_SPENT.value, found],
            )
        kept += len(found)
    return kept


def _too_few(batch: Batch, low: int, high: int, points: str, order: str, status: str) -> list[int]:
    """Keys of rows that cannot be carried out, of up to _MEMBERS_AT_ONCE members."""
    values: dict[str, Any] = {
        "batch": batch.pk,
        "low": low,
        "high": high,
        "status": status,
        "now": timezone.now(),
        "members": _MEMBERS_AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SHORT.format(points=points, order=order), values)
        can = dict(cursor.fetchall())
        if not can:
            return []
        cursor.execute(_ROWS.format(points=points, order=order), {**values, "short": list(can)})
        rows = cursor.fetchall()
    refused = []
    for member, asked in groupby(rows, key=itemgetter(0)):
        left = int(can[member])
        for _member, row, change in asked:
            if change < 0 and left + change < 0:
                refused.append(row)
            else:
                left += change
    return refused
