"""The second door out of a transaction: telling the open pages.

A group is named for who listens: `user.<id>` for all pages of one person, `provider.<id>` for all
pages of one shop's people, `call.<appointment id>` for a call page. Every event is a JSON object
with a `type`.
"""

import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.urls import re_path

logger = logging.getLogger(__name__)

Event = dict[str, Any]


def broadcast_on_commit(group: str, event: Event) -> None:
    """Send `event` to every open page in `group` once the current transaction is committed.

    Best effort, and never raises: a page that misses it fetches what came after its last sequence
    number when it reconnects or sees a gap.
    """
    transaction.on_commit(lambda: async_to_sync(broadcast)(group, event), robust=True)


async def broadcast(group: str, event: Event) -> None:
    """The same for async code whose statement is already committed."""
    try:
        await get_channel_layer().group_send(group, {"type": "push", "event": event})
    except Exception as error:
        logger.warning("open pages in %s were not told: %s", group, error)


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    # Accepting first lets the page read the reason; a refusal before it arrives as a bare 1006.
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4404})


unknown_socket = re_path(r"", _refuse)  # type: ignore[arg-type]  # an ASGI application, which channels takes
