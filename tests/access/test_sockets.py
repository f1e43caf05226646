"""Every socket × every person. A socket without a rule fails."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

import appointments.routing
import messaging.routing
from accounts.models import User
from marketplace.asgi import application
from tests.access.rules import ACTORS, CALLERS, SIGNED_IN

# pattern → (address, who may enter, what the others are told)
SOCKETS: dict[str, tuple[str, frozenset[str], int]] = {
    "ws/live/": ("/ws/live/", SIGNED_IN, 4401),
    "ws/call/<int:pk>/": ("/ws/call/{appointment}/", CALLERS, 4404),
}


def test_every_socket_has_a_rule() -> None:
    patterns = [*messaging.routing.websocket_urlpatterns, *appointments.routing.websocket_urlpatterns]

    assert sorted(str(pattern.pattern) for pattern in patterns) == sorted(SOCKETS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pattern", sorted(SOCKETS))
def test_a_socket_opens_for_whom_its_rule_names_and_for_nobody_else(
    pattern: str, appointment: Any, people: dict[str, User]
) -> None:
    address, allowed, refusal = SOCKETS[pattern]
    address = address.format(appointment=appointment.pk)

    found = {actor: _knock(address, people.get(actor)) for actor in ACTORS}

    expected = {a: "open" if a in allowed else refusal for a in ACTORS}
    expected["signed_out"] = 4401
    assert found == expected


@pytest.mark.django_db(transaction=True)
def test_an_unknown_socket_says_that_it_does_not_exist() -> None:
    assert _knock("/ws/nothing/", None) == 4404


def _knock(address: str, user: User | None) -> str | int:
    headers = [(b"origin", b"http://127.0.0.1"), (b"host", b"127.0.0.1")]
    if user is not None:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={_session(user)}".encode()))
    return async_to_sync(_knock_async)(address, headers)


async def _knock_async(address: str, headers: list[tuple[bytes, bytes]]) -> str | int:
    socket = WebsocketCommunicator(application, address, headers=headers)
    connected, _ = await socket.connect(timeout=5)
    assert connected
    if await socket.receive_nothing(timeout=0.3):
        await socket.disconnect()
        return "open"
    event = await socket.receive_output()
    if event["type"] == "websocket.close":
        return int(event["code"])
    await socket.disconnect()
    return "open"


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
