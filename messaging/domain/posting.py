"""Messages: one statement stores one, under the thread's next number."""

import json
import uuid
from datetime import UTC
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import AsyncConnection
from psycopg import errors as pg_errors

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.common.realtime import Event, broadcast, broadcast_on_commit
from messaging.enums import MessageKind
from messaging.events import attachment_shapes, private_to
from messaging.models import Attachment, Message, Thread
from messaging.queries import sides_async

MAX_BODY = 5000

# One statement takes the next number under the thread's row lock, checks that the author belongs to
# the thread and that it is open, and inserts. A failing insert takes its number back with it.
_POST = """
WITH thread AS (
    UPDATE messaging_thread SET last_seq = last_seq + 1, last_message_at = statement_timestamp()
    WHERE id = %(thread)s AND closed_at IS NULL
      AND (customer_id = %(author)s
           OR provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(author)s))
    RETURNING id, last_seq, customer_id, provider_id
), message AS (
    INSERT INTO messaging_message (thread_id, seq, author_id, kind, body, data, client_id, only_for_id)
    SELECT id, last_seq, %(author)s, %(kind)s, %(body)s, %(data)s::jsonb, %(client_id)s, %(only_for)s
    FROM thread
    RETURNING id, seq, created_at
)
SELECT message.id, message.seq, message.created_at, thread.customer_id, thread.provider_id
FROM thread, message
"""

# The member check stands here too: a person who has left the shop must not read the thread by a resend.
_ALREADY = """
SELECT m.id, m.seq, m.created_at, t.customer_id, t.provider_id, m.body, m.kind, m.data
FROM messaging_message m JOIN messaging_thread t ON t.id = m.thread_id
WHERE m.thread_id = %(thread)s AND m.author_id = %(author)s AND m.client_id = %(client_id)s
  AND (t.customer_id = %(author)s
       OR t.provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(author)s))
"""


class ThreadClosedError(DomainError):
    pass


class Posted(NamedTuple):
    """A stored message; `is_new` is false for a resend, which nobody is told about again."""

    pk: int
    seq: int
    event: Event
    groups: tuple[str, str]
    is_new: bool


def post_message(
    thread: Thread,
    *,
    by: User,
    body: str,
    client_id: uuid.UUID | None = None,
    kind: MessageKind = MessageKind.TEXT,
    data: dict[str, Any] | None = None,
    only_for: User | None = None,
) -> Message:
    """Stores a message with the thread's next number and shows it on commit.

    The same `client_id` again returns the first message. Refuses an empty or overlong body, a closed
    thread, and an author who does not belong to the thread.
    """
    posted = store_message(
        thread.pk, by=by, body=body, client_id=client_id, kind=kind, data=data, only_for=only_for
    )
    if posted.is_new:
        show_on_commit(posted)
    return Message.objects.get(pk=posted.pk)


async def post_message_async(
    connection: AsyncConnection[Any],
    *,
    thread_id: int,
    by: User,
    body: str,
    client_id: uuid.UUID,
) -> Event:
    """The same for the socket: returns the message event. `connection` is in autocommit.

    A resend is told again too: the first attempt may have ended between storing and telling, and open
    pages know a message by its number.
    """
    values = _values(thread_id, by, body, client_id, MessageKind.TEXT, None)
    try:
        row = await (await connection.execute(_POST, values)).fetchone()
        posted = _posted(row, by, values, is_new=True) if row else None
    except pg_errors.UniqueViolation:
        row = await (await connection.execute(_ALREADY, values)).fetchone()
        if row is None:
            raise _not_yours() from None
        posted = _repeated(row, by, values)
    if posted is None:
        raise _refusal(in_thread=await sides_async(connection, by, thread_id) is not None)
    if posted.event["message"]["kind"] != MessageKind.FILE:  # its attachments are not known here
        for group in posted.groups:
            await broadcast(group, posted.event)
    return posted.event


def post_card(
    thread: Thread, *, by: User, url: str, body: str, label: str = "", only_for: User | None = None
) -> Message:
    """A card that the app owning it draws at `url`; in lists and without scripts it says `label`, an English
    word marked for translation, in each reader's language, and `body`. In the shop `only_for` and the owner
    alone see it, if given."""
    data = {"url": url, "label": label} if label else {"url": url}
    return post_message(thread, by=by, body=body, kind=MessageKind.CARD, data=data, only_for=only_for)


