"""How far a person has received and read a thread. Marks only move forward, never past the end."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import AsyncConnection

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.common.realtime import Event, broadcast, broadcast_on_commit
from messaging.models import Thread

# What is read has been received. The condition on the conflict lets two tabs race: the higher mark stays.
_READ = """
WITH thread AS (
    SELECT id, customer_id, provider_id, least(%(seq)s, last_seq) AS seq FROM messaging_thread
    WHERE id = %(thread)s
      AND (customer_id = %(user)s
           OR provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(user)s))
), moved AS (
    INSERT INTO messaging_participation AS p (thread_id, user_id, read_seq, delivered_seq)
    SELECT id, %(user)s, seq, seq FROM thread WHERE seq > 0
    ON CONFLICT (thread_id, user_id) DO UPDATE
    SET read_seq = excluded.read_seq, delivered_seq = greatest(p.delivered_seq, excluded.delivered_seq)
    WHERE p.read_seq < excluded.read_seq
    RETURNING 1
)
SELECT seq, customer_id, provider_id, EXISTS (SELECT FROM moved) FROM thread
"""
_DELIVERED = """
WITH thread AS (
    SELECT id, customer_id, provider_id, least(%(seq)s, last_seq) AS seq FROM messaging_thread
    WHERE id = %(thread)s
      AND (customer_id = %(user)s
           OR provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(user)s))
), moved AS (
    INSERT INTO messaging_participation AS p (thread_id, user_id, read_seq, delivered_seq)
    SELECT id, %(user)s, 0, seq FROM thread WHERE seq > 0
    ON CONFLICT (thread_id, user_id) DO UPDATE SET delivered_seq = excluded.delivered_seq
    WHERE p.delivered_seq < excluded.delivered_seq
    RETURNING 1
)
SELECT seq, customer_id, provider_id, EXISTS (SELECT FROM moved) FROM thread
"""
_STATEMENTS = {"read": _READ, "delivered": _DELIVERED}


def mark_read(thread: Thread, *, by: User, seq: int) -> int:
    """Moves the person's reading mark forward to `seq`, never back or past the end; returns the `seq` kept
    within the thread. Refuses who does not belong to the thread."""
    return _move(thread.pk, by, "read", seq)


def mark_delivered(thread: Thread, *, by: User, seq: int) -> int:
    return _move(thread.pk, by, "delivered", seq)


async def mark_read_async(connection: AsyncConnection[Any], *, thread_id: int, by: User, seq: int) -> int:
    """The same for the socket; `connection` is in autocommit."""
    return await _move_async(connection, thread_id, by, "read", seq)


async def mark_delivered_async(
    connection: AsyncConnection[Any], *, thread_id: int, by: User, seq: int
) -> int:
    return await _move_async(connection, thread_id, by, "delivered", seq)


def _move(thread_id: int, by: User, kind: str, seq: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[kind], {"thread": thread_id, "user": by.pk, "seq": max(0, seq)})
        kept, told = _outcome(cursor.fetchone(), thread_id, by, kind)
        for group, event in told:
            broadcast_on_commit(group, event)
    return kept


async def _move_async(connection: AsyncConnection[Any], thread_id: int, by: User, kind: str, seq: int) -> int:
    values = {"thread": thread_id, "user": by.pk, "seq": max(0, seq)}
    row = await (await connection.execute(_STATEMENTS[kind], values)).fetchone()
    kept, told = _outcome(row, thread_id, by, kind)
    for group, event in told:
        await broadcast(group, event)
    return kept


def _outcome(row: Any, thread_id: int, by: User, kind: str) -> tuple[int, list[tuple[str, Event]]]:
    if row is None:
        raise DomainError(_("You cannot open this conversation."), code="not_found")
    seq, customer_id, provider_id, moved = row
    if not moved:
        return seq, []
    event = {"type": kind, "thread": thread_id, "user": by.pk, "seq": seq}
    return seq, [(f"user.{customer_id}", event), (f"provider.{provider_id}", event)]
