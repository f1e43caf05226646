"""From a checked batch to a finished one, and back: who may start it, and the work in chunks."""

from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.batches import adjusting, checking, claims, importing, taking_away
from loyalty.domain.batches.uploading import locked
from loyalty.domain.programme import programme
from loyalty.enums import BatchKind, BatchStatus, RowProblem, RowStatus
from loyalty.models import Batch
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError

ROWS_AT_ONCE = {BatchKind.BY_PHONE: 20_000, BatchKind.BY_NUMBER: 20_000, BatchKind.MEMBERS: 2_000}
_NOT_UNDONE = (RowProblem.POINTS_SPENT, RowProblem.POINTS_EXPIRED, RowProblem.MEMBER_CHANGED)


def run(batch: Batch, *, by: User) -> Batch:
    """Starts it, or asks for the second person whom the programme may want where points change."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.CHECKED)
        if not batch.rows_ready:
            raise DomainError(_("No row can be carried out. See why below."), code="nothing_ready")
        if programme().needs_approval and (batch.points_added or batch.points_taken):
            batch.status = BatchStatus.WAITING
            batch.save(update_fields=["status"])
        else:
            _start(batch, BatchStatus.RUNNING)
    return batch


def approve(batch: Batch, *, by: User) -> Batch:
    """Raises DomainError for who uploaded the file: four eyes are wanted."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.WAITING)
        if batch.by_id == by.pk:
            raise DomainError(_("Somebody else has to approve what you uploaded."), code="own_batch")
        batch.approved_by = by
        _start(batch, BatchStatus.RUNNING)
    return batch


def undo(batch: Batch, *, by: User) -> Batch:
    """Everything that the batch did is taken back, as far as nobody built on it meanwhile."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.DONE)
        if not batch.rows_done:
            raise DomainError(_("There is nothing to undo."), code="nothing_done")
        batch.rows.filter(status=RowStatus.DONE, problem__in=_NOT_UNDONE).update(problem="")
        batch.undone_by = by
        _start(batch, BatchStatus.UNDOING)
    return batch


def work_on(batch_pk: int) -> bool:
    """The background's part; whether there was something to do that nobody else does."""
    token = claims.claim(batch_pk)
    if token is None:
        return False
    status = Batch.objects.values_list("status", flat=True).get(pk=batch_pk)
    try:
        if status == BatchStatus.CHECKING:
            checking.check(batch_pk, token)
        elif status == BatchStatus.RUNNING:
            _run(batch_pk, token)
        else:
            _undo(batch_pk, token)
    except claims.LostClaimError:
        return False
    return True


def _start(batch: Batch, status: BatchStatus) -> None:
    batch.status, batch.started_at, batch.finished_at = status, timezone.now(), None
    batch.claim, batch.beat_at, batch.percent = None, None, 0
    batch.save()
    enqueue_on_commit(claims.TASK, batch_id=batch.pk)


def _run(batch_pk: int, token: UUID) -> None:
    batch = Batch.objects.get(pk=batch_pk)
    ready = batch.rows.filter(status=RowStatus.READY)
    bounds = ready.aggregate(first=Min("number"), last=Max("number"))
    first, last, at_once = bounds["first"] or 0, bounds["last"] or -1, ROWS_AT_ONCE[BatchKind(batch.kind)]
    for low in range(first, last + 1, at_once):
        with claims.step(batch_pk, token, BatchStatus.RUNNING) as batch:
            carry_out = importing.bring if batch.kind == BatchKind.MEMBERS else adjusting.give
            done = carry_out(batch, low, low + at_once - 1, now=timezone.now())
            batch.rows_ready -= done.rows + done.refused + done.skipped
            batch.rows_done += done.rows
            batch.rows_error += done.refused
            batch.rows_skipped += done.skipped
            batch.percent = min(99, 100 * (low + at_once) // (last + 1))
    with claims.step(batch_pk, token, BatchStatus.RUNNING) as batch:
        checking.recount(batch)
        claims.ended(batch, BatchStatus.DONE)


def _undo(batch_pk: int, token: UUID) -> None:
    """The last rows first: what was given before it was taken goes back after it."""
    batch = Batch.objects.get(pk=batch_pk)
    bounds = batch.rows.filter(status=RowStatus.DONE).aggregate(first=Min("number"), last=Max("number"))
    first, last, at_once = bounds["first"] or 0, bounds["last"] or -1, ROWS_AT_ONCE[BatchKind(batch.kind)]
    for high in range(last, first - 1, -at_once):
        with claims.step(batch_pk, token, BatchStatus.UNDOING) as batch:
            take_back = taking_away.take_back if batch.kind == BatchKind.MEMBERS else adjusting.take_back
            undone = take_back(batch, high - at_once + 1, high, now=timezone.now())
            batch.rows_done -= undone
            batch.rows_undone += undone
            batch.percent = min(99, 100 * (last - high + at_once) // (last + 1))
    with claims.step(batch_pk, token, BatchStatus.UNDOING) as batch:
        checking.recount(batch)
        claims.ended(batch, BatchStatus.DONE if batch.rows_done else BatchStatus.UNDONE)
