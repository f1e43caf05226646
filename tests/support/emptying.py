"""Emptying the test database after a test while a site's own processes still work on it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg.errors import LockNotAvailable

# Shorter than PostgreSQL's deadlock_timeout of a second: the emptying gives way before anybody is
# taken for one side of a deadlock, the site least of all.
_WAIT_MS = 300
_PATIENCE = 30.0  # seconds
_PAUSE = 0.05  # seconds in which tables are nobody's, so that a task gets on


class _WorkIsLeftError(Exception):
    pass


@contextmanager
def patient_emptying(is_work_left: Callable[[], bool]) -> Iterator[None]:
    """Within it, a flush lets requests that hold tables and the worker's tasks finish, and tries again.

    A task may hold no table between two of its statements, so it is asked for after emptying, while
    nobody else can read a table: what is begun later finds all of them empty.
    """
    flush: Callable[..., Any] = DatabaseOperations.execute_sql_flush

    def flush_patiently(self: DatabaseOperations, statements: list[str]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(f"SET LOCAL lock_timeout = {_WAIT_MS}")
                    flush(self, statements)
                    if is_work_left():
                        raise _WorkIsLeftError
                return
            except (OperationalError, _WorkIsLeftError) as error:
                is_held = isinstance(error, _WorkIsLeftError) or isinstance(error.__cause__, LockNotAvailable)
                if not is_held or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_patiently)
        yield
