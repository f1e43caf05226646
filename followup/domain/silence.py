"""Silence becomes a task, once for each cause, and the task closes itself when the cause has ended.

Each cause is one statement that finds it, shop by shop along an index. What it finds is looked at again, by
the same statement under the lead's row lock, before anything is written: of two sweeps at once, and of a
sweep and a person who answers, one comes first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from followup.domain.notes import begin_task, close_task
from followup.models import CallbackRequest, SilentThread
from orders.enums import DeskTask
from orders.models import Order

# Older than this, nobody is waiting any more; and a shop that starts to use the desk is not flooded.
LOOK_BACK = timedelta(days=30)
BATCH = 500
MOST_BATCHES = 40  # of one sweep: the next one goes on

# The order that a customer placed stands on the desk by itself: what waits for an answer is what they wrote.
_WAITING = """
SELECT t.id, waiting.since + shop.hours AS due
FROM (SELECT p.id, make_interval(hours => coalesce(d.unanswered_hours, 4)) AS hours
      FROM accounts_provider p LEFT JOIN followup_desksettings d ON d.provider_id = p.id) shop
JOIN messaging_thread t ON t.provider_id = shop.id AND t.closed_at IS NULL AND t.last_message_at > %(from)s
JOIN LATERAL (
    SELECT m.author_id FROM messaging_message m
    WHERE m.thread_id = t.id AND m.kind <> 'notice' AND m.author_id IS NOT NULL
      AND (m.kind <> 'card' OR m.author_id <> t.customer_id)
    ORDER BY m.seq DESC LIMIT 1
) newest ON newest.author_id = t.customer_id
JOIN LATERAL (
    SELECT min(m.created_at) AS since FROM messaging_message m
    WHERE m.thread_id = t.id AND m.author_id = t.customer_id AND m.kind NOT IN ('notice', 'card')
      AND m.seq > coalesce((SELECT a.seq FROM messaging_message a
                            WHERE a.thread_id = t.id AND a.kind <> 'notice' AND a.author_id <> t.customer_id
                            ORDER BY a.seq DESC LIMIT 1), 0)
) waiting ON waiting.since <= %(now)s - shop.hours
"""
_UNANSWERED = f"""
{_WAITING}
WHERE (%(one)s::bigint IS NULL OR t.id = %(one)s)
  AND NOT EXISTS (
    SELECT FROM followup_silentthread s WHERE s.thread_id = t.id AND (s.task <> '' OR EXISTS (
        SELECT FROM followup_followup f WHERE f.silence_id = s.id
        AND greatest(f.created_at, f.ended_at) >= waiting.since)))
LIMIT %(batch)s
"""  # noqa: S608

_NO_NOTE = """
SELECT c.id, c.created_at + shop.hours AS due
FROM (SELECT p.id, make_interval(hours => coalesce(d.callback_hours, 4)) AS hours
      FROM accounts_provider p LEFT JOIN followup_desksettings d ON d.provider_id = p.id) shop
JOIN followup_callbackrequest c ON c.provider_id = shop.id AND c.desk_state = 'none' AND c.task = ''
    AND c.order_id IS NULL AND c.thread_id IS NULL
    AND c.created_at > %(from)s AND c.created_at <= %(now)s - shop.hours
WHERE %(one)s::bigint IS NULL OR c.id = %(one)s
LIMIT %(batch)s
"""

# Only where the shop has said how to pay.
_UNPAID = """
SELECT o.id, o.confirmed_at + shop.hours AS due
FROM (SELECT p.id, make_interval(hours => coalesce(d.unpaid_hours, 48)) AS hours
      FROM accounts_provider p LEFT JOIN followup_desksettings d ON d.provider_id = p.id
      WHERE EXISTS (SELECT FROM orders_paymentsettings s WHERE s.provider_id = p.id AND s.promptpay_id <> '')
         OR EXISTS (SELECT FROM orders_bankaccount b WHERE b.provider_id = p.id)) shop
JOIN orders_order o ON o.provider_id = shop.id AND o.status = 'confirmed' AND o.paid_at IS NULL
    AND o.task = '' AND o.total > 0
    AND o.confirmed_at > %(from)s AND o.confirmed_at <= %(now)s - shop.hours
WHERE (%(one)s::bigint IS NULL OR o.id = %(one)s)
  AND NOT EXISTS (
    SELECT FROM followup_followup f WHERE f.order_id = o.id
    AND greatest(f.created_at, f.ended_at) >= o.confirmed_at + shop.hours)
LIMIT %(batch)s
"""

_ANSWERED = """
SELECT s.id, s.task_since FROM followup_silentthread s JOIN messaging_thread t ON t.id = s.thread_id
WHERE s.task = 'unanswered' AND (%(one)s::bigint IS NULL OR s.id = %(one)s)
  AND (t.closed_at IS NOT NULL OR t.customer_id IS DISTINCT FROM (
    SELECT m.author_id FROM messaging_message m
    WHERE m.thread_id = t.id AND m.kind <> 'notice' AND m.author_id IS NOT NULL
      AND (m.kind <> 'card' OR m.author_id <> t.customer_id)
    ORDER BY m.seq DESC LIMIT 1))
