"""Writing to threads. A message is stored first and shown on commit, so nobody sees what is not kept."""

import json
import uuid
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import AsyncConnection
from psycopg import errors as pg_errors

from accounts.models import Provider, User
from accounts.queries import works_at
from marketplace.common.errors import DomainError
from marketplace.common.realtime import Event, broadcast, broadcast_on_commit
from messaging.enums import MessageKind
from messaging.models import Message, Participation, Thread

MAX_BODY = 5000

# One statement takes the next number under the thread's row lock, checks that the author belongs to
# the thread and that it is open, and inserts. A failing insert takes its number back with it.
_POST = """
WITH thread AS (
    UPDATE messaging_thread SET last_seq = last_seq + 1, last_message_at = now()
    WHERE id = %(thread)s AND closed_at IS NULL
      AND (customer_id = %(author)s
           OR provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(author)s))
    RETURNING id, last_seq, customer_id, provider_id
), message AS (
    INSERT INTO messaging_message (thread_id, seq, author_id, kind, body, data, client_id)
    SELECT id, last_seq, %(author)s, %(kind)s, %(body)s, %(data)s::jsonb, %(client_id)s FROM thread
    RETURNING id, seq, created_at
)
SELECT message.id, message.seq, message.created_at, thread.customer_id, thread.provider_id
FROM thread, message
"""

_ALREADY = """
SELECT m.id, m.seq, m.created_at, t.customer_id, t.provider_id
FROM messaging_message m JOIN messaging_thread t ON t.id = m.thread_id
WHERE m.thread_id = %(thread)s AND m.author_id = %(author)s AND m.client_id = %(client_id)s
"""


class ThreadClosedError(DomainError):
    pass


def open_thread(*, customer: User, provider: Provider, topic: str) -> Thread:
    """The one thread of this customer and provider, open, with `topic` as its newest heading."""
    if works_at(customer, provider.pk):
        raise DomainError(_("This is your own shop."), code="own_shop")
    thread, created = Thread.objects.get_or_create(
        customer=customer, provider=provider, defaults={"topic": topic}
    )
    if not created:
        Thread.objects.filter(pk=thread.pk).update(topic=topic, closed_at=None)
        thread.refresh_from_db()
    return thread


def close_thread(thread: Thread) -> None:
    Thread.objects.filter(pk=thread.pk, closed_at=None).update(closed_at=timezone.now())
    tell_thread(thread, {"type": "thread", "thread": thread.pk})


def reopen_thread(thread: Thread) -> None:
    Thread.objects.filter(pk=thread.pk).update(closed_at=None)
    tell_thread(thread, {"type": "thread", "thread": thread.pk})


def post_message(
    thread: Thread,
    *,
    by: User,
    body: str,
    client_id: uuid.UUID | None = None,
    kind: MessageKind = MessageKind.TEXT,
    data: dict[str, Any] | None = None,
) -> Message:
    """Stores a message with the thread's next number and shows it on commit.

    The same `client_id` again returns the first message. Refuses an empty or overlong body, a closed
    thread, and an author who does not belong to the thread.
    """
    values = _values(thread.pk, by, body, client_id or uuid.uuid4(), kind, data)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_POST, values)
            row = cursor.fetchone()
    except IntegrityError:
        with connection.cursor() as cursor:
            cursor.execute(_ALREADY, values)
            row = cursor.fetchone()
        return Message.objects.get(pk=row[0])
    if row is None:
        raise _refused(thread.pk, by)
    for group, event in _events(row, by, values):
        broadcast_on_commit(group, event)
    return Message.objects.get(pk=row[0])


