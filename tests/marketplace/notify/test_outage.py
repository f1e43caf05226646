"""Redis away or hanging while orders are placed; a worker that is killed in the middle of sending, and one
that lives through Redis's absence."""

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from redis import Redis

from accounts.models import User
from marketplace.celery import app
from marketplace.common.models import Heartbeat
from marketplace.dev.valkey import Valkey
from marketplace.notify.domain import send_due
from marketplace.notify.models import CLAIM_LASTS, Notification
from messaging.models import Message
from orders.domain import place_order
from orders.models import Order
from services.models import Service
from tests.support.daphne import running_daphne, session_key
from tests.support.mail import MailServer
from tests.support.private import ROOT, environment, private_servers, run_django, wait_until

PLACE = """
import json, time, uuid
import kombu.transport.redis, marketplace.celery
from django.db import transaction
from accounts.models import User
from orders.domain import place_order
from services.models import Service
by, service = User.objects.get(username="customer"), Service.objects.get()
with transaction.atomic():  # a web process has long imported everything
    place_order(service, by=by, form_token=uuid.uuid4())
    transaction.set_rollback(True)
began = time.monotonic()
for _ in range(3):
    place_order(service, by=by, form_token=uuid.uuid4())
print(json.dumps(time.monotonic() - began))
"""


@pytest.mark.django_db(transaction=True)
def test_without_redis_orders_are_kept_at_once_and_the_sweep_tells_the_shop(
    customer: User, service: Service, mail_server: MailServer
) -> None:
    seconds = run_django(PLACE, environment(REDIS_URL="unix:///nowhere/valkey.sock"))

    assert seconds < 2  # type: ignore[operator]  # for three orders
    assert (Order.objects.count(), Message.objects.count()) == (3, 3)
    assert (send_due(), len(mail_server.accepted)) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_hangs_delays_an_order_by_less_than_two_seconds(
    customer: User, service: Service, mail_server: MailServer
) -> None:
    with private_servers(database_url="postgresql:///none") as servers:
        assert servers.valkey
        assert servers.valkey.pid
        os.kill(servers.valkey.pid, signal.SIGSTOP)
        try:
            seconds = run_django(
                PLACE.replace("range(3)", "range(1)"),
                environment(REDIS_URL=servers.redis_url, REDIS_DATABASE_OFFSET="0"),
            )
        finally:
            os.kill(servers.valkey.pid, signal.SIGCONT)

    assert seconds < 2  # type: ignore[operator]
    assert (Order.objects.count(), send_due()) == (1, 1)


