"""How a stretch of messages is laid out for one reader: days, groups of one author, ticks."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from messaging.enums import MessageKind
from messaging.models import Message, Thread

GROUP_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the page shows it. `day` is set where a new day starts, `is_first` where another
    author starts, `state` (sent | delivered | read) on the reader's own messages."""

    message: Message
    day: date | None
    is_first: bool
    is_ours: bool
    state: str
    starts_new: bool
    url: str


def lay_out(
    messages: list[Message],
    *,
    thread: Thread,
    reader: User,
    marks: dict[str, int],
    read_seq: int | None = None,
) -> list[Line]:
    """`marks` is the other side's {"delivered", "read"}; "new" starts after `read_seq`, unless it is None."""
    lines: list[Line] = []
    before: Message | None = None
    is_marked = read_seq is None
    for message in messages:
        if message.is_hidden:
            continue
        is_ours = (message.author_id == thread.customer_id) == (reader.pk == thread.customer_id)
        is_new = not is_marked and message.seq > (read_seq or 0) and counts_for(message, is_ours)
        is_marked = is_marked or is_new
        lines.append(
            Line(
                message=message,
                day=_day(message) if before is None or _day(message) != _day(before) else None,
                is_first=not _continues(before, message),
                is_ours=is_ours,
                state=_state(message.seq, marks) if message.author_id == reader.pk else "",
                starts_new=is_new,
                url=drawn_at(message),
            )
        )
        before = message
    return lines


def counts_for(message: Message, is_ours: bool) -> bool:
    """Whether the message is one that `unread_by_thread` counts."""
    return not is_ours and message.kind != MessageKind.NOTICE and message.author_id is not None


def drawn_at(message: Message) -> str:
    """Where the owning app draws the message; only ever a path on this site."""
    url = message.data.get("url", "") if isinstance(message.data, dict) else ""
    return url if isinstance(url, str) and url.startswith("/") and not url.startswith("//") else ""


def _day(message: Message) -> date:
    return timezone.localtime(message.created_at).date()


def _continues(before: Message | None, message: Message) -> bool:
    return (
        before is not None
        and before.author_id == message.author_id
        and message.kind in (MessageKind.TEXT, MessageKind.FILE)
        and before.kind in (MessageKind.TEXT, MessageKind.FILE)
        and _day(before) == _day(message)
        and message.created_at - before.created_at < GROUP_WITHIN
    )


def _state(seq: int, marks: dict[str, int]) -> str:
    if seq <= marks["read"]:
        return "read"
    return "delivered" if seq <= marks["delivered"] else "sent"