async def post_message_async(
    connection: AsyncConnection[Any],
    *,
    thread_id: int,
    by: User,
    body: str,
    client_id: uuid.UUID,
) -> Event:
    """The same for the socket: returns the message event. `connection` is in autocommit."""
    values = _values(thread_id, by, body, client_id, MessageKind.TEXT, None)
    try:
        row = await (await connection.execute(_POST, values)).fetchone()
    except pg_errors.UniqueViolation:
        row = await (await connection.execute(_ALREADY, values)).fetchone()
        return _message_event(row, by, values)
    if row is None:
        raise DomainError(_("This conversation is closed or not yours."), code="thread_closed")
    for group, event in _events(row, by, values):
        await broadcast(group, event)
    return _message_event(row, by, values)


def post_card(thread: Thread, *, by: User, url: str, body: str) -> Message:
    """A card that the app owning it draws at `url`; `body` is what it says without scripts."""
    return post_message(thread, by=by, body=body, kind=MessageKind.CARD, data={"url": url})


def post_notice(thread: Thread, *, by: User, url: str, body: str) -> Message:
    """A line about something that happened, drawn at `url`; it is never counted as unread."""
    return post_message(thread, by=by, body=body, kind=MessageKind.NOTICE, data={"url": url})


def card_changed(thread: Thread, url: str) -> None:
    """Makes every open page draw the card at `url` again."""
    tell_thread(thread, {"type": "card", "thread": thread.pk, "url": url})


def mark_read(thread: Thread, *, by: User, seq: int) -> int:
    """Moves the person's reading mark forward to `seq`, never back or past the end; returns it."""
    return _move_mark(thread, by, "read_seq", seq)


def mark_delivered(thread: Thread, *, by: User, seq: int) -> int:
    return _move_mark(thread, by, "delivered_seq", seq)


def _move_mark(thread: Thread, user: User, field: str, seq: int) -> int:
    seq = max(0, min(seq, thread.last_seq))
    with transaction.atomic():
        Participation.objects.get_or_create(thread=thread, user=user)
        moved = Participation.objects.filter(thread=thread, user=user, **{f"{field}__lt": seq}).update(
            **{field: seq}
        )
        if moved:
            kind = "read" if field == "read_seq" else "delivered"
            tell_thread(thread, {"type": kind, "thread": thread.pk, "user": user.pk, "seq": seq})
    return seq


def tell_thread(thread: Thread, event: Event) -> None:
    """`event` to every open page of both sides."""
    for group in (f"user.{thread.customer_id}", f"provider.{thread.provider_id}"):
        broadcast_on_commit(group, event)


def _values(
    thread_id: int,
    by: User,
    body: str,
    client_id: uuid.UUID,
    kind: MessageKind,
    data: dict[str, Any] | None,
) -> dict[str, Any]:
    body = body.replace("\x00", "").strip()
    if not body:
        raise DomainError(_("Write something first."), code="empty")
    if len(body) > MAX_BODY:
        raise DomainError(
            _("That is too long: at most 5,000 characters in one message."),
            code="too_long",
        )
    return {
        "thread": thread_id,
        "author": by.pk,
        "kind": str(kind),
        "body": body,
        "data": json.dumps(data or {}),
        "client_id": client_id,
    }


def _message_event(row: Any, by: User, values: dict[str, Any]) -> Event:
    pk, seq, created_at, _customer, _provider = row
    return {
        "type": "message",
        "thread": values["thread"],
        "message": {
            "id": pk,
            "seq": seq,
            "author": by.pk,
            "author_name": by.name,
            "kind": values["kind"],
            "body": values["body"],
            "data": json.loads(values["data"]),
            "client_id": str(values["client_id"]),
            "at": created_at.isoformat(),
            "attachments": [],
        },
    }


def _events(row: Any, by: User, values: dict[str, Any]) -> list[tuple[str, Event]]:
    event = _message_event(row, by, values)
    return [(f"user.{row[3]}", event), (f"provider.{row[4]}", event)]


def _refused(thread_id: int, by: User) -> DomainError:
    if Thread.objects.visible_to(by).filter(pk=thread_id).exists():
        return ThreadClosedError(
            _("This conversation is closed. Order again to reopen it."),
            code="thread_closed",
        )
    return DomainError(_("This conversation is not yours."), code="not_found")
