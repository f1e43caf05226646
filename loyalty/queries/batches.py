"""Batches and their rows, and the log of what people gave and took."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import User
from loyalty.enums import BatchKind, BatchStatus, RowProblem, RowStatus
from loyalty.models import Batch, BatchRow, LedgerEntry

SHOWN = 100
PAGE = 50
AT_WORK = (BatchStatus.CHECKING, BatchStatus.RUNNING, BatchStatus.UNDOING)


def batches_of(kind: BatchKind) -> QuerySet[Batch]:
    """Newest first, with who brought and approved them."""
    return Batch.objects.filter(kind=kind).select_related("by", "approved_by").order_by("-pk")


def telling_rows(batch: Batch) -> list[BatchRow]:
    """The first SHOWN rows that were not carried out as they stand: errors, then those with a remark."""
    rows = remarked(batch)
    errors = list(rows.filter(status=RowStatus.ERROR)[:SHOWN])
    if len(errors) < SHOWN:
        errors += rows.exclude(status=RowStatus.ERROR)[: SHOWN - len(errors)]
    return errors


def remarked(batch: Batch) -> QuerySet[BatchRow]:
    """The rows that say something, which an index has: a million that went well are not read for them."""
    return BatchRow.objects.filter(batch=batch).exclude(problem="").order_by("number")


def sentence_of(row: BatchRow) -> str:
    """The row's problem in the reader's language; "" for none."""
    return str(RowProblem(row.problem).label) if row.problem else ""


def result_rows(batch: Batch) -> Iterator[BatchRow]:
    """Every row in the file's order, few in memory at a time."""
    return BatchRow.objects.filter(batch=batch).order_by("number").iterator(chunk_size=2000)


def activity(wanted: dict[str, Any]) -> QuerySet[LedgerEntry]:
    """What people and their batches gave and took, newest first. `wanted`: since, until (dates of the store),
    kind, by, batch, branch, each optional."""
    entries = LedgerEntry.objects.filter(by__isnull=False)
    zone = ZoneInfo(settings.TIME_ZONE)
    if since := wanted.get("since"):
        entries = entries.filter(created_at__gte=datetime.combine(since, time(), zone))
    if until := wanted.get("until"):
        entries = entries.filter(created_at__lt=datetime.combine(until + timedelta(days=1), time(), zone))
    equal: dict[str, Any] = {name: wanted[name] for name in ("kind", "by", "branch") if name in wanted}
    if "batch" in wanted:
        equal["batch_id"] = wanted["batch"]
    return entries.filter(**equal).select_related("member", "by", "branch").order_by("-pk")


def activity_page(
    wanted: dict[str, Any], after: int | None = None, *, limit: int = PAGE
) -> tuple[list[LedgerEntry], int | None]:
    """A page of the log below entry `after`, and the entry from which the next one goes on."""
    entries = activity(wanted)
    if after is not None:
        entries = entries.filter(pk__lt=after)
    parts = _by_person(entries, wanted["by"]) if "by" in wanted and "batch" not in wanted else [entries]
    newest = sorted(chain.from_iterable(part[: limit + 1] for part in parts), key=lambda entry: -entry.pk)
    found = newest[: limit + 1]
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def _by_person(entries: QuerySet[LedgerEntry], by: User) -> list[QuerySet[LedgerEntry]]:
    """One by one, and by files: asked for together, the database would read through everybody's."""
    own = Batch.objects.filter(Q(by=by) | Q(undone_by=by) | Q(actions__by=by)).distinct()
    return [entries.filter(batch=None), entries.filter(batch__in=list(own.values_list("pk", flat=True)))]


def all_activity(wanted: dict[str, Any]) -> Iterator[LedgerEntry]:
    """The whole log, page after page, so that a million entries need no more memory than a thousand."""
    after: int | None = None
    while True:
        found, following = activity_page(wanted, after, limit=1000)
        yield from found
        if following is None:
            return
        after = following