@contextmanager
def celery(env: dict[str, str], log: Path, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", *command, "-lWARNING"],
            cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def worker(env: dict[str, str], log: Path) -> AbstractContextManager["subprocess.Popen[bytes]"]:
    return celery(env, log, "-A", "marketplace", "worker", "-c2", "--without-gossip", "--without-mingle")


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_sending_loses_nothing_and_repeats_nothing(
    customer: User, service: Service, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "worker.log"
    with private_servers(database_url="postgresql:///none") as servers, MailServer().running() as server:
        env = environment(
            REDIS_URL=servers.redis_url,
            REDIS_DATABASE_OFFSET="0",
            EMAIL_URL=f"smtp://127.0.0.1:{server.port}",
            DATABASE_POOL="0",
        )
        for _ in range(6):
            place_order(service, by=customer, form_token=uuid4())  # announced to another broker: all are left
        rows = list(Notification.objects.order_by("pk"))
        expected = Counter(f"<{row.message_id}@localhost>" for row in rows)
        announce = (
            "from marketplace.celery import app\n"
            f"for pk in {[row.pk for row in rows]}:\n"
            "    app.send_task('notify.send', kwargs={'notification_id': pk})\n"
            "print('null')"
        )

        server.hold = True
        with worker(env, log) as process:
            run_django(announce, env)
            held = [server.holding.acquire(timeout=60) for _ in range(2)]
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        assert held == [True, True], log.read_text()[-3000:]
        assert Notification.objects.filter(status="sending").count() == 2
        assert server.accepted == []
        wait_until(lambda: server.sessions == 0, 10)
        server.hold = False

        # What the dead worker claimed is free again after a while; here the while has passed.
        Notification.objects.filter(status="sending").update(
            claimed_at=timezone.now() - CLAIM_LASTS - timedelta(seconds=1)
        )
        with worker(env, log):
            run_django(
                "from marketplace.celery import app\napp.send_task('notify.send_due')\nprint('null')", env
            )
            everything_went_out = lambda: not Notification.objects.exclude(status="sent").exists()  # noqa: E731
            wait_until(everything_went_out, 60, lambda: log.read_text()[-3000:])

    assert Counter(server.message_ids) == expected


class Enough(Exception):  # noqa: N818
    """Tried often enough."""


def test_worker_and_scheduler_wait_for_redis_however_long_it_is_away() -> None:
    tries = 0

    def count(error: Exception, seconds: float) -> None:
        nonlocal tries
        tries += 1
        if tries == 1_000:  # eight hours, as they come every 30 seconds
            raise Enough

    away = app.connection_for_read("redis+socket:///nowhere/valkey.sock")
    with away, pytest.raises(Enough):
        away.ensure_connection(count, app.conf.broker_connection_max_retries, 0, 0, 0)

    assert tries == 1_000


def start_again(valkey: Valkey, port: int) -> None:
    valkey.begin()
    valkey.wait_ready()
    listen_on(valkey, port)


def listen_on(valkey: Valkey, port: int) -> None:
    with Redis.from_url(valkey.url) as client:
        client.config_set("port", port)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def order_on_the_page(site: str, service: Service, customer: User) -> tuple[int, str | None]:
    """The status, and where the customer's browser is sent."""
    token = "a" * 32  # in cookie and form, as a browser has it from the form's page
    form = {"csrfmiddlewaretoken": token, "form_token": uuid4(), "note": "", "preferred_at": ""}
    headers = {
        "Cookie": f"{django_settings.SESSION_COOKIE_NAME}={session_key(customer)}; csrftoken={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(HTTPConnection(site, timeout=10)) as browser:
        browser.request("POST", f"/services/{service.pk}/order/", urlencode(form), headers)
        answer = browser.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location")


@pytest.mark.django_db(transaction=True)
def test_processes_that_live_through_an_outage_of_redis_send_each_alert_once(
    customer: User, service: Service, tmp_path: Path
) -> None:
    """Web, worker (with what docker-compose.yml gives it) and scheduler; none is started again."""
    log, web_log, port = tmp_path / "celery.log", tmp_path / "web.log", free_port()
    with private_servers(database_url="postgresql:///none") as servers, MailServer().running() as server:
        assert servers.valkey
        listen_on(servers.valkey, port)
        redis = {"REDIS_URL": f"redis://127.0.0.1:{port}", "REDIS_DATABASE_OFFSET": "0"}
        env = environment(EMAIL_URL=f"smtp://127.0.0.1:{server.port}", DATABASE_POOL="0", **redis)
        beat = f"-A tests.support.quick_beat beat --schedule={tmp_path / 'beat'} --pidfile=".split()
        say = lambda: log.read_text()[-3000:]  # noqa: E731
        with (
            celery(env, log, "-A", "marketplace", "worker", "--concurrency=2") as working,
            celery(env, log, *beat) as scheduling,
            running_daphne(web_log, **redis) as site,
        ):
            wait_until(Heartbeat.objects.exists, 60, say)
            server.hold = True
            order_on_the_page(site, service, customer)
            assert server.holding.acquire(timeout=30), say()  # its alert is on its way

            servers.valkey.stop()
            answer = order_on_the_page(site, service, customer)
            ordered = Order.objects.latest("pk")
            wait_until(lambda: "Connection to broker lost" in log.read_text(), 20, say)
            server.hold = False
            wait_until(lambda: Notification.objects.filter(status="sent").exists(), 20, say)
            waiting = list(Notification.objects.values_list("status", flat=True).order_by("pk"))
            start_again(servers.valkey, port)

            wait_until(lambda: not Notification.objects.exclude(status="sent").exists(), 40, say)
            ended_by_themselves = [working.poll(), scheduling.poll()]

    assert answer == (302, f"/orders/{ordered.pk}/")
    assert waiting == ["sent", "pending"]
    assert ended_by_themselves == [None, None]
    rows = Notification.objects.all()
    assert Counter(server.message_ids) == {f"<{row.message_id}@localhost>": 1 for row in rows}
    assert len(server.accepted) == 2
