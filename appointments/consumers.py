"""Signalling of a call: it hands what one of the two people's pages says to the other's.

The socket is accepted before it is refused, since a page can only read the reason of a socket that was
open: 4401 signed out, 4404 not theirs, 4409 opened in another tab, 4410 outside the window, 4429 flooding.
"""

import asyncio
import contextlib
import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appointments.domain import calls
from appointments.enums import CallEventKind, Phase
from appointments.models import Appointment
from marketplace.common.errors import DomainError
from marketplace.common.middleware import OUTAGE
from marketplace.common.realtime import AWAY, TRY_LATER, broadcast
from messaging import domain as messaging

logger = logging.getLogger(__name__)

SIGNED_OUT, NOT_THEIRS, OTHER_TAB, OUTSIDE_WINDOW, FLOODING = 4401, 4404, 4409, 4410, 4429
MAX_FRAME = 64 * 1024  # characters; a session description with many codecs has about 10,000
MAX_COMMANDS_A_MINUTE = 600
_P = ParamSpec("_P")
_T = TypeVar("_T")
_PAGE = re.compile(r"[A-Za-z0-9-]{8,36}")
# What is handed on as it came, and the keys that are.
_RELAYED = {
    "hello": ("page",),
    "welcome": ("page", "to"),
    "signal": ("page", "to", "description", "candidate"),
    "state": ("page", "microphone", "camera", "screen"),
    "bye": ("page",),
}
_HANDED_ON = {*_RELAYED, "away"}


def _in_thread(function: Callable[_P, _T]) -> Callable[_P, Awaitable[_T]]:
    """database_sync_to_async, with types."""
    return database_sync_to_async(function)  # type: ignore[no-any-return]


class CallConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    async def connect(self) -> None:
        await self.accept()
        self.page, self.is_gone = "", False
        self.listens_to: list[str] = []
        self.watch: asyncio.Task[None] | None = None
        self.minute, self.commands = 0, 0
        self.moved = asyncio.Event()
        user = self.scope["user"]
        if not isinstance(user, User) or user.must_change_password:
            await self.close(SIGNED_OUT)
            return
        self.user = user
        try:
            await self._open()
        except AWAY as error:
            logger.warning("a call's page was told to come back later: %s", error)
            await self.close(TRY_LATER)

    async def _open(self) -> None:
        appointment = await self._read_appointment()
        if appointment is None:
            await self.close(NOT_THEIRS)
        elif appointment.phase(timezone.now()) != Phase.ENTERABLE:
            await self.close(OUTSIDE_WINDOW)
        else:
            await self._enter(appointment)

    async def _enter(self, appointment: Appointment) -> None:
        self.appointment = appointment
        self.ticket = await _next_ticket()
        is_customer = appointment.customer_id == self.user.pk
        own = f"user.{self.user.pk}"
        for group in {
            appointment.call_group,
            own,
            own if is_customer else f"provider.{appointment.provider_id}",
        }:
            await self.channel_layer.group_add(group, self.channel_name)
            self.listens_to.append(group)
        self.watch = asyncio.create_task(self._watch_window())
        await self._tell_other_tabs()

    async def disconnect(self, code: int) -> None:
        if self.watch is not None:
            self.watch.cancel()
        try:
            if self.page and not self.is_gone:
                await self._record(CallEventKind.AWAY)
                await self._hand_on({"type": "away", "page": self.page})
            for group in self.listens_to:
                await self.channel_layer.group_discard(group, self.channel_name)
        except AWAY as error:
            logger.warning("a call's page left during an outage: %s", error)

    # --- what the page says -----------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.listens_to or self._is_flooding():
            await self.close(FLOODING if self.listens_to else NOT_THEIRS)
            return
        command = _read(text_data)
        try:
            if command is None:
                raise _malformed()
            await self._obey(command)
        except DomainError as error:
            await self._answer(command, {"type": "error", "code": error.code, "sentence": error.sentence})
        except OUTAGE as error:
            logger.warning("a call's page said something during an outage: %s", error)
            await self._answer(command, {"type": "error", "code": "later", "sentence": ""})
        else:
            await self._answer(command, {"type": "ack"})

    async def _obey(self, command: dict[str, Any]) -> None:
        kind = command["type"]
        if kind == "hello":
            self.page = command["page"]
            await self._record(CallEventKind.JOINED)
        elif kind == "bye":
            self.is_gone = True
            await self._record(CallEventKind.LEFT)
        if kind in _RELAYED:
            kept = {key: command[key] for key in _RELAYED[kind] if key in command}
            await self._hand_on({"type": kind, **kept})
        elif kind == "report":
            await self._record(_reported(command), str(command.get("detail", "")))
        elif kind == "message":
            await self._post(str(command.get("body", "")), command)
        elif kind == "read":
            await self._mark_read(command.get("seq"))
        elif kind != "ping":  # its answer is all that a ping asks for
            raise _malformed()

    async def _answer(self, command: dict[str, Any] | None, answer: dict[str, Any]) -> None:
        await self._say({**answer, "client_id": (command or {}).get("client_id")})

    async def _hand_on(self, event: dict[str, Any]) -> None:
        await broadcast(self.appointment.call_group, {**event, "user": self.user.pk})

    async def _say(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(event, ensure_ascii=False))

    def _is_flooding(self) -> bool:
        minute = int(time.monotonic() // 60)
        self.commands = self.commands + 1 if minute == self.minute else 1
        self.minute = minute
        return self.commands > MAX_COMMANDS_A_MINUTE

    # --- what the site says -----------------------------------------------------------------------

    async def push(self, message: dict[str, Any]) -> None:
        event = message["event"]
        kind, is_mine = event["type"], event.get("user") == self.user.pk
        if kind == "access":
            await self._check_access()
        elif kind == "tab" and is_mine:
            await self._compare_tabs(event["ticket"])
        elif kind == "changed":
            self.moved.set()
        elif (kind in _HANDED_ON and "page" in event and not is_mine) or (
            kind == "message" and event["thread"] == self.appointment.thread_id
        ):
            # Cards are drawn in the conversation, not beside a call, so private ones go to nobody here.
            await self._say(messaging.as_heard_by(event, 0, ()) or event)

    async def _check_access(self) -> None:
        """Someone who was suspended, or has left the shop, is out of the call too."""
        if not await self._may_stay():
            await self.close(NOT_THEIRS)

    async def _tell_other_tabs(self) -> None:
        await self._hand_on({"type": "tab", "ticket": self.ticket})

    async def _compare_tabs(self, ticket: int) -> None:
        """The newest tab of a person wins. An older one that was slow to listen is told again."""
        if ticket > self.ticket:
            self.is_gone = True
            await self.close(OTHER_TAB)
        elif ticket < self.ticket:
            await self._tell_other_tabs()

    async def _watch_window(self) -> None:
        """Shows the page until when the door is open, and closes it politely then."""
        while True:
            appointment = await self._read_appointment()
            now = timezone.now()
            if appointment is None or appointment.phase(now) != Phase.ENTERABLE:
                await self._say({"type": "over"})
                await self.close(OUTSIDE_WINDOW)
                return
            await self._say({"type": "window", "closes_at": appointment.closes_at.isoformat()})
            self.moved.clear()
            with contextlib.suppress(TimeoutError):
                seconds = (appointment.closes_at - now).total_seconds()
                await asyncio.wait_for(self.moved.wait(), max(seconds, 0) + 0.05)

    # --- what is stored ---------------------------------------------------------------------------

    @_in_thread
    def _read_appointment(self) -> Appointment | None:
        appointments = Appointment.objects.callable_by(self.user).select_related("thread")
        return appointments.filter(pk=self.scope["url_route"]["kwargs"]["pk"]).first()

    @_in_thread
    def _may_stay(self) -> bool:
        is_active = User.objects.filter(pk=self.user.pk, is_active=True, must_change_password=False).exists()
        return (
            is_active and Appointment.objects.callable_by(self.user).filter(pk=self.appointment.pk).exists()
        )

    @_in_thread
    def _record(self, kind: CallEventKind, detail: str = "") -> None:
        calls.record(self.appointment, by=self.user, kind=kind, page=self.page, detail=detail)

    @_in_thread
    def _post(self, body: str, command: dict[str, Any]) -> None:
        with translation.override(self.user.language or settings.LANGUAGE_CODE):
            try:
                client_id = uuid.UUID(str(command.get("client_id")))
            except ValueError:
                raise _malformed() from None
            messaging.post_message(self.appointment.thread, by=self.user, body=body, client_id=client_id)

    @_in_thread
    def _mark_read(self, seq: Any) -> None:
        if isinstance(seq, int):
            self.appointment.thread.refresh_from_db(fields=["last_seq"])
            messaging.mark_read(self.appointment.thread, by=self.user, seq=seq)


@_in_thread
def _next_ticket() -> int:
    """A number that grows across all servers: the newest tab has the highest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('appointments_callevent', 'id'))")
        return int(cursor.fetchone()[0])


def _read(text: str | None) -> dict[str, Any] | None:
    """The command, or None when it has not the shape of one."""
    try:
        command = json.loads(text or "") if len(text or "") <= MAX_FRAME else None
    except ValueError:
        return None
    if not isinstance(command, dict) or not isinstance(command.get("type"), str):
        return None
    pages = [command[key] for key in ("page", "to") if key in command]
    named = command["type"] not in _RELAYED or "page" in command
    is_named_well = named and all(isinstance(p, str) and _PAGE.fullmatch(p) for p in pages)
    return command if is_named_well else None


def _malformed() -> DomainError:
    return DomainError(_("That could not be read. Reload the page and try again."), code="malformed")


def _reported(command: dict[str, Any]) -> CallEventKind:
    kinds = {"connected": CallEventKind.CONNECTED, "failed": CallEventKind.FAILED}
    kind = kinds.get(str(command.get("kind")))
    if kind is None:
        raise _malformed()
    return kind
