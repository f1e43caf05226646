"""A test's end must not fight the site that is still answering."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import connection, connections

from tests.support.emptying import patient_emptying


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
    with patient_emptying():
        call_command(
            "flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True
        )
    other.join(20)

    assert not faults


def _await_somebody_waiting_for(table: str) -> None:
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")
