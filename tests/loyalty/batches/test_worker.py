"""Real workers: killed half way, and two at once."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from loyalty.domain import batches
from loyalty.domain.batches import claims
from loyalty.domain.checking import check_balances
from loyalty.enums import BatchKind, BatchStatus
from loyalty.models import Batch, LedgerEntry, Member
from tests.loyalty.batches.conftest import counts_of
from tests.support.queue import forget_waiting

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
ROWS = 50_000


def _worker() -> "subprocess.Popen[bytes]":
    """A Celery worker on the test's own database."""
    url = os.environ["DATABASE_URL"]
    own = url[: url.rindex("/") + 1] + str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "marketplace", "worker", "--pool=solo"]
    return subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": own, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def workers() -> Iterator[list["subprocess.Popen[bytes]"]]:
    forget_waiting()
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait(20)
    forget_waiting()


def _await(batch: Batch, reached: Callable[[Batch], bool], seconds: float = 300) -> Batch:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        batch = Batch.objects.get(pk=batch.pk)
        if reached(batch):
            return batch
        time.sleep(0.02)
    raise AssertionError((batch.status, counts_of(batch), batch.problem))


def _file() -> str:
    lines = (f"08{n:08},Member {n},{n % 50}" for n in range(1, ROWS + 1))
    return "Phone,Name,Points\n" + "\n".join(lines) + "\n0899,bad,1\n0800000001,again,1\n"


def test_an_import_whose_worker_is_killed_half_way_goes_on_adds_up_and_can_be_undone(
    checked: Callable[..., Batch], member: Member, clerk: User, workers: list["subprocess.Popen[bytes]"]
) -> None:
    assert settings.MEDIA_ROOT
    before = list(Member.objects.values())
    batch = checked(_file(), BatchKind.MEMBERS)
    assert counts_of(batch) == (ROWS + 2, ROWS, 0, 0, 2, 0)
    workers.append(_worker())
    batches.run(batch, by=clerk)

    half = _await(batch, lambda at: at.rows_done > 0)
    workers[0].kill()
    workers[0].wait(20)
    half = Batch.objects.get(pk=batch.pk)
    assert (half.status, 0 < half.rows_done < ROWS) == ("running", True)
    assert Member.objects.count() == half.rows_done + 1  # members and how far it got are one thing

    Batch.objects.update(beat_at=timezone.now() - timedelta(seconds=claims.STALE_SECONDS + 1))
    workers.append(_worker())
    batches.take_up()
    batch = _await(batch, lambda at: at.status == "done")

    points = sum(n % 50 for n in range(1, ROWS + 1))
    assert counts_of(batch) == (ROWS + 2, 0, ROWS, 0, 2, 0)
    assert Member.objects.count() == ROWS + 1
    assert Member.objects.aggregate(sum=Sum("balance")) == {"sum": points}
    assert LedgerEntry.objects.aggregate(sum=Sum("points")) == {"sum": points}
    assert batch.points_added == points
    assert check_balances().wrong == []

    batches.undo(batch, by=clerk)
    batch = _await(batch, lambda at: at.status == "undone")
    assert counts_of(batch) == (ROWS + 2, 0, 0, 0, 2, ROWS)
    assert list(Member.objects.current().values()) == before
    assert LedgerEntry.objects.aggregate(sum=Sum("points")) == {"sum": 0}


def test_a_step_that_takes_long_keeps_no_second_worker_waiting(
    checked: Callable[..., Batch], member: Member, clerk: User
) -> None:
    batch = checked("Phone,Points\n0812345678,5\n")
    batches.run(batch, by=clerk)
    token = claims.claim(batch.pk)
    assert token is not None
    Batch.objects.update(beat_at=timezone.now() - timedelta(seconds=claims.STALE_SECONDS + 1))
    at_it, asked = Event(), Event()

    def work() -> None:
        try:
            with claims.step(batch.pk, token, BatchStatus.RUNNING):
                at_it.set()
                asked.wait(60)
        finally:
            connections.close_all()

    worker = Thread(target=work)
    worker.start()
    try:
        assert at_it.wait(60)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            second = claims.claim(batch.pk)
    finally:
        asked.set()
        worker.join()

    batch.refresh_from_db()
    assert (second, batch.claim, batch.attempts) == (None, token, 1)


def test_two_workers_on_one_batch_do_it_once(
    checked: Callable[..., Batch],
    make_member: Callable[..., Member],
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loyalty.domain.batches.running.ROWS_AT_ONCE", dict.fromkeys(BatchKind, 7))
    monkeypatch.setattr(claims, "STALE_SECONDS", -1)  # each takes the other for dead
    monkeypatch.setattr(
        "loyalty.domain.batches.running.MAX_ATTEMPTS", 10_000
    )  # and for no death of the chunk's
    people = [make_member() for _n in range(5)]
    lines = "".join(f"{people[n % 5].phone},{n % 9 + 1}\n" for n in range(200))
    batch = checked(f"Phone,Points\n{lines}")
    batches.run(batch, by=clerk)
    together = Barrier(4)

    def work() -> None:
        together.wait()
        try:
            while batches.work_on(batch.pk) is False and Batch.objects.get(pk=batch.pk).status == "running":
                pass
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    batch.refresh_from_db()
    assert (batch.status, counts_of(batch)) == ("done", (200, 0, 200, 0, 0, 0))
    assert LedgerEntry.objects.count() == 200
    assert Member.objects.aggregate(sum=Sum("balance")) == {"sum": sum(n % 9 + 1 for n in range(200))}
    assert check_balances().wrong == []
