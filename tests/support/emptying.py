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


@contextmanager
def patient_emptying() -> Iterator[None]:
    """Within it, a flush lets requests and tasks that hold tables finish, and tries again."""
    flush: Callable[..., Any] = DatabaseOperations.execute_sql_flush

    def flush_patiently(self: DatabaseOperations, statements: list[str]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(f"SET LOCAL lock_timeout = {_WAIT_MS}")
                    flush(self, statements)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or time.monotonic() > deadline:
                    raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_patiently)
        yield
