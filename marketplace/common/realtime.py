"""The second door out of a transaction: telling the open pages.

A group is named for who listens: `user.<id>` for all pages of one person, `provider.<id>` for all
pages of one shop's people, `call.<appointment id>` for a call page. Every event is a JSON object
with a `type`.
"""

import asyncio
import contextlib
import logging
import time
from typing import Any

from asgiref.sync import async_to_sync
from autobahn.exception import Disconnected
from channels.layers import get_channel_layer
from django.db import InterfaceError, OperationalError, transaction
from django.urls import re_path
from redis.exceptions import RedisError

TRY_LATER = 4503  # 1013 would be the standard one, but the socket server sends none below 3000
logger = logging.getLogger(__name__)

Event = dict[str, Any]

# A Redis that is away or does not answer must not hold the page that saved something. A busy event loop
# looks alike for a moment, so a socket waits longer, and a timeout pauses for less than a refusal.
PAGE_SECONDS = 0.5
SOCKET_SECONDS = 3.0
PAUSE_SECONDS = 5.0
PAUSE_AFTER_TIMEOUT_SECONDS = 1.0
AWAY = (OperationalError, InterfaceError, RedisError, OSError)
_paused_until = 0.0


def broadcast_on_commit(group: str, event: Event) -> None:
    """Send `event` to every open page in `group` once the current transaction is committed.

    Best effort, and never raises: a page that misses it fetches what came after its last sequence
    number when it reconnects or sees a gap.
    """
    transaction.on_commit(lambda: async_to_sync(broadcast)(group, event, seconds=PAGE_SECONDS), robust=True)


async def broadcast(group: str, event: Event, *, seconds: float = SOCKET_SECONDS) -> None:
    """The same for async code whose statement is already committed; takes at most `seconds`."""
    global _paused_until
    if time.monotonic() < _paused_until:
        return
    try:
        async with asyncio.timeout(seconds):
            await get_channel_layer().group_send(group, {"type": "push", "group": group, "event": event})
    except Exception as error:
        pause = PAUSE_AFTER_TIMEOUT_SECONDS if isinstance(error, TimeoutError) else PAUSE_SECONDS
        _paused_until = time.monotonic() + pause
        logger.warning("open pages in %s were not told: %r", group, error)


def later_during_outage(application: Any) -> Any:
    """An ASGI application whose sockets are told to come back later (4503) when PostgreSQL or Redis is
    away before their consumer could ask for anything."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        is_open = False

        async def watched(message: Any) -> None:
            nonlocal is_open
            is_open = is_open or message["type"] == "websocket.accept"
            await send(message)

        try:
            await application(scope, receive, watched)
        except AWAY as error:
            logger.warning("a socket was turned away: %s", error)
            with contextlib.suppress(Disconnected):
                if not is_open:
                    await send({"type": "websocket.accept"})
                await send({"type": "websocket.close", "code": TRY_LATER})
        except Disconnected:
            pass  # the page left while its answer was on the way

    return serve


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    # Accepting first lets the page read the reason; a refusal before it arrives as a bare 1006.
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4404})


unknown_socket = re_path(r"", _refuse)  # type: ignore[arg-type]  # an ASGI application, which channels takes
