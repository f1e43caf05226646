import time
from collections.abc import Iterator

import pytest
from django.db import transaction
from kombu import pools

from marketplace.celery import app
from marketplace.common import background
from marketplace.common.background import enqueue_on_commit
from tests.support.queue import announced, forget_waiting


@pytest.fixture(autouse=True)
def _empty_queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(background, "_paused_until", 0.0)
    forget_waiting()
    yield
    pools.reset()


@pytest.mark.django_db(transaction=True)
def test_a_task_starts_when_the_transaction_is_committed_and_not_before() -> None:
    with transaction.atomic():
        enqueue_on_commit("notify.send", notification_id=7)
        assert announced() == []

    assert announced() == [("notify.send", {"notification_id": 7})]


@pytest.mark.django_db(transaction=True)
def test_no_task_starts_for_what_rolled_back() -> None:
    with transaction.atomic():
        enqueue_on_commit("notify.send", notification_id=7)
        transaction.set_rollback(True)

    assert announced() == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_no_error_and_no_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", "redis+socket:///nowhere/valkey.sock")
    began = time.monotonic()

    for number in range(20):
        enqueue_on_commit("notify.send", notification_id=number)

    assert time.monotonic() - began < 1
    assert len(caplog.messages) == 1  # after a failure the attempts pause
    assert caplog.messages[0].startswith("task notify.send not announced, the sweep will find it")


@pytest.mark.django_db(transaction=True)
def test_after_the_pause_tasks_are_announced_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as away:
        away.setattr(app.conf, "broker_write_url", "redis+socket:///nowhere/valkey.sock")
        enqueue_on_commit("notify.send", notification_id=1)
    enqueue_on_commit("notify.send", notification_id=2)
    monkeypatch.setattr(background, "_paused_until", 0.0)

    enqueue_on_commit("notify.send", notification_id=3)

    assert announced() == [("notify.send", {"notification_id": 3})]
