"""Which worker has a batch. One that dies leaves its claim, and another takes the batch up when the beat is
old; one that only slept finds its claim gone at its next step, before it has changed anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from loyalty.enums import BatchStatus
from loyalty.models import Batch
from loyalty.queries.batches import AT_WORK
from marketplace.common.background import enqueue_on_commit

STALE_SECONDS = 30
TASK = "loyalty.work_on_batch"


class LostClaimError(Exception):
    """Another worker has the batch, or it is over."""


def claim(batch_pk: int) -> UUID | None:
    """A claim on a batch that has work and nobody who does it. Who is in a step holds the batch, however old
    the beat: nobody stands in line behind it."""
    token = uuid4()
    free = Q(claim=None) | Q(beat_at=None) | Q(beat_at__lt=_stale())
    with transaction.atomic():
        found = Batch.objects.select_for_update(skip_locked=True).filter(
            free, pk=batch_pk, status__in=AT_WORK
        )
        got = Batch.objects.filter(pk__in=found.values("pk")).update(
            claim=token, beat_at=timezone.now(), attempts=F("attempts") + 1
        )
    return token if got else None


@contextmanager
def step(batch_pk: int, token: UUID, status: BatchStatus) -> Iterator[Batch]:
    """A transaction that holds the batch: what is done and how far it got are kept together or not at all.
    Raises LostClaimError before anything is done."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().filter(pk=batch_pk, claim=token, status=status).first()
        if batch is None:
            raise LostClaimError
        yield batch
        batch.beat_at = timezone.now()
        batch.save()


def ended(batch: Batch, status: BatchStatus, problem: dict[str, Any] | None = None) -> None:
    """Inside the last step: the work is over and the claim given back."""
    batch.halted = batch.status if status in (BatchStatus.STOPPED, BatchStatus.FAILED) else ""
    batch.status, batch.problem, batch.claim = status, problem, None
    batch.percent, batch.finished_at = 100, timezone.now()


def take_up() -> int:
    """Starts what a worker left, or what was never announced; how many batches."""
    left = Batch.objects.filter(Q(beat_at=None) | Q(beat_at__lt=_stale()) | Q(claim=None), status__in=AT_WORK)
    pks = list(left.order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        enqueue_on_commit(TASK, batch_id=pk)
    return len(pks)


def _stale() -> Any:
    return timezone.now() - timedelta(seconds=STALE_SECONDS)
