"""A file comes in, its columns are matched, and it waits to be checked. Nothing is changed by that."""

import hashlib
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.batches import claims, files, hands
from loyalty.domain.batches import columns as columns_of
from loyalty.domain.batches.problems import FileError
from loyalty.enums import BatchDeed, BatchKind, BatchStatus, FileProblem, RowStatus
from loyalty.models import Batch
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError

MAX_BYTES = 100 * 1024 * 1024
FILL, SKIP = "fill", "skip"
_BLOCK = 1024 * 1024
_CHECKABLE = (BatchStatus.UPLOADED, BatchStatus.CHECKED, BatchStatus.STOPPED, BatchStatus.FAILED)
DISCARDABLE = (*_CHECKABLE, BatchStatus.WAITING)
_COUNTS = tuple(f"rows_{name}" for name in ("total", *RowStatus.values)) + ("points_added", "points_taken")


def upload(
    file: IO[bytes], *, name: str, kind: BatchKind, by: User, note: str = "", again: bool = False
) -> Batch:
    """Keeps the file with its guessed columns. Raises DomainError for a file that is none of ours, and for
    one that came before unless `again`: its `extra["first"]` is the batch of the first time."""
    digest, size = _measured(file)
    try:
        if size > MAX_BYTES:
            raise FileError(FileProblem.TOO_LARGE, megabytes=MAX_BYTES // (1024 * 1024))
        encoding = files.kind_of(file)
        headings, sample = files.headings_of(file, encoding)
    except FileError as error:
        raise DomainError(error.sentence, code=error.problem.value) from error
    first = first_with(digest, kind)
    if first is not None and not again:
        raise DomainError(
            _("This very file was uploaded before. To run it once more, tick that you mean it."),
            code="same_file",
            first=first,
        )
    batch = Batch(
        kind=kind,
        file_name=name[-200:],
        digest=digest,
        encoding=encoding,
        headings=headings,
        sample=sample,
        columns=columns_of.guess(kind, headings),
        note=note,
        by=by,
    )
    file.seek(0)
    batch.file.save(f"{digest[:16]}.{'xlsx' if encoding == files.XLSX else 'csv'}", File(file), save=False)
    batch.save()
    return batch


def first_with(digest: str, kind: BatchKind | str) -> Batch | None:
    """The first batch made of this very file; one that was thrown away, or failed before it changed
    anything, does not count."""
    same = Batch.objects.filter(digest=digest, kind=kind).exclude(status=BatchStatus.DISCARDED)
    same = same.exclude(status=BatchStatus.FAILED, rows_done=0, rows_undone=0)
    return same.order_by("pk").first()


def begin_check(batch: Batch, *, columns: dict[str, int], options: dict[str, Any], by: User) -> Batch:
    """With these columns the file is read through in the background, changing nothing."""
    wanted = {field: int(place) for field, place in columns.items()}
    known = {column.field for column in columns_of.COLUMNS[batch.kind]}
    if lacking := columns_of.missing(batch.kind, wanted):
        raise DomainError(
            _("Choose the column of: %(fields)s.")
            % {"fields": ", ".join(str(column.label) for column in lacking)},
            code="columns_missing",
        )
    if len(set(wanted.values())) < len(wanted):
        raise DomainError(_("Two of the fields have the same column."), code="column_twice")
    if not wanted.keys() <= known or not all(0 <= place < len(batch.headings) for place in wanted.values()):
        raise DomainError(_("The file has no such column."), code="no_such_column")
    with transaction.atomic():
        batch = locked(batch, *_CHECKABLE)
        if batch.is_halted:
            raise moved_on(batch)
        hands.note(batch, BatchDeed.CHECKED, by)
        batch.columns, batch.options = wanted, options
        batch.status, batch.started_at, batch.finished_at = BatchStatus.CHECKING, None, None
        batch.claim, batch.beat_at, batch.percent, batch.attempts = None, None, 0, 0
        batch.problem = None
        for name in _COUNTS:
            setattr(batch, name, 0)
        batch.save()
        enqueue_on_commit(claims.TASK, batch_id=batch.pk)
    return batch


def discard(batch: Batch, *, by: User) -> Batch:
    """It will not be run; what was read of it stays to be looked at."""
    with transaction.atomic():
        batch = locked(batch, *DISCARDABLE)
        if batch.rows_done or batch.rows_undone:
            raise moved_on(batch)
        hands.note(batch, BatchDeed.DISCARDED, by)
        batch.status, batch.finished_at = BatchStatus.DISCARDED, timezone.now()
        batch.save(update_fields=["status", "finished_at"])
    return batch


def locked(batch: Batch, *states: BatchStatus) -> Batch:
    """The batch's row, locked; raises DomainError unless it is in one of `states`."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.status not in states:
        raise moved_on(batch)
    return batch


def moved_on(batch: Batch) -> DomainError:
    return DomainError(
        _("This batch has moved on meanwhile: %(status)s.") % {"status": batch.get_status_display()},
        code="moved_on",
    )


def _measured(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
