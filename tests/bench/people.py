"""Rooms of two, with log-in cookies: `python -m tests.bench.people COUNT FILE` on a site's database."""

import json
import sys
from pathlib import Path
from typing import Any

import django


def _person(name: str) -> "tuple[object, str]":
    from accounts.models import User

    user = User.objects.create(username=name, email=f"{name}@bench.example", display_name=name)
    return user, session_of(user)


def session_of(user: "Any") -> str:
    """The cookie of a log-in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


def main(count: int, file: Path) -> None:
    """Writes [[thread id, customer's cookie, owner's cookie], …] to `file`."""
    django.setup()
    from accounts.domain import open_shop
    from messaging.domain import open_thread

    rooms = []
    for number in range(count):
        customer, one = _person(f"customer{number}")
        owner, two = _person(f"owner{number}")
        shop = open_shop(owner, name=f"Shop of {number}")  # type: ignore[arg-type]
        thread = open_thread(customer=customer, provider=shop, topic="Bench")  # type: ignore[arg-type]
        rooms.append([thread.pk, one, two])
    file.write_text(json.dumps(rooms))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
