"""Appointments at chosen moments; what the outbox and the thread got."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.models import User
from appointments.domain.booking import book_appointment
from appointments.models import Appointment
from marketplace.notify.models import Notification
from messaging.models import Message, Thread
from tests.support.daphne import running_daphne, session_key


@pytest.fixture
def now() -> datetime:
    """A whole minute, so that times may be compared with what forms give back."""
    return timezone.now().replace(second=0, microsecond=0)


@pytest.fixture
def book(thread: Thread, provider: User, now: datetime) -> Callable[..., Appointment]:
    """`book(start=timedelta(hours=2))`: an appointment so long from now; `booked` before that."""

    def make(
        start: timedelta = timedelta(hours=2), *, booked: timedelta | None = None, **fields: Any
    ) -> Appointment:
        fields.setdefault("topic", "First talk")
        fields.setdefault("by", provider)
        moment = now + start
        made = now if booked is None else moment - booked
        return book_appointment(fields.pop("thread", thread), start=moment, now=made, **fields)

    return make


@pytest.fixture
def sent(db: None) -> Callable[[], list[tuple[str, str]]]:
    """(kind, recipient's username) of every alert, oldest first."""
    return lambda: list(Notification.objects.order_by("pk").values_list("kind", "recipient__username"))


@pytest.fixture
def lines(thread: Thread) -> Callable[[], list[tuple[str, str]]]:
    """(kind, body) of every message of the thread."""
    return lambda: list(Message.objects.filter(thread=thread).order_by("seq").values_list("kind", "body"))


@pytest.fixture(scope="session")
def live_site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a real daphne."""
    with running_daphne(tmp_path_factory.mktemp("daphne") / "web.log") as address:
        yield address


class CallSocket:
    """One page's socket, spoken to one command at a time."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []
        self.page = ""

    def say(self, **command: Any) -> dict[str, Any]:
        """Sends the command; returns its ack or error."""
        client_id = command.setdefault("client_id", str(uuid.uuid4()))
        self.page = {"hello": command.get("page", ""), "bye": ""}.get(command["type"], self.page)
        self.connection.send(json.dumps(command))
        while True:
            heard = json.loads(self.connection.recv(timeout=10))
            if heard["type"] in ("ack", "error") and heard["client_id"] in (client_id, None):
                return dict(heard)
            self.heard.append(heard)

    def next(self, *kinds: str) -> dict[str, Any]:
        """The next event of one of these kinds; others are dropped."""
        while True:
            event = self.heard.pop(0) if self.heard else json.loads(self.connection.recv(timeout=10))
            if event["type"] in kinds:
                return dict(event)

    def is_silent(self, seconds: float = 0.4) -> bool:
        """Nothing but the news of the window arrives."""
        try:
            while True:
                self.heard.append(json.loads(self.connection.recv(timeout=seconds)))
        except TimeoutError:
            return all(event["type"] == "window" for event in self.heard)

    def close_code(self) -> int:
        """Waits until the site closes the socket."""
        with pytest.raises(ConnectionClosed) as closed:
            self._read_to_the_end()
        self.page = ""
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    def _read_to_the_end(self) -> None:
        while True:
            self.connection.recv(timeout=10)

    def close(self) -> None:
        self.page = ""
        self.connection.close()

    def leave(self) -> None:
        """Says goodbye, so that the site has nothing left to write when the tables are emptied."""
        if self.page:
            self.say(type="bye", page=self.page)


@pytest.fixture
def call_socket(live_site: str, transactional_db: None) -> Iterator[Callable[..., CallSocket]]:
    """`call_socket(user, appointment)`; None for nobody signed in."""
    with ExitStack() as sockets:
        opened: list[CallSocket] = []

        def make(user: User | None, appointment: Appointment) -> CallSocket:
            cookie = f"{settings.SESSION_COOKIE_NAME}={session_key(user)}" if user else "none=1"
            headers = {"Cookie": cookie, "Origin": f"http://{live_site}"}
            address = f"ws://{live_site}/ws/call/{appointment.pk}/"
            connection = sockets.enter_context(connect(address, additional_headers=headers, proxy=None))
            opened.append(CallSocket(connection))
            return opened[-1]

        yield make
        for socket in opened:
            socket.leave()
