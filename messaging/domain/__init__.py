"""Writing to threads. A message is stored first and shown on commit, so nobody sees what is not kept."""

from messaging.domain.assigning import assign_thread, assign_to_free
from messaging.domain.files import post_file
from messaging.domain.joining import append_thread
from messaging.domain.marks import mark_delivered, mark_delivered_async, mark_read, mark_read_async
from messaging.domain.posting import (
    MAX_BODY,
    ThreadClosedError,
    post_card,
    post_message,
    post_message_async,
    post_notice,
)
from messaging.domain.threads import (
    card_changed,
    close_thread,
    open_thread,
    reopen_thread,
    tell_thread,
    tell_typing_async,
)
from messaging.events import as_heard_by

__all__ = [
    "MAX_BODY",
    "ThreadClosedError",
    "append_thread",
    "as_heard_by",
    "assign_thread",
    "assign_to_free",
    "card_changed",
    "close_thread",
    "mark_delivered",
    "mark_delivered_async",
    "mark_read",
    "mark_read_async",
    "open_thread",
    "post_card",
    "post_file",
    "post_message",
    "post_message_async",
    "post_notice",
    "reopen_thread",
    "tell_thread",
    "tell_typing_async",
]
