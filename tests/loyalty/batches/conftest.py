import io
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from loyalty.domain import batches
from loyalty.enums import BatchKind
from loyalty.models import Batch, Programme
from tests.support.queue import forget_waiting


@pytest.fixture(autouse=True)
def _no_tasks_wait() -> None:
    forget_waiting()


@pytest.fixture
def clerk(make_person: Callable[..., User], programme: Programme) -> User:
    """Who uploads."""
    return make_person("clerk", is_staff=True, is_superuser=True)


@pytest.fixture
def upload(clerk: User) -> Callable[..., Batch]:
    def uploaded(
        content: str | bytes, kind: BatchKind = BatchKind.BY_PHONE, *, by: User | None = None, **more: Any
    ) -> Batch:
        data = content.encode() if isinstance(content, str) else content
        return batches.upload(io.BytesIO(data), name="file.csv", kind=kind, by=by or clerk, **more)

    return uploaded


@pytest.fixture
def checked(upload: Callable[..., Batch], clerk: User) -> Callable[..., Batch]:
    """Uploaded and tried, with the guessed columns."""

    def tried(
        content: str | bytes,
        kind: BatchKind = BatchKind.BY_PHONE,
        options: dict[str, Any] | None = None,
        **more: Any,
    ) -> Batch:
        batch = upload(content, kind, **more)
        batches.begin_check(batch, columns=batch.columns, options=options or {}, by=clerk)
        batches.work_on(batch.pk)
        batch.refresh_from_db()
        return batch

    return tried


@pytest.fixture
def done(checked: Callable[..., Batch], clerk: User) -> Callable[..., Batch]:
    """Uploaded, tried and run."""

    def ran(*arguments: Any, **named: Any) -> Batch:
        return run(checked(*arguments, **named), clerk)

    return ran


def run(batch: Batch, by: User) -> Batch:
    batches.run(batch, by=by)
    batches.work_on(batch.pk)
    batch.refresh_from_db()
    return batch


def undo(batch: Batch, by: User) -> Batch:
    batches.undo(batch, by=by)
    batches.work_on(batch.pk)
    batch.refresh_from_db()
    return batch


def rows_of(batch: Batch) -> list[tuple[int, str, str]]:
    """(number, status, problem) of every row."""
    return list(batch.rows.order_by("number").values_list("number", "status", "problem"))


def counts_of(batch: Batch) -> tuple[int, int, int, int, int, int]:
    """Of all rows: ready, done, skipped, errors, undone; they add up to the first."""
    parts = (batch.rows_ready, batch.rows_done, batch.rows_skipped, batch.rows_error, batch.rows_undone)
    assert batch.rows_total == sum(parts)
    return (batch.rows_total, *parts)
