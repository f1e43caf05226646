"""A real daphne on loopback, on this session's test database."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User

_LISTENING = re.compile(r"Listening on TCP address 127\.0\.0\.1:(\d+)")


@contextmanager
def running_daphne(log: Path, **changes: str) -> Iterator[str]:
    """Its host and port while it runs; afterwards its log is searched for tracebacks. `changes` to the
    environment: other servers than this session's."""
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + str(settings.DATABASES["default"]["NAME"])
    environment = {**os.environ, "DATABASE_URL": url, "DATABASE_POOL": "4", "DEBUG": "1", "LOG_LEVEL": "INFO"}
    environment |= changes
    command = [sys.executable, "-m", "daphne", "-e", "tcp:0:interface=127.0.0.1"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "marketplace.asgi:application"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield f"127.0.0.1:{_port(log, process)}"
    finally:
        process.terminate()
        process.wait(20)
    said = log.read_text()
    assert "Traceback" not in said, said[-6000:]


def session_key(user: User) -> str:
    """Logs `user` in by a session row."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key is not None
    return session.session_key


def _port(log: Path, process: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := _LISTENING.search(log.read_text()):
            return int(found.group(1))
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())
