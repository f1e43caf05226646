"""A shop's outside order system, small and real: it listens for our events over HTTP, checks who signed
them, and posts what becomes of its orders. Who writes a true one can begin here.

It signs and checks with the standard's own package, and knows no code of ours.
"""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

Json = dict[str, Any]


@dataclass
class OutsideShop:
    """`events` are those whose signature was right. The next answers are `answers`, then `status`."""

    secret: str = ""
    status: int = 204
    answers: list[int] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    forged: int = 0
    drip_seconds: float = 0.0  # between the bytes of an answer that never ends
    location: str = ""
    url: str = ""
    stopped: Event = field(default_factory=Event)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        try:
            event = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            self.forged += 1
            return 401
        status = self.answers.pop(0) if self.answers else self.status
        self.ids.append(headers["webhook-id"])
        self.hosts.append(headers["host"])
        self.events.append(event)
        return status

    def tell(
        self, url: str, update: Json, *, event_id: str = "", at: datetime | None = None, secret: str = ""
    ) -> tuple[int, Json]:
        """Posts one update; status and body of the answer."""
        body = json.dumps(update)
        headers = signed(secret or self.secret, event_id or f"msg_{uuid4().hex}", body, at=at)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            connection.request("POST", parts.path, body.encode(), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def signed(secret: str, event_id: str, body: str, *, at: datetime | None = None) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, at, body),
    }


@contextmanager
def listening(shop: OutsideShop) -> Iterator[OutsideShop]:
    """While it lasts, `shop.url` answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = shop.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if shop.location:
                self.send_header("Location", shop.location)
            if shop.drip_seconds:
                self._drip()
                return
            answer = b"" if status == 204 else f"I say {status}".encode()
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _drip(self) -> None:
            self.end_headers()
            while not shop.stopped.wait(shop.drip_seconds):
                try:
                    self.wfile.write(b".")
                except OSError:
                    return

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}/events"
    try:
        yield shop
    finally:
        shop.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """Where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(shop: OutsideShop, events: int, seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while len(shop.events) < events:
        assert time.monotonic() < limit, f"{len(shop.events)} events came"
        time.sleep(0.02)
