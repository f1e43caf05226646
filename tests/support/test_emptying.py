"""A test's end must not fight the site that is still answering."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import connection, connections

from accounts.models import User
from marketplace.celery import app
from marketplace.common.background import enqueue_on_commit
from tests.support.emptying import patient_emptying
from tests.support.queue import forget_waiting, is_work_left


@pytest.mark.django_db(transaction=True)
def test_emptying_gives_way_to_a_request_that_holds_a_table_and_wants_another() -> None:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    holds, faults = threading.Event(), list[Exception]()

    def request() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute(f'SELECT 1 FROM "{tables[-1]}" LIMIT 1')
                holds.set()
                _await_somebody_waiting_for(tables[-1])
                cursor.execute(f'SELECT 1 FROM "{tables[0]}" LIMIT 1')
                cursor.execute("COMMIT")
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    other = threading.Thread(target=request)
    other.start()
    assert holds.wait(10)
    with patient_emptying(lambda: False):
        _flush()
    other.join(20)

    assert not faults


@pytest.mark.django_db(transaction=True)
def test_emptying_lets_a_task_finish_that_reads_twice() -> None:
    """As a worker does: between its statements it holds no table at all."""
    User.objects.create_user("reader@example.com", email="reader@example.com")
    has_begun, is_done, found = threading.Event(), threading.Event(), list[bool]()

    def task() -> None:
        try:
            found.append(User.objects.exists())
            has_begun.set()
            _await_a_try_at_emptying()
            found.append(User.objects.exists())
        finally:
            is_done.set()
            connections.close_all()

    worker = threading.Thread(target=task)
    worker.start()
    assert has_begun.wait(10)
    with patient_emptying(lambda: not is_done.is_set()):
        _flush()
    worker.join(20)

    assert found == [True, True]
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_work_is_left_while_a_task_waits_or_is_not_acknowledged() -> None:
    forget_waiting()
    assert not is_work_left()

    enqueue_on_commit("common.heartbeat")
    assert is_work_left()

    with app.connection_for_read() as connection:
        message = connection.SimpleQueue("celery").get(timeout=5)
        assert is_work_left()
        message.ack()
    assert not is_work_left()


def _flush() -> None:
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)


def _await_a_try_at_emptying() -> None:
    """Until somebody held all tables and gave them back."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND mode = 'AccessExclusiveLock'",
                [User._meta.db_table],
            )
            if cursor.fetchone():
                return
    raise AssertionError("nobody empties")


def _await_somebody_waiting_for(table: str) -> None:
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")
