"""Who had a hand in a batch: where the programme wants a second person, it is somebody who had none."""

from accounts.models import User
from loyalty.domain.programme import programme
from loyalty.enums import BatchDeed, BatchStatus
from loyalty.models import Batch, BatchAction


def note(batch: Batch, deed: BatchDeed, by: User) -> None:
    BatchAction.objects.create(batch=batch, deed=deed, by=by)


def wants_second(batch: Batch) -> bool:
    return programme().needs_approval and bool(batch.points_added or batch.points_taken)


def may_approve(batch: Batch, by: User) -> bool:
    """Not who uploaded it, ever chose its columns or pressed Run; of an undo, not who asked for it."""
    if batch.status == BatchStatus.UNDO_WAITS:
        return batch.undone_by_id != by.pk
    worked = [BatchDeed.CHECKED, BatchDeed.RAN]
    return batch.by_id != by.pk and not batch.actions.filter(by=by, deed__in=worked).exists()
