"""Reads for the inbox and the thread page. `unread_by_thread` is the one count of unread messages."""

from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import User
from messaging.models import Message, Participation, Thread

# A message counts for the other side of its thread; a notice counts for nobody.
_UNREAD = """
SELECT t.id, count(*)
FROM messaging_thread t
LEFT JOIN messaging_participation p ON p.thread_id = t.id AND p.user_id = %(user)s
JOIN messaging_message m ON m.thread_id = t.id AND m.seq > coalesce(p.read_seq, 0)
WHERE (t.customer_id = %(user)s
       OR t.provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(user)s))
  AND t.last_seq > coalesce(p.read_seq, 0)
  AND m.kind <> 'notice'
  AND (m.author_id = t.customer_id) = (t.customer_id <> %(user)s)
GROUP BY t.id
"""


def unread_by_thread(user: User) -> dict[int, int]:
    """Thread id → number of unread messages, for every thread that has any."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"user": user.pk})
        return dict(cursor.fetchall())


def unread_total(user: User) -> int:
    return sum(unread_by_thread(user).values())


def inbox_for(
    user: User,
    *,
    search: str = "",
    before: tuple[Any, int] | None = None,
    limit: int = 30,
) -> list[Thread]:
    """The person's threads, newest first, each with `.unread` and `.last_message` set.

    `before` is the (last_message_at, pk) of the last row of the previous page. `search` looks in the
    topic and in the names of both sides.
    """
    threads = Thread.objects.visible_to(user).select_related("customer", "provider", "assigned_to")
    if search:
        threads = threads.filter(
            Q(topic__icontains=search)
            | Q(customer__display_name__icontains=search)
            | Q(provider__name__icontains=search)
        )
    if before is not None:
        at, pk = before
        threads = threads.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=pk))
    rows = list(threads.order_by("-last_message_at", "-pk")[:limit])
    unread = unread_by_thread(user)
    last = {
        message.thread_id: message
        for message in Message.objects.filter(thread__in=rows)
        .order_by("thread_id", "-seq")
        .distinct("thread_id")
    }
    for thread in rows:
        thread.unread = unread.get(thread.pk, 0)  # type: ignore[attr-defined]
        thread.last_message = last.get(thread.pk)  # type: ignore[attr-defined]
    return rows


def messages_after(thread: Thread, seq: int, *, limit: int = 500) -> QuerySet[Message]:
    """Oldest first, with authors and attachments: what a page missed since `seq`."""
    return (
        thread.messages.filter(seq__gt=seq)
        .select_related("author")
        .prefetch_related("attachments")
        .order_by("seq")[:limit]
    )


def latest_messages(thread: Thread, *, before_seq: int | None = None, limit: int = 50) -> list[Message]:
    """The newest `limit` messages (before `before_seq`), oldest first."""
    messages = thread.messages.select_related("author").prefetch_related("attachments")
    if before_seq is not None:
        messages = messages.filter(seq__lt=before_seq)
    return list(reversed(messages.order_by("-seq")[:limit]))


def read_state(thread: Thread, user: User) -> dict[str, int]:
    """How far the other side has received and read: {"delivered": seq, "read": seq}."""
    states = Participation.objects.filter(thread=thread).exclude(user=user)
    if user.pk == thread.customer_id:
        others = list(states)
    else:
        others = [state for state in states if state.user_id == thread.customer_id]
    return {
        "delivered": max((max(o.delivered_seq, o.read_seq) for o in others), default=0),
        "read": max((o.read_seq for o in others), default=0),
    }
