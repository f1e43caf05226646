"""Reads for the inbox and the thread page. `unread_by_thread` is the one count of unread messages."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Count, F, Max, Q
from django.db.models.lookups import Contains
from psycopg import AsyncConnection

from accounts.enums import MemberRole
from accounts.models import Provider, ProviderMember, User
from marketplace.common.folding import Folded
from marketplace.common.text import ZWNJ, fold
from messaging.enums import MessageKind
from messaging.models import Message, Participation, Thread, ThreadQuerySet

# A message counts for the other side of its thread; a notice counts for nobody.
_UNREAD = """
SELECT t.id, count(*)
FROM messaging_thread t
LEFT JOIN messaging_participation p ON p.thread_id = t.id AND p.user_id = %(user)s
LEFT JOIN accounts_providermember s ON s.provider_id = t.provider_id AND s.user_id = %(user)s
JOIN messaging_message m ON m.thread_id = t.id AND m.seq > coalesce(p.read_seq, 0)
  AND (s.id IS NULL OR m.created_at >= s.joined_at)
WHERE (t.customer_id = %(user)s
       OR t.provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(user)s))
  AND t.last_seq > coalesce(p.read_seq, 0)
  AND m.kind <> 'notice'
  AND (m.only_for_id IS NULL OR m.only_for_id = %(user)s OR t.customer_id = %(user)s OR s.role = 'owner')
  AND (m.author_id = t.customer_id) = (t.customer_id <> %(user)s)
GROUP BY t.id
"""
_SIDES = """
SELECT customer_id, provider_id FROM messaging_thread
WHERE id = %(thread)s
  AND (customer_id = %(user)s
       OR provider_id IN (SELECT provider_id FROM accounts_providermember WHERE user_id = %(user)s))
"""


class Sides(NamedTuple):
    """The two sides of a thread."""

    customer_id: int
    provider_id: int

    @property
    def groups(self) -> tuple[str, str]:
        return f"user.{self.customer_id}", f"provider.{self.provider_id}"

    def other_side_of(self, user: User) -> str:
        """The group of those with whom `user` talks here."""
        mine, theirs = self.groups
        return theirs if user.pk == self.customer_id else mine


def unread_by_thread(user: User) -> dict[int, int]:
    """Thread id → number of unread messages, for every thread that has any."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"user": user.pk})
        return dict(cursor.fetchall())


async def unread_by_thread_async(connection: AsyncConnection[Any], user: User) -> dict[int, int]:
    """The same statement for the socket."""
    return dict(await (await connection.execute(_UNREAD, {"user": user.pk})).fetchall())


def unread_total(user: User) -> int:
    return sum(unread_by_thread(user).values())


async def sides_async(connection: AsyncConnection[Any], user: User, thread_id: int) -> Sides | None:
    """The thread's sides when `user` belongs to it."""
    row = await (await connection.execute(_SIDES, {"thread": thread_id, "user": user.pk})).fetchone()
    return Sides(*row) if row else None


def inbox_for(
    user: User,
    *,
    search: str = "",
    assigned: str = "",
    before: tuple[datetime, int] | None = None,
    limit: int = 30,
) -> list[Thread]:
    """The person's threads, newest first, each with `.unread`, `.last_message`, `.is_customer` and
    `.assignee_id` set.

    `before` is the (last_message_at, pk) of the last row of the previous page. `search` looks, folded, in
    the topic and in the names of both sides; `assigned` is "mine", "unassigned" or "" for all.
    """
    # A joiner may be a space in what is stored, or nothing: its parts stand in either.
    words = fold(search.replace(ZWNJ, " ")).split()
    if search and not words:
        return []
    arms = []
    for threads, own_name, other_name in _arms(user, assigned):
        threads = _holding(threads, words, own_name, other_name)
        if before is not None:
            at, pk = before
            threads = threads.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=pk))
        arms.append(threads.order_by("-last_message_at", "-pk").values("pk")[:limit])
    if not arms:
        return []
    found = Thread.objects.with_assignee().filter(pk__in=arms[0].union(*arms[1:]))
    found = found.select_related("customer", "provider", "assigned_to")
    rows = list(found.order_by("-last_message_at", "-pk")[:limit])
    unread = unread_by_thread(user)
    last = _last_messages(rows, user)
    for thread in rows:
        thread.unread = unread.get(thread.pk, 0)  # type: ignore[attr-defined]
        thread.last_message = last.get(thread.pk)  # type: ignore[attr-defined]
        thread.is_customer = thread.customer_id == user.pk  # type: ignore[attr-defined]
    return rows


def _arms(user: User, assigned: str) -> list[tuple[ThreadQuerySet, str, F | Folded]]:
    """What `visible_to` finds, narrowed, in parts: the newest rows of each are read from one index, with a
    million threads as with ten. What the person ordered is nobody's work, so only "" has it.

    Each with the name that one side has in all of them, and the folded name of the other side."""
    places: dict[tuple[int, str], dict[int, datetime]] = {}  # shop → its people → since when
    colleagues = ProviderMember.objects.filter(provider__members__user=user)
    for shop, name, person, joined_at in colleagues.values_list(
        "provider", "provider__name", "user", "joined_at"
    ):
        places.setdefault((shop, name), {})[person] = joined_at
    arms: list[tuple[ThreadQuerySet, str, F | Folded]] = []
    if assigned not in ("mine", "unassigned"):
        arms.append((Thread.objects.filter(customer=user), user.display_name, Folded("provider__name")))
    for (shop, name), people in places.items():
        threads = Thread.objects.filter(provider=shop).exclude(customer=user)
        if assigned == "mine":
            threads = threads.filter(_held_by({user.pk: people[user.pk]}))
        elif assigned == "unassigned":
            threads = threads.exclude(_held_by(people))
        arms.append((threads, name, F("customer__name_folded")))
    return arms


