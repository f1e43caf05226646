"""A real SMTP server on loopback that does as it is told."""

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class MailServer:
    """`accepted` holds what it took. `refuse_recipient` and `refuse_data` are answers such as "550 No such
    person". While `hold` is set, a message that has arrived is neither taken nor refused."""

    def __init__(self) -> None:
        self.accepted: list[Message] = []
        self.refuse_recipient = ""
        self.refuse_data = ""
        self.holding = threading.Semaphore(0)  # counted up by each message that is being held
        self.hold = False
        self.sessions = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller = _CountingController(self, hostname="127.0.0.1", port=self.port)

    @property
    def message_ids(self) -> list[str]:
        return [message["Message-ID"] for message in self.accepted]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse_data:
            return self.refuse_data
        if self.hold:
            self.holding.release()
            while self.hold:
                await asyncio.sleep(0.02)
            if server.transport is None or server.transport.is_closing():
                return "451 You have gone"
        self.accepted.append(email.message_from_bytes(envelope.content))
        return "250 OK"

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        self._controller.start()
        try:
            yield self
        finally:
            self.hold = False
            self._controller.stop()


class _CountingController(Controller):
    def factory(self) -> SMTP:
        counted: MailServer = self.handler

        class Counting(SMTP):
            def connection_made(self, transport: Any) -> None:
                counted.sessions += 1
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                counted.sessions -= 1
                super().connection_lost(error)

        return Counting(self.handler, **self.SMTP_kwargs)
