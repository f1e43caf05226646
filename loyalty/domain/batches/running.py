"""From a checked batch to a finished one, and back: who may start it, and the work in chunks."""

import logging
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.batches import adjusting, checking, claims, hands, importing, taking_away
from loyalty.domain.batches.problems import FileError
from loyalty.domain.batches.uploading import locked
from loyalty.enums import BatchDeed, BatchKind, BatchStatus, FileProblem, RowProblem, RowStatus
from loyalty.models import Batch
from loyalty.queries.batches import AT_WORK
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError

logger = logging.getLogger(__name__)

ROWS_AT_ONCE = {BatchKind.BY_PHONE: 50_000, BatchKind.BY_NUMBER: 50_000, BatchKind.MEMBERS: 2_000}
# Workers that may die of the same chunk, one after the other, before it is the chunk's fault.
MAX_ATTEMPTS = 5
_NOT_UNDONE = (RowProblem.POINTS_SPENT, RowProblem.POINTS_EXPIRED, RowProblem.MEMBER_CHANGED)
_BROKE = {
    BatchStatus.CHECKING: FileProblem.CHECK_BROKE,
    BatchStatus.RUNNING: FileProblem.RUN_BROKE,
    BatchStatus.UNDOING: FileProblem.UNDO_BROKE,
}


def run(batch: Batch, *, by: User) -> Batch:
    """Starts it, or asks for the second person whom the programme may want where points change."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.CHECKED)
        if not batch.rows_ready:
            raise DomainError(_("No row can be carried out. See why below."), code="nothing_ready")
        hands.note(batch, BatchDeed.RAN, by)
        _start_or_wait(batch)
    return batch


def approve(batch: Batch, *, by: User) -> Batch:
    """Raises DomainError for who uploaded, checked or ran it: four eyes are wanted."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.WAITING)
        if not hands.may_approve(batch, by):
            raise DomainError(
                _("Somebody else has to approve what you uploaded, checked or ran."), code="own_batch"
            )
        hands.note(batch, BatchDeed.APPROVED, by)
        batch.approved_by = by
        _start(batch, BatchStatus.RUNNING)
    return batch


def undo(batch: Batch, *, by: User) -> Batch:
    """Everything that the batch did is taken back, as far as nobody built on it meanwhile: at once, or as
    soon as a second person approves."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.DONE, BatchStatus.STOPPED, BatchStatus.FAILED)
        if not batch.rows_done or batch.halted == BatchStatus.UNDOING:
            raise DomainError(_("There is nothing to undo."), code="nothing_done")
        hands.note(batch, BatchDeed.UNDID, by)
        batch.undone_by, batch.undo_approved_by = by, None
        _undo_or_wait(batch)
    return batch


def approve_undo(batch: Batch, *, by: User) -> Batch:
    """Raises DomainError for who asked for it."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.UNDO_WAITS)
        if not hands.may_approve(batch, by):
            raise DomainError(_("Somebody else has to approve the undo that you asked for."), code="own_undo")
        hands.note(batch, BatchDeed.UNDO_APPROVED, by)
        batch.undo_approved_by = by
        _start_undo(batch)
    return batch


def keep(batch: Batch, *, by: User) -> Batch:
    """It is not undone after all."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.UNDO_WAITS)
        hands.note(batch, BatchDeed.KEPT, by)
        batch.status = BatchStatus.STOPPED if batch.halted else BatchStatus.DONE
        if batch.halted != BatchStatus.UNDOING:  # what was begun stays somebody's
            batch.undone_by = None
        batch.save(update_fields=["status", "undone_by"])
    return batch


def stop(batch: Batch, *, by: User) -> Batch:
    """After the rows that are in work now. What is done stays and can be gone on with or undone."""
    with transaction.atomic():
        batch = locked(batch, *AT_WORK)
        hands.note(batch, BatchDeed.STOPPED, by)
        checking.recount(batch)
        claims.ended(batch, BatchStatus.STOPPED)
        batch.save()
    return batch


def go_on(batch: Batch, *, by: User) -> Batch:
    """What was stopped or broke off, from where it was. A check is begun anew instead."""
    with transaction.atomic():
        batch = locked(batch, BatchStatus.STOPPED, BatchStatus.FAILED)
        if not batch.is_halted:
            raise DomainError(_("Nothing was changed yet: check the file again."), code="not_begun")
        if batch.halted == BatchStatus.UNDOING:
            hands.note(batch, BatchDeed.WENT_ON, by)
            if batch.undo_approved_by_id is None:  # once approved, it stays whose it was
                batch.undone_by = by
            _undo_or_wait(batch)
        else:
            hands.note(batch, BatchDeed.RAN, by)
            _start_or_wait(batch)
    return batch


def work_on(batch_pk: int) -> bool:
    """The background's part; whether there was something to do that nobody else does."""
    token = claims.claim(batch_pk)
    if token is None:
        return False
    batch = Batch.objects.get(pk=batch_pk)
    try:
        if batch.attempts > MAX_ATTEMPTS:
            logger.error("batch %s: %s workers died of it", batch_pk, MAX_ATTEMPTS)
            _break_off(batch, token)
        else:
            _work(batch, token)
    except claims.LostClaimError:
        return False
    return True


def _work(batch: Batch, token: UUID) -> None:
    try:
        if batch.status == BatchStatus.CHECKING:
            checking.check(batch.pk, token)
        elif batch.status == BatchStatus.RUNNING:
            _run(batch.pk, token)
        else:
            _undo(batch.pk, token)
    except (claims.LostClaimError, OperationalError, InterfaceError):
        raise  # the database was away: it is taken up again
    except Exception:
        logger.exception("batch %s broke off", batch.pk)
        _break_off(batch, token)


def _break_off(batch: Batch, token: UUID) -> None:
    """It would go wrong the next time, too: the chunk is not done, and people are told."""
    status = BatchStatus(batch.status)
    with claims.step(batch.pk, token, status) as batch:
        checking.recount(batch)
        claims.ended(batch, BatchStatus.FAILED, FileError(_BROKE[status]).as_json())


def _start_or_wait(batch: Batch) -> None:
    if hands.wants_second(batch) and batch.approved_by_id is None:
        _wait(batch, BatchStatus.WAITING)
    else:
        _start(batch, BatchStatus.RUNNING)


def _undo_or_wait(batch: Batch) -> None:
    if hands.wants_second(batch) and batch.undo_approved_by_id is None:
        _wait(batch, BatchStatus.UNDO_WAITS)
    else:
        _start_undo(batch)


def _start_undo(batch: Batch) -> None:
    batch.rows.filter(status=RowStatus.DONE, problem__in=_NOT_UNDONE).update(problem="")
    _start(batch, BatchStatus.UNDOING)


def _wait(batch: Batch, status: BatchStatus) -> None:
    batch.status = status
    batch.save()


def _start(batch: Batch, status: BatchStatus) -> None:
    batch.status, batch.started_at, batch.finished_at = status, timezone.now(), None
    batch.problem, batch.halted, batch.attempts = None, "", 0
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
            batch.attempts = 0
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
            batch.attempts = 0
    with claims.step(batch_pk, token, BatchStatus.UNDOING) as batch:
        checking.recount(batch)
        if batch.rows_done and batch.rows_ready:  # the run had not come to its end: it stands there again
            claims.ended(batch, BatchStatus.STOPPED)
            batch.halted = BatchStatus.RUNNING
        else:
            claims.ended(batch, BatchStatus.DONE if batch.rows_done else BatchStatus.UNDONE)
