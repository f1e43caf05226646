"""A site of its own, whose PostgreSQL and Redis a test may stop."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from marketplace.dev.embedded import EmbeddedServers
from marketplace.dev.run import SOCKET_PATIENCE
from tests.support.private import ROOT, get, private_servers, run_django, wait_until


@dataclass
class Site:
    address: str
    cookie: str
    servers: EmbeddedServers
    log: Path

    def get(self, path: str, *, signed_in: bool = False) -> tuple[int, str]:
        return get(self.address + path, cookie=self.cookie if signed_in else "")


LOG_IN = """
from accounts.models import User
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
import json
user = User.objects.create_user(username="reader", password="x", email="reader@people.example", language="en")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(json.dumps("sessionid=" + session.session_key))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """daphne with a pool, as `make run` and production start it."""
    folder = tmp_path_factory.mktemp("outage")
    with private_servers() as servers:
        env = {
            **os.environ,
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "REDIS_DATABASE_OFFSET": "0",
            "DATA_DIR": str(folder),
            "DATABASE_POOL": "4",
            "PYTHONWARNINGS": "ignore",
            "DEBUG": "1",
            "LOG_LEVEL": "INFO",  # daphne says its port
        }
        for command in (["migrate"], ["collectstatic", "--noinput"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "-v0"],
                cwd=ROOT,
                env={**env, "DATABASE_POOL": "0"},
                check=True,
            )
        cookie = run_django(LOG_IN, {**env, "DATABASE_POOL": "0"})
        log = folder / "web.log"
        daphne = [
            sys.executable,
            "-m",
            "daphne",
            *SOCKET_PATIENCE,
            "-e",
            "tcp:0:interface=127.0.0.1",
            "marketplace.asgi:application",
        ]
        with log.open("wb") as out:
            web = subprocess.Popen(daphne, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            listening = re.compile(r"Listening on TCP address 127\.0\.0\.1:(\d+)")
            wait_until(lambda: bool(listening.search(log.read_text())), 60, log.read_text)
            found = listening.search(log.read_text())
            assert found
            yield Site(f"http://127.0.0.1:{found[1]}", str(cookie), servers, log)
        finally:
            web.terminate()
            web.wait(20)