def _holding(
    threads: ThreadQuerySet, words: Iterable[str], own_name: str, other_name: F | Folded
) -> ThreadQuerySet:
    """Those with every word in the topic or in a name; the one that all rows share is looked at here."""
    shared = fold(own_name)
    for word in words:
        if word not in shared:
            threads = threads.filter(Q(topic_folded__contains=word) | Q(Contains(other_name, word)))
    return threads


def _held_by(people: Mapping[int, datetime]) -> Q:
    """The same as `assignee_id`, by value: the planner reads it from the index."""
    held = Q()
    for person, joined_at in people.items():
        held |= Q(assigned_to=person, assigned_at__gte=joined_at)
    return held


def open_rooms_of(provider: Provider) -> dict[int, int]:
    """User id → number of open rooms that are theirs, for everybody of the shop who has any."""
    return {user: rooms for user, rooms, _newest in _loads(Thread.objects.filter(provider=provider))}


def freest_of(user_ids: Iterable[int], thread: Thread) -> User | None:
    """Of these people of the thread's shop who has the fewest other open rooms there; among equals who got
    the last one longest ago, never first."""
    candidates = list(user_ids)
    others = Thread.objects.filter(provider=thread.provider_id, assigned_to__in=candidates)
    loads = {
        user: (rooms, newest.timestamp()) for user, rooms, newest in _loads(others.exclude(pk=thread.pk))
    }
    if not candidates:
        return None
    return User.objects.get(pk=min(candidates, key=lambda user: (*loads.get(user, (0, 0.0)), user)))


def _loads(threads: ThreadQuerySet) -> Iterable[tuple[int, int, datetime]]:
    """(user id, open rooms, when they got the newest room of all)."""
    held = threads.with_assignee().filter(
        assigned_to__isnull=False,
        assignee_id__isnull=False,  # type: ignore[misc]  # annotated
    )
    return (
        held.values_list("assigned_to")
        .annotate(rooms=Count("pk", filter=Q(closed_at=None)), newest=Max("assigned_at"))
        .order_by()
    )


def _last_messages(threads: list[Thread], user: User) -> dict[int, Message]:
    """Thread id → its newest message that the person may see, each by one index look-up."""
    if not threads:
        return {}
    newest = (
        Message.objects.filter(thread=models.OuterRef("pk"))
        .filter(_not_private_to_others(user))
        .order_by("-seq")
        .values("pk")[:1]
    )
    found = Thread.objects.filter(pk__in=[thread.pk for thread in threads]).values(
        last=models.Subquery(newest)
    )
    messages = Message.objects.filter(pk__in=found).select_related("author")
    return {message.thread_id: message for message in messages}


def _not_private_to_others(user: User) -> Q:
    owned = ProviderMember.objects.filter(user=user, role=MemberRole.OWNER).values("provider")
    return Q(only_for=None) | Q(only_for=user) | Q(thread__customer=user) | Q(thread__provider__in=owned)


def hide_private(messages: list[Message], thread: Thread, user: User) -> list[Message]:
    """The same messages; those that belong to a colleague alone are marked `is_hidden`: the person must
    not find them, and their numbers must not look like a gap."""
    if any(message.only_for_id not in (None, user.pk) for message in messages):
        owner = ProviderMember.objects.filter(user=user, provider=thread.provider_id, role=MemberRole.OWNER)
        if user.pk != thread.customer_id and not owner.exists():
            for message in messages:
                message.is_hidden = message.only_for_id not in (None, user.pk)
    return messages


def messages_after(thread: Thread, user: User, seq: int, *, limit: int = 500) -> list[Message]:
    """Oldest first, with authors and attachments: what the person's page missed since `seq`."""
    messages = (
        thread.messages.filter(seq__gt=seq)
        .select_related("author")
        .prefetch_related("attachments")
        .order_by("seq")[:limit]
    )
    return hide_private(list(messages), thread, user)


def place_of_card(thread: Thread, url: str) -> str:
    """The conversation's address, at the card that is drawn at `url`; at its end where there is none."""
    cards = Message.objects.filter(thread=thread, kind=MessageKind.CARD, data__url=url)
    seq = cards.values_list("seq", flat=True).first()
    return thread.get_absolute_url() + (f"#m{seq}" if seq else "")


def latest_messages(
    thread: Thread, user: User, *, before_seq: int | None = None, limit: int = 50
) -> list[Message]:
    """The newest `limit` messages (before `before_seq`), oldest first."""
    messages = thread.messages.select_related("author").prefetch_related("attachments")
    if before_seq is not None:
        messages = messages.filter(seq__lt=before_seq)
    return hide_private(list(reversed(messages.order_by("-seq")[:limit])), thread, user)


def read_seq_of(thread: Thread, user: User) -> int:
    """Up to where nothing is new to the person: read, or written before the person joined the shop."""
    mark = Participation.objects.filter(thread=thread, user=user).values_list("read_seq", flat=True).first()
    joined = ProviderMember.objects.filter(provider=thread.provider_id, user=user).values("joined_at")
    before = thread.messages.filter(created_at__lt=models.Subquery(joined)).aggregate(models.Max("seq"))
    return max(mark or 0, before["seq__max"] or 0)


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
