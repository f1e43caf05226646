"""A whole site on loopback: daphne, a worker with the scheduler, on this session's test database."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from accounts.models import User
from marketplace.demo.pictures import draw_scene
from tests.conftest import PASSWORD
from tests.support.emptying import patient_emptying
from tests.support.queue import is_work_left
from tests.support.relays import TURN_SECRET, Relay

ROOT = Path(settings.BASE_DIR)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def site_environment(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the site's processes: the test database, their own DATA_DIR."""
    database = settings.DATABASES["default"]
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + str(database["NAME"])
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DEBUG": "1",
        "DATABASE_POOL": "8",
        "LOG_LEVEL": "INFO",  # daphne tells its port at that level
        "DATA_DIR": str(Path(os.environ["DATA_DIR"])),
    }
    # Only this pytest process runs an event loop beside the ORM; the site must not be let off.
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    _run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], environment)
    return environment


@pytest.fixture(scope="session")
def site(site_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site's address. Its logs are searched for tracebacks at the end."""
    folder = tmp_path_factory.mktemp("site")
    web_log, worker_log = folder / "web.log", folder / "worker.log"
    daphne = [
        sys.executable,
        "-m",
        "daphne",
        "-e",
        "tcp:0:interface=127.0.0.1",
        "marketplace.asgi:application",
    ]
    celery = [sys.executable, "-m", "celery", "-A", "marketplace", "worker", "-B", "-c1", "-lWARNING"]
    celery += ["-s", str(folder / "beat")]
    web = _start(daphne, site_environment, web_log)
    worker = _start(celery, {**site_environment, "DATABASE_POOL": "0"}, worker_log)
    try:
        port = _await_line(web_log, r"Listening on TCP address 127\.0\.0\.1:(\d+)", web)
        address = f"http://127.0.0.1:{port}"
        _await_answer(address)
        with patient_emptying(is_work_left):
            yield address
    finally:
        for process in (web, worker):
            process.terminate()
        for process in (web, worker):
            process.wait(20)
    for log in (web_log, worker_log):
        assert "Traceback" not in log.read_text(), log.read_text()[-6000:]


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """With a pretended camera and microphone; loopback is enough for peer connections."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            "--allow-loopback-in-peer-connection",
            "--autoplay-policy=no-user-gesture-required",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def open_browser(chromium: Browser, site: str, transactional_db: None) -> Iterator[Callable[..., Page]]:
    """Makes a person's own browser: `open_browser(user, language="th", viewport=PHONE)` → a page.

    Contexts are closed before the tables are flushed.
    """
    contexts: list[BrowserContext] = []

    def make(user: User | None = None, *, language: str = "th", viewport: Any = None, **options: Any) -> Page:
        context = chromium.new_context(
            viewport=viewport or DESKTOP, locale=language, base_url=site, service_workers="block", **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, site)])
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error on {page.url}: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    """coturn on loopback, running."""
    relay = Relay(tmp_path)
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def relayed_site(relay: Relay, site_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """A second web process whose calls all go through the relay."""
    environment = {
        **site_environment,
        "TURN_URLS": relay.address,
        "TURN_SECRET": TURN_SECRET,
        "ICE_TRANSPORT_POLICY": "relay",
    }
    log = tmp_path / "web.log"
    command = [
        sys.executable,
        "-m",
        "daphne",
        "-e",
        "tcp:0:interface=127.0.0.1",
        "marketplace.asgi:application",
    ]
    process: subprocess.Popen[bytes] = _start(command, environment, log)
    try:
        port = _await_line(log, r"Listening on TCP address 127\.0\.0\.1:(\d+)", process)
        _await_answer(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()[-6000:]


@pytest.fixture(scope="session")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo such as a phone makes."""
    path = tmp_path_factory.mktemp("photos") / "photo.jpg"
    draw_scene("law_consult").save(path, "JPEG")
    return path


def session_cookie(user: User, site: str) -> Any:
    """Logs `user` in by a session row."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site}


def password_as_the_site_keeps_it() -> str:
    """The cast's password; the tests' own way of keeping passwords is a quicker one."""
    return PBKDF2PasswordHasher().encode(PASSWORD, "a-salt-of-tests", iterations=1000)


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def _start(command: list[str], environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)


def _await_line(log: Path, pattern: str, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text()):
            return found.group(1)
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _await_answer(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{address}/manifest.webmanifest", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
