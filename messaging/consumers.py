"""The one socket of a page. It only routes: each command is checked for its shape, goes to the function that
the form post uses too, and is answered by an ack or an error."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from accounts.enums import MemberRole
from accounts.models import User
from accounts.queries import memberships_of
from marketplace.common import realtime
from marketplace.common.async_database import GONE, with_connection
from marketplace.common.errors import DomainError
from marketplace.common.realtime import TRY_LATER
from messaging import presence
from messaging.commands import Answer, Malformed, id_in, read_command, seq_in, text_in, uuid_in
from messaging.domain import (
    mark_delivered_async,
    mark_read_async,
    post_message_async,
    tell_typing_async,
)
from messaging.events import as_heard_by
from messaging.queries import Sides, sides_async, unread_by_thread_async

logger = logging.getLogger(__name__)

CHECK_SECONDS = 120.0  # how long someone whose log-in ended elsewhere may still listen
TYPING_SECONDS = 1.0
REMEMBERED_THREADS = 200
REMEMBERED_MESSAGES = 100
NOT_SIGNED_IN = 4401
AWAY = (*realtime.AWAY, *GONE)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class LiveConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """Channels' dispatch is bypassed: it hops to a thread for each event to look after Django's database
    connections, which nothing on this socket's hot path uses."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.transmit = scope, send
        await receive()  # websocket.connect
        if not scope["user"].is_authenticated:
            await self._turn_away(NOT_SIGNED_IN)
            return
        self.user: User = scope["user"]
        self.threads: dict[int, Sides] = {}
        self.typed_at: dict[int, float] = {}
        self.groups: set[str] = set()
        self.owned: set[int] = set()  # the person's own shops
        self.shown: dict[str, None] = {}  # client_ids of own messages whose event this socket gets directly
        self.after_ack: list[Answer] = []
        try:
            await self._subscribe()
        except AWAY as error:
            logger.warning("a socket was turned away: %s", error)
            await self._unsubscribe()
            await self._turn_away(TRY_LATER)
            return
        if not self.groups:  # such as who has to choose a password first
            await self._turn_away(NOT_SIGNED_IN)
            return
        pump = asyncio.create_task(self._pump())
        try:
            await send({"type": "websocket.accept"})  # from here on nothing is missed
            await self._serve(receive)
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
            await self._unsubscribe()

    # --- what the site says -------------------------------------------------------------------------

    async def _pump(self) -> None:
        try:
            while True:
                push = await self.channel_layer.receive(self.channel_name)
                event = push["event"]
                if push["group"] not in self.groups:
                    continue  # on its way already when the person was taken out of the group
                if event["type"] == "access":
                    await self._check()
                    if not self.groups:
                        await self.transmit({"type": "websocket.close", "code": NOT_SIGNED_IN})
                        return
                elif not (self.shown and self._is_shown(event)) and (
                    heard := as_heard_by(event, self.user.pk, self.owned)
                ):
                    await self.transmit({"type": "websocket.send", "text": _encode(heard)})
        except AWAY as error:  # a socket that hears nothing must not look alive: the page connects anew
            logger.warning("a socket hears nothing any more: %s", error)
            await self.transmit({"type": "websocket.close", "code": TRY_LATER})

    def _is_shown(self, event: Answer) -> bool:
        if event["type"] != "message" or event["message"]["client_id"] not in self.shown:
            return False
        del self.shown[event["message"]["client_id"]]
        return True

    async def _subscribe(self) -> None:
        self.channel_layer = get_channel_layer()
        self.channel_name = await self.channel_layer.new_channel()
        self.checked_at = time.monotonic()
        for group in await self._groups_now():
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups.add(group)

    async def _unsubscribe(self) -> None:
        for group in self.groups:
            try:
                await self.channel_layer.group_discard(group, self.channel_name)
            except (RedisError, OSError) as error:
                logger.warning("a closed socket is still subscribed: %s", error)

    async def _groups_now(self) -> set[str]:
        groups: set[str] = await database_sync_to_async(self._read_groups)()
        return groups

    def _read_groups(self) -> set[str]:
        """Empty when the person may not be here any more."""
        session = self.scope["session"]
        if not User.objects.filter(pk=self.user.pk, is_active=True, must_change_password=False).exists():
            return set()
        if session.session_key and not session.exists(session.session_key):
            return set()  # logged out in another tab
        roles = dict(memberships_of(self.user).values_list("provider_id", "role"))
        self.owned = {shop for shop, role in roles.items() if role == MemberRole.OWNER}
        return {f"user.{self.user.pk}", *(f"provider.{shop}" for shop in roles)}

    # --- what the page says -------------------------------------------------------------------------

    async def _serve(self, receive: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            answer = await self._answer(message.get("text"))
            await self.transmit({"type": "websocket.send", "text": _encode(answer)})
            for event in self.after_ack:
                await self.transmit({"type": "websocket.send", "text": _encode(event)})
            self.after_ack.clear()
            if not self.groups:
                await self.transmit({"type": "websocket.close", "code": NOT_SIGNED_IN})
                return

    async def _answer(self, text: str | None) -> Answer:
        client_id = None
        try:
            command = read_command(text)
            client_id = command.get("client_id")
            handler = COMMANDS.get(command["type"])
            if handler is None:
                raise Malformed
            return {"type": "ack", "client_id": client_id, **await handler(self, command)}
        except DomainError as refusal:
            return self._error(client_id, refusal.code, refusal.args[0])
        except Malformed:
            return self._error(
                client_id, "malformed", _("Something went wrong on this page. Reload it and try again.")
            )
        except AWAY as error:
            logger.warning("a socket's command has to wait: %s", error)
            return self._error(client_id, "unavailable", _("Not possible just now. Try again in a moment."))

    def _error(self, client_id: str | None, code: str, sentence: Any) -> Answer:
        language = self.user.language or self.scope["cookies"].get(settings.LANGUAGE_COOKIE_NAME)
        known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(known):
            return {"type": "error", "client_id": client_id, "code": code, "sentence": str(sentence)}

    async def _turn_away(self, code: int) -> None:
        # Accepted first: a refusal before it arrives as a bare 1006, without the reason.
        await self.transmit({"type": "websocket.accept"})
        await self.transmit({"type": "websocket.close", "code": code})

    async def send_message(self, command: Answer) -> Answer:
        """The ack and the sender's own event go out together: one system call less for each message."""
        thread_id, body, client_id = id_in(command, "thread"), text_in(command, "body"), uuid_in(command)
        if len(self.shown) >= REMEMBERED_MESSAGES:
            self.shown.clear()  # their events never came: Redis was away
        self.shown[str(client_id)] = None
        try:
            event = await with_connection(
                lambda connection: post_message_async(
                    connection, thread_id=thread_id, by=self.user, body=body, client_id=client_id
                )
            )
        except BaseException:
            self.shown.pop(str(client_id), None)
            raise
        self.after_ack.append(event)
        return {"thread": thread_id, "message": event["message"]}

    async def read(self, command: Answer) -> Answer:
        thread_id, seq = id_in(command, "thread"), seq_in(command)
        kept = await with_connection(
            lambda connection: mark_read_async(connection, thread_id=thread_id, by=self.user, seq=seq)
        )
        return {"thread": thread_id, "seq": kept}

    async def delivered(self, command: Answer) -> Answer:
        thread_id, seq = id_in(command, "thread"), seq_in(command)
        kept = await with_connection(
            lambda connection: mark_delivered_async(connection, thread_id=thread_id, by=self.user, seq=seq)
        )
        return {"thread": thread_id, "seq": kept}

    async def typing(self, command: Answer) -> Answer:
        thread_id = id_in(command, "thread")
        sides = await self._sides(thread_id)
        now = time.monotonic()
        if now - self.typed_at.get(thread_id, 0.0) >= TYPING_SECONDS:
            self.typed_at[thread_id] = now
            await tell_typing_async(thread_id, sides, by=self.user)
        return {}

    async def unread(self, command: Answer) -> Answer:
        counts = await with_connection(lambda connection: unread_by_thread_async(connection, self.user))
        return {"total": sum(counts.values()), "threads": counts}

    async def presence(self, command: Answer) -> Answer:
        """Whether anybody of the thread's other side has a page open."""
        thread_id = id_in(command, "thread")
        sides = await self._sides(thread_id)
        return {"thread": thread_id, "here": await presence.is_here(sides.other_side_of(self.user))}

    async def ping(self, command: Answer) -> Answer:
        """The page's heartbeat; now and then it also asks whether the person may still be here."""
        if time.monotonic() - self.checked_at > CHECK_SECONDS:
            self.checked_at = time.monotonic()
            await self._check()
        await presence.touch(list(self.groups))
        return {}

    async def _check(self) -> None:
        groups = await self._groups_now()
        for group in groups - self.groups:
            await self.channel_layer.group_add(group, self.channel_name)
        for group in self.groups - groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        self.groups = groups
        self.threads.clear()

    async def _sides(self, thread_id: int) -> Sides:
        """Looked up once for each thread: typing must not reach the database with each key."""
        sides = self.threads.get(thread_id)
        if sides is None:
            sides = await with_connection(lambda connection: sides_async(connection, self.user, thread_id))
            if sides is None:
                raise DomainError(_("You cannot open this conversation."), code="not_found")
            if len(self.threads) >= REMEMBERED_THREADS:
                self.threads.clear()
                self.typed_at.clear()
            self.threads[thread_id] = sides
        return sides


COMMANDS: dict[str, Callable[[LiveConsumer, Answer], Awaitable[Answer]]] = {
    "send": LiveConsumer.send_message,
    "read": LiveConsumer.read,
    "delivered": LiveConsumer.delivered,
    "typing": LiveConsumer.typing,
    "unread": LiveConsumer.unread,
    "presence": LiveConsumer.presence,
    "ping": LiveConsumer.ping,
}
