"""Redis away or hanging while orders are placed; a worker killed in the middle of sending."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from marketplace.notify.domain import send_due
from marketplace.notify.models import CLAIM_LASTS, Notification
from messaging.models import Message
from orders.domain import place_order
from orders.models import Order
from services.models import Service
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
def worker(env: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "celery", "-A", "marketplace", "worker", "-c2", "-lWARNING"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle"],
            cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


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