def post_notice(
    thread: Thread,
    *,
    by: User,
    url: str,
    body: str,
    money: tuple[Decimal, str] | None = None,
    only_for: User | None = None,
) -> Message:
    """A line about something that happened, drawn at `url`; it is never counted as unread. `money` (amount,
    currency) follows `body` in lists as each reader writes it. `only_for` is as in `post_card`."""
    data: dict[str, Any] = {"url": url}
    if money:
        data |= {"amount": str(money[0]), "currency": money[1]}
    return post_message(thread, by=by, body=body, kind=MessageKind.NOTICE, data=data, only_for=only_for)


def store_message(
    thread_id: int,
    *,
    by: User,
    body: str,
    client_id: uuid.UUID | None = None,
    kind: MessageKind = MessageKind.TEXT,
    data: dict[str, Any] | None = None,
    only_for: User | None = None,
) -> Posted:
    """Stores and tells nobody: for what must add to the message in the same transaction."""
    values = _values(thread_id, by, body, client_id or uuid.uuid4(), kind, data)
    values["only_for"] = only_for.pk if only_for else None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_POST, values)
            row = cursor.fetchone()
    except IntegrityError:
        with connection.cursor() as cursor:
            cursor.execute(_ALREADY, values)
            row = cursor.fetchone()
        if row is None:
            raise _not_yours() from None
        return _repeated(row, by, values)
    if row is None:
        raise _refusal(in_thread=Thread.objects.visible_to(by).filter(pk=thread_id).exists())
    return _posted(row, by, values, is_new=True)


def show_on_commit(posted: Posted, attachments: list[Attachment] | None = None) -> None:
    """Tells every open page of both sides once the message is committed."""
    posted.event["message"]["attachments"] = attachment_shapes(attachments or [])
    for group in posted.groups:
        broadcast_on_commit(group, posted.event)


def _values(
    thread_id: int,
    by: User,
    body: str,
    client_id: uuid.UUID,
    kind: MessageKind,
    data: dict[str, Any] | None,
) -> dict[str, Any]:
    # Half of a surrogate pair, which JSON can carry, and NUL cannot be stored.
    body = body.encode("utf-8", "replace").decode().replace("\x00", "").strip()
    if not body and kind != MessageKind.FILE:
        raise DomainError(_("Write something first."), code="empty")
    if len(body) > MAX_BODY:
        raise DomainError(_("That is too long: at most 5,000 characters in one message."), code="too_long")
    return {
        "thread": thread_id,
        "author": by.pk,
        "kind": kind.value,
        "body": body,
        "data": json.dumps(data) if data else "{}",
        "client_id": client_id,
        "only_for": None,
    }


def _posted(row: Any, by: User, values: dict[str, Any], *, is_new: bool) -> Posted:
    pk, seq, created_at, customer_id, provider_id = row
    message = {
        "id": pk,
        "seq": seq,
        "author": by.pk,
        "author_name": by.name,
        "kind": values["kind"],
        "body": values["body"],
        "data": json.loads(values["data"]) if values["data"] != "{}" else {},
        "client_id": str(values["client_id"]),
        "at": created_at.astimezone(UTC).isoformat(),
        "attachments": [],
    }
    event: Event = {"type": "message", "thread": values["thread"], "message": message}
    if values["only_for"] is not None:
        event["private"] = private_to(values["only_for"], customer_id, provider_id)
    return Posted(pk, seq, event, (f"user.{customer_id}", f"provider.{provider_id}"), is_new)


def _repeated(row: Any, by: User, values: dict[str, Any]) -> Posted:
    """What was stored the first time, whatever the resend says."""
    *head, body, kind, data = row
    kept = data if isinstance(data, str) else json.dumps(data)  # Django's cursor gives text
    stored = values | {"body": body, "kind": kind, "data": kept}
    return _posted(head, by, stored, is_new=False)


def _refusal(*, in_thread: bool) -> DomainError:
    if in_thread:
        return ThreadClosedError(
            _("This conversation is closed. Order again to reopen it."), code="thread_closed"
        )
    return _not_yours()


def _not_yours() -> DomainError:
    return DomainError(_("You cannot open this conversation."), code="not_found")
