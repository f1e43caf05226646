"""A real site for the sockets, and a small client of it."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from websockets.sync.client import ClientConnection, connect

from accounts.models import User
from tests.support.daphne import running_daphne, session_key


@pytest.fixture(scope="session")
def live_site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port."""
    with running_daphne(tmp_path_factory.mktemp("daphne") / "web.log") as address:
        yield address


class Socket:
    """One socket, spoken to one command at a time."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.events: list[dict[str, Any]] = []

    def say(self, **command: Any) -> dict[str, Any]:
        """Sends the command and returns its ack or error; what else arrives goes into `events`."""
        client_id = command.setdefault("client_id", str(uuid.uuid4()))
        self.connection.send(json.dumps(command))
        while True:
            heard = json.loads(self.connection.recv(timeout=10))
            if heard["type"] in ("ack", "error") and heard["client_id"] in (client_id, None):
                return heard
            self.events.append(heard)

    def say_raw(self, text: str | bytes) -> dict[str, Any]:
        self.connection.send(text)
        return self.next()

    def next(self, timeout: float = 10) -> dict[str, Any]:
        """The next event, from those already heard or from the site."""
        if self.events:
            return self.events.pop(0)
        heard: dict[str, Any] = json.loads(self.connection.recv(timeout=timeout))
        return heard

    def is_silent(self, seconds: float = 0.4) -> bool:
        if self.events:
            return False
        try:
            self.events.append(json.loads(self.connection.recv(timeout=seconds)))
        except TimeoutError:
            return True
        return False


@pytest.fixture
def open_socket(live_site: str, transactional_db: None) -> Iterator[Callable[[User | None], Socket]]:
    with ExitStack() as sockets:

        def make(user: User | None) -> Socket:
            cookie = f"{settings.SESSION_COOKIE_NAME}={session_key(user)}" if user else "none=1"
            headers = {"Cookie": cookie, "Origin": f"http://{live_site}"}
            address = f"ws://{live_site}/ws/live/"
            return Socket(sockets.enter_context(connect(address, additional_headers=headers, proxy=None)))

        yield make