LIMIT %(batch)s
"""
_TURNED_INTO_SOMETHING = """
SELECT c.id, c.task_since
FROM accounts_provider p JOIN followup_callbackrequest c ON c.provider_id = p.id AND c.desk_state = 'open'
WHERE c.task = 'no_note' AND (c.order_id IS NOT NULL OR c.thread_id IS NOT NULL)
  AND (%(one)s::bigint IS NULL OR c.id = %(one)s)
LIMIT %(batch)s
"""
_PAID = """
SELECT o.id, o.task_since
FROM accounts_provider p JOIN orders_order o ON o.provider_id = p.id AND o.desk_state = 'open'
WHERE o.task = 'unpaid' AND (o.paid_at IS NOT NULL OR o.status <> 'confirmed')
  AND (%(one)s::bigint IS NULL OR o.id = %(one)s)
LIMIT %(batch)s
"""

# What whoever asked to be called back has ordered since: by account, or by phone through the search index.
_ORDERED = """
WITH asked AS (
    SELECT id, provider_id, customer_id, phone, created_at FROM followup_callbackrequest
    WHERE order_id IS NULL AND created_at > %(from)s
), made AS (
    SELECT a.id AS callback, o.id FROM asked a JOIN orders_order o ON o.customer_id = a.customer_id
        AND o.provider_id = a.provider_id AND o.placed_at >= a.created_at
    UNION ALL
    SELECT a.id, o.id FROM asked a JOIN orders_order o
        ON o.search_text LIKE '%%' || substr(a.phone, 2) || '%%' AND o.phone = a.phone
        AND o.provider_id = a.provider_id AND o.placed_at >= a.created_at
    WHERE a.customer_id IS NULL AND a.phone LIKE '+%%'
)
UPDATE followup_callbackrequest c SET order_id = first.id
FROM (SELECT callback, min(id) AS id FROM made GROUP BY callback) first
WHERE c.id = first.callback AND c.order_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Cause:
    task: DeskTask
    begun: str  # finds (id, since when it is due); the id is the thread's for a conversation
    ended: str
    model: type[Any]


CAUSES = (
    Cause(DeskTask.UNANSWERED, _UNANSWERED, _ANSWERED, SilentThread),
    Cause(DeskTask.NO_NOTE, _NO_NOTE, _TURNED_INTO_SOMETHING, CallbackRequest),
    Cause(DeskTask.UNPAID, _UNPAID, _PAID, Order),
)


def begin_tasks(now: datetime | None = None) -> int:
    """Marks what has waited longer than its shop allows; returns how many leads became due."""
    now = now or timezone.now()
    return sum(_in_batches(cause.begun, now, lambda pk, c=cause: _begin(c, pk, now)) for cause in CAUSES)  # type: ignore[misc]


def close_tasks(now: datetime | None = None) -> int:
    """Closes the tasks whose cause has ended; returns how many."""
    now = now or timezone.now()
    return sum(_in_batches(cause.ended, now, lambda pk, c=cause: _close(c, pk, now)) for cause in CAUSES)  # type: ignore[misc]


def link_orders(now: datetime | None = None) -> int:
    """Notes on callback requests which order they led to."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERED, {"from": (now or timezone.now()) - LOOK_BACK})
        return int(cursor.rowcount)


def _in_batches(sql: str, now: datetime, change: Callable[[int], bool]) -> int:
    """A batch in which nothing changed was another sweep's."""
    changed = 0
    for _batch in range(MOST_BATCHES):
        found = _find(sql, now, BATCH)
        done = sum(change(pk) for pk, _since in found)
        changed += done
        if len(found) < BATCH or not done:
            break
    return changed


def _find(sql: str, now: datetime, batch: int, one: int | None = None) -> list[tuple[int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": now, "from": now - LOOK_BACK, "batch": batch, "one": one})
        return list(cursor.fetchall())


def _begin(cause: Cause, pk: int, now: datetime) -> bool:
    with transaction.atomic():
        lead = _lead_to_mark(cause, pk)
        if lead is None:
            return False
        still = _find(cause.begun, now, 1, one=pk)
        return bool(still) and begin_task(lead, cause.task, since=still[0][1])


def _close(cause: Cause, pk: int, now: datetime) -> bool:
    with transaction.atomic():
        lead = cause.model.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        return lead is not None and bool(_find(cause.ended, now, 1, one=pk)) and close_task(lead, cause.task)


def _lead_to_mark(cause: Cause, pk: int) -> Any:
    """The lead, locked. A conversation gets its row on the desk now, the first time that it falls silent."""
    locked = cause.model.objects.select_for_update(of=("self",))
    if cause.model is not SilentThread:
        return locked.filter(pk=pk).first()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO followup_silentthread (thread_id, provider_id, desk_state, task, created_at)"
            " SELECT id, provider_id, 'none', '', now() FROM messaging_thread WHERE id = %s"
            " ON CONFLICT DO NOTHING",
            [pk],
        )
    return locked.filter(thread=pk).first()
