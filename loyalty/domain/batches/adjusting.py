"""Points given and taken by a chunk of rows, in a few statements, by the rules of loyalty.domain.ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from loyalty.domain.batches import shortage
from loyalty.domain.programme import expiry_day, programme, store_day
from loyalty.enums import RowProblem
from loyalty.models import Batch

# In primary-key order, so that two batches, or a batch and a purchase, never wait for each other. Says how
# many of the members are there no more: merged, erased, or away with the import that made them.
_LOCK = """
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT member_id FROM loyalty_batchrow
    WHERE batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = %(status)s
)
SELECT (SELECT count(*) FROM wanted)
    - count(*) FILTER (WHERE merged_into_id IS NULL AND erased_at IS NULL) FROM (
    SELECT member.merged_into_id, member.erased_at
    FROM wanted JOIN loyalty_member member ON member.id = wanted.member_id
    ORDER BY member.id FOR NO KEY UPDATE OF member
) locked
"""
_GONE = """
UPDATE loyalty_batchrow SET status = %(becomes)s, problem = %(problem)s
WHERE batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = %(status)s
  AND NOT EXISTS (
    SELECT 1 FROM loyalty_member member
    WHERE member.id = member_id AND member.merged_into_id IS NULL AND member.erased_at IS NULL
  )
"""
# No join here depends on what the planner guesses of a table that was filled a minute ago: rows are met by
# their number, members and entries by their key, and what came of an INSERT is a hashed subplan.
_GIVE = """
WITH todo AS (
    SELECT nextval('loyalty_ledgerentry_id_seq') AS id, ready.* FROM (
        SELECT number, member_id, points, reference, note FROM loyalty_batchrow
        WHERE batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = 'ready'
        ORDER BY number
    ) ready
), given AS (
    INSERT INTO loyalty_ledgerentry
        (id, member_id, kind, reference, points, created_at, expires_on, place, by_id, note, batch_id)
    SELECT id, member_id, 'adjustment', reference, points, %(now)s,
        CASE WHEN points > 0 THEN %(expires_on)s::date END, 'backoffice', %(by)s,
        CASE WHEN note = '' THEN %(note)s ELSE note END, %(batch)s
    FROM todo
    ON CONFLICT (kind, reference) DO NOTHING
    RETURNING id, member_id, points
), carried AS (
    UPDATE loyalty_member SET balance = balance + sums.points
    FROM (SELECT member_id, sum(points) AS points FROM given GROUP BY member_id ORDER BY member_id) sums
    WHERE loyalty_member.id = sums.member_id
), marked AS (
    UPDATE loyalty_batchrow SET entry_id = judged.entry,
        status = CASE WHEN judged.entry IS NULL THEN 'skipped' ELSE 'done' END,
        problem = CASE WHEN judged.entry IS NULL THEN %(known)s ELSE '' END
    FROM (SELECT number, CASE WHEN id IN (SELECT id FROM given) THEN id END AS entry FROM todo) judged
    WHERE loyalty_batchrow.batch_id = %(batch)s AND loyalty_batchrow.number = judged.number
    RETURNING entry_id
)
SELECT count(entry_id), count(*) - count(entry_id) FROM marked
"""
_UNDO = """
WITH given AS (
    INSERT INTO loyalty_ledgerentry
        (member_id, kind, reference, points, created_at, place, by_id, note, batch_id, reverses_id)
    SELECT member_id, 'undo', 'entry:' || entry_id, -points, %(now)s, 'backoffice', %(by)s,
        %(note)s, %(batch)s, entry_id
    FROM loyalty_batchrow
    WHERE batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = 'done' AND problem = ''
      AND entry_id IS NOT NULL
    ORDER BY number DESC
    ON CONFLICT (kind, reference) DO NOTHING
    RETURNING member_id, points
), carried AS (
    UPDATE loyalty_member SET balance = balance + sums.points
    FROM (SELECT member_id, sum(points) AS points FROM given GROUP BY member_id) sums
    WHERE loyalty_member.id = sums.member_id
), marked AS (
    UPDATE loyalty_batchrow SET status = 'undone'
    WHERE batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = 'done' AND problem = ''
    RETURNING 1
)
SELECT count(*) FROM marked
"""
_EXPIRED = """
UPDATE loyalty_batchrow SET problem = %(problem)s
FROM loyalty_ledgerentry entry
WHERE loyalty_batchrow.batch_id = %(batch)s AND number BETWEEN %(low)s AND %(high)s AND status = 'done'
  AND entry.id = entry_id AND entry.expires_on < %(today)s
"""


@dataclass(frozen=True, slots=True)
class Done:
    rows: int = 0
    refused: int = 0
    skipped: int = 0


def give(batch: Batch, low: int, high: int, *, now: datetime) -> Done:
    """Carries out the ready rows from `low` to `high`, in the caller's transaction."""
    settings = programme()
    values: dict[str, Any] = {
        "batch": batch.pk,
        "low": low,
        "high": high,
        "status": "ready",
        "now": now,
        "expires_on": expiry_day(store_day(now), settings.expiry_months),
        "by": batch.by_id,
        "note": batch.note,
    }
    with connection.cursor() as cursor:
        refused = _settle_gone(cursor, values, "error", RowProblem.MEMBER_GONE)
        if batch.points_taken:
            refused += shortage.refuse(batch, low, high)
        cursor.execute(_GIVE, {**values, "known": RowProblem.ALREADY_DONE.value})
        rows, skipped = cursor.fetchone()
    return Done(rows, refused, skipped)


def take_back(batch: Batch, low: int, high: int, *, now: datetime) -> int:
    """Reverses the entries of the rows from `low` to `high`; how many. What cannot be undone says why."""
    values: dict[str, Any] = {
        "batch": batch.pk,
        "low": low,
        "high": high,
        "status": "done",
        "now": now,
        "today": store_day(now),
        "by": batch.undone_by_id,
        "note": batch.note,
    }
    with connection.cursor() as cursor:
        _settle_gone(cursor, values, "done", RowProblem.MEMBER_CHANGED)
        cursor.execute(_EXPIRED, {**values, "problem": RowProblem.POINTS_EXPIRED.value})
        if batch.points_added:
            shortage.keep_what_is_spent(batch, low, high)
        cursor.execute(_UNDO, values)
        return int(cursor.fetchone()[0])


def _settle_gone(cursor: Any, values: dict[str, Any], becomes: str, problem: RowProblem) -> int:
    """Locks the rows' members; how many rows are settled because theirs is there no more."""
    # Reading all members for a chunk looks cheaper to the planner, and is not: they are in memory.
    cursor.execute("SET LOCAL enable_seqscan = off")
    cursor.execute(_LOCK, values)
    if not cursor.fetchone()[0]:
        return 0
    cursor.execute(_GONE, {**values, "becomes": becomes, "problem": problem.value})
    return int(cursor.rowcount)
