"""`make run`, from a folder with nothing in it to a market that answers, and to its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import psycopg
import pytest
from django.conf import settings

from marketplace.dev import processes
from marketplace.dev.run import MARK

PATIENCE = 300.0  # seconds; other tests may need the machine at the same time


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def run(data_dir: Path, tmp_path: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The command, and what it says."""
    said = tmp_path / "said.txt"
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(data_dir)}
    for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "REDIS_DATABASE_OFFSET", "EMAIL_URL"):
        environment.pop(name, None)
    with said.open("wb") as out:
        command = subprocess.Popen(
            [sys.executable, "-m", "marketplace.dev.run"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    yield command, said
    if command.poll() is None:
        command.send_signal(signal.SIGTERM)
        command.wait(60)


def test_one_command_brings_up_a_market_and_ctrl_c_ends_all_of_it(
    run: tuple[subprocess.Popen[bytes], Path], port: int, data_dir: Path
) -> None:
    command, said = run
    _await(f"Ready: http://127.0.0.1:{port}", command, said)

    assert _status(port, "/healthz") == 200
    assert _status(port, "/") == 200
    assert "provider@demo.example" in said.read_text()
    assert f"sessionid_{port}=" in _log_in(port)  # a second store beside it has a session of its own
    market = psycopg.connect(host=str(data_dir / "servers" / "sockets"), user="talad", dbname="talad")
    with market as db:
        assert _all(db, "SELECT count(*) >= 24 FROM services_service") == {True}
        assert _all(db, "SELECT DISTINCT language FROM accounts_user") == {"en", "th", "fa", "vi"}
        orders = _all(db, "SELECT DISTINCT status FROM orders_order")
        assert {"placed", "confirmed", "completed", "cancelled"} <= orders
        assert _all(db, "SELECT DISTINCT lower(period) > now() FROM appointments_appointment") == {
            True,
            False,
        }
        assert _all(db, "SELECT count(*) > 0 FROM loyalty_ledgerentry") == {True}
        assert len(_all(db, "SELECT DISTINCT state FROM delivery_delivery")) == 7
        assert _all(db, "SELECT count(*) > 0 FROM delivery_deliveryevent WHERE photo <> ''") == {True}

    command.send_signal(signal.SIGINT)
    command.wait(60)

    assert "Stopped." in said.read_text()
    assert "Traceback" not in said.read_text()
    assert processes.find_marked(f"{MARK}={data_dir}") == []
    assert not list((data_dir / "servers" / "sockets").glob("*"))


def _await(sentence: str, command: "subprocess.Popen[bytes]", said: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while sentence not in said.read_text():
        assert command.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.2)


def _status(port: int, path: str) -> int:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return int(answer.status)


def _log_in(port: int) -> str:
    """The cookies of a demo account's browser."""
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies))
    address = f"http://127.0.0.1:{port}/accounts/login/"
    with browser.open(address, timeout=20) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token
    form = {"csrfmiddlewaretoken": token[1], "login": "customer@demo.example", "password": "talad-demo"}
    with browser.open(address, urlencode(form).encode(), timeout=20) as page:
        assert page.url.endswith("/dashboard/")
    return ";".join(f"{cookie.name}={cookie.value}" for cookie in cookies)


def _all(db: "psycopg.Connection[tuple[object, ...]]", query: str) -> set[object]:
    return {row[0] for row in db.execute(query).fetchall()}
