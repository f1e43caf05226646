"""Servers, a site or a worker of one test's own, which it may stop, stall and kill."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from marketplace.dev.embedded import EmbeddedServers

ROOT = Path(settings.BASE_DIR)


@contextmanager
def private_servers(*, database_url: str | None = None) -> Iterator[EmbeddedServers]:
    """A PostgreSQL and a Valkey; with `database_url` the Valkey alone."""
    with tempfile.TemporaryDirectory(prefix="talad-private-", ignore_cleanup_errors=True) as folder:
        servers = EmbeddedServers(Path(folder), durable=False, database_url=database_url)
        servers.start()
        try:
            yield servers
        finally:
            servers.remove()


def environment(**changes: str) -> dict[str, str]:
    """For a child on this session's test database."""
    database = str(connection.settings_dict["NAME"])
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + database
    return {**os.environ, "DATABASE_URL": url, "PYTHONWARNINGS": "ignore", **changes}


def run_django(script: str, env: dict[str, str]) -> object:
    """Runs `script` in a process of its own after django.setup(); what it prints last is read as JSON."""
    start = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'marketplace.settings'; django.setup()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", start + script], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def get(url: str, *, cookie: str = "", accept: str = "text/html") -> tuple[int, str]:
    """Status and text of a page."""
    headers = {"Accept": accept, "Accept-Language": "en"} | ({"Cookie": cookie} if cookie else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait_until(holds: Callable[[], bool], seconds: float, message: Callable[[], str] = lambda: "") -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, message()
        time.sleep(0.05)
