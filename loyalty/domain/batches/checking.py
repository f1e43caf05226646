"""The dry run: every row is read, looked up and kept with what would come of it. Nothing else is changed."""

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from json.encoder import encode_basestring  # dumps without its set-up: a fifth of the time
from typing import IO, Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from loyalty.domain.batches import claims, files, looking_up, shortage
from loyalty.domain.batches.problems import FileError, RowError
from loyalty.domain.batches.reading import NUL, AdjustmentReader, Newcomer, read_newcomer
from loyalty.domain.programme import store_day
from loyalty.enums import BatchKind, BatchStatus, FileProblem, RowProblem, RowStatus
from loyalty.models import Batch, BatchRow

# A row, and what was read from it or why nothing was.
Read = tuple[files.Row, Any]

AT_ONCE = 20_000
_NULL = "\\N"
_COPY = (
    "COPY loyalty_batchrow"
    " (batch_id, number, status, cells, key, points, reference, note, problem, member_id) FROM STDIN"
)
_REPEATED = """
WITH repeated AS MATERIALIZED (
    SELECT hashtextextended({field}, 0) AS hash FROM loyalty_batchrow
    WHERE batch_id = %(batch)s AND status = 'ready' AND {field} <> '' GROUP BY 1 HAVING count(*) > 1
), ranked AS (
    SELECT id, row_number() OVER (PARTITION BY {field} ORDER BY number) AS place
    FROM loyalty_batchrow JOIN repeated ON repeated.hash = hashtextextended({field}, 0)
    WHERE batch_id = %(batch)s AND status = 'ready' AND {field} <> ''
)
UPDATE loyalty_batchrow SET status = 'error', problem = %(problem)s
FROM ranked WHERE ranked.id = loyalty_batchrow.id AND ranked.place > 1
"""


def check(batch_pk: int, token: UUID) -> None:
    """Goes on where another worker left."""
    with claims.step(batch_pk, token, BatchStatus.CHECKING) as batch:
        if batch.started_at is None:  # begun anew, perhaps with other columns
            BatchRow.objects.filter(batch=batch).delete()
            batch.started_at, batch.problem = timezone.now(), None
        last = batch.rows.aggregate(last=Max("number"))["last"] or 1
    try:
        with batch.open_file() as file:
            _stage(batch, token, file, last)
    except FileError as error:
        with claims.step(batch_pk, token, BatchStatus.CHECKING) as batch:
            recount(batch)
            claims.ended(batch, BatchStatus.FAILED, error.as_json())
        return
    except FileNotFoundError:
        with claims.step(batch_pk, token, BatchStatus.CHECKING) as batch:
            claims.ended(batch, BatchStatus.FAILED, FileError(FileProblem.GONE).as_json())
        return
    _finish(batch_pk, token)


def _stage(batch: Batch, token: UUID, file: IO[bytes], last: int) -> None:
    size = os.fstat(file.fileno()).st_size or 1
    with files.opened(file, batch.encoding) as rows, closing(_ahead(_read(batch, rows, last))) as chunks:
        for chunk in chunks:
            lines = list(_judged(batch, chunk))
            with claims.step(batch.pk, token, BatchStatus.CHECKING) as now:
                _copy(lines)
                now.rows_total += len(lines)
                now.attempts = 0
                now.percent = 0 if batch.encoding == files.XLSX else min(99, 100 * file.tell() // size)


def _read(batch: Batch, rows: Iterator[files.Row], last: int) -> Iterator[list[Read]]:
    """Chunks of the rows below `last`, each with what was read from it."""
    if batch.kind == BatchKind.MEMBERS:
        today = store_day()

        def read_one(row: files.Row) -> Any:
            return read_newcomer(row.cells, batch.columns, row.formulas, today=today)
    else:
        read_adjustment = AdjustmentReader(batch.columns, deduct=bool(batch.options.get("deduct")))

        def read_one(row: files.Row) -> Any:
            return read_adjustment(row.cells, row.formulas)

    next(rows, None)  # the headings
    fresh = (row for row in rows if row.number > last)
    while chunk := list(islice(fresh, AT_ONCE)):
        read: list[Read] = []
        for row in chunk:
            try:
                read.append((row, read_one(row)))
            except RowError as error:
                read.append((row, error.problem))
        yield read


def _ahead(chunks: Iterator[list[Read]]) -> Generator[list[Read]]:
    """The next chunk is read while the database looks up and stores this one."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(lambda: next(chunks, None))
        while chunk := coming.result():
            coming = reader.submit(lambda: next(chunks, None))
            yield chunk


def _copy(lines: Iterable[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(lines))


def _judged(batch: Batch, chunk: Sequence[Read]) -> Iterator[str]:
    """A line of COPY for each row."""
    return (_judged_newcomers if batch.kind == BatchKind.MEMBERS else _judged_adjustments)(batch, chunk)


def _judged_adjustments(batch: Batch, chunk: Sequence[Read]) -> Iterator[str]:
    good = [found for _row, found in chunk if not isinstance(found, RowProblem)]
    find = looking_up.by_phone if batch.kind == BatchKind.BY_PHONE else looking_up.by_number
    members = find([found.key for found in good])
    known = looking_up.known_references([found.reference for found in good if found.reference])
    unknown = (
        RowProblem.UNKNOWN_PHONE if batch.kind == BatchKind.BY_PHONE else RowProblem.UNKNOWN_NUMBER
    ).value
    own = f"batch:{batch.pk}:"
    for row, found in chunk:
        if isinstance(found, RowProblem):
            yield _line(batch, row, "error", problem=found.value)
            continue
        key, points, reference, note = found
        member, status, problem = members.get(key), "ready", ""
        if member is None:
            status, problem = "error", unknown
        elif reference in known:
            status = "skipped" if known[reference] == RowProblem.ALREADY_DONE else "error"
            problem = known[reference]
        yield _line(batch, row, status, key, points, reference or f"{own}{row.number}", note, problem, member)


def _judged_newcomers(batch: Batch, chunk: Sequence[Read]) -> Iterator[str]:
    good = [found for _row, found in chunk if isinstance(found, Newcomer)]
    world = looking_up.World.around(good)
    for row, found in chunk:
        if isinstance(found, RowProblem):
            yield _line(batch, row, "error", problem=found.value)
            continue
        status, problem = world.judge(found, fill=batch.options.get("existing") == "fill")
        yield _line(
            batch,
            row,
            status,
            found.phone or found.number,
            found.points or None,
            f"batch:{batch.pk}:{row.number}",
            "",
            problem,
            world.member_of(found),
        )


def _line(
    batch: Batch,
    row: files.Row,
    status: str,
    key: str = "",
    points: int | None = None,
    reference: str = "",
    note: str = "",
    problem: str = "",
    member: int | None = None,
) -> str:
    cells = _escaped(_as_json(row.cells))
    return (
        f"{batch.pk}\t{row.number}\t{status}\t{cells}\t{_escaped(key)}"
        f"\t{_NULL if points is None else points}\t{_escaped(reference)}\t{_escaped(note)}\t{problem}"
        f"\t{_NULL if member is None else member}\n"
    )


def _as_json(cells: Sequence[str]) -> str:
    text = f"[{', '.join(map(encode_basestring, cells))}]"
    if "\\u0000" in text:  # a cell's own backslash, or a NUL, which jsonb does not take
        text = f"[{', '.join(encode_basestring(cell.replace(NUL, '')) for cell in cells)}]"
    return text


def _escaped(text: str) -> str:
    """For the text form of COPY."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text.replace(NUL, "") if NUL in text else text


def _finish(batch_pk: int, token: UUID) -> None:
    """What only the whole file shows: repeated references, and more taken from a member than there is."""
    with claims.step(batch_pk, token, BatchStatus.CHECKING) as batch:
        adjusts = batch.kind != BatchKind.MEMBERS
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE loyalty_batchrow")  # the plans go by how many rows there are
            if not adjusts or "reference" in batch.columns:
                field = "reference" if adjusts else "key"
                problem = RowProblem.REPEATED if adjusts else RowProblem.REPEATED_MEMBER
                values: dict[str, Any] = {"batch": batch.pk, "problem": problem.value}
                cursor.execute(_REPEATED.format(field=field), values)
            if adjusts:
                shortage.refuse(batch)
        recount(batch)
        if batch.rows_total:
            claims.ended(batch, BatchStatus.CHECKED)
        else:
            claims.ended(batch, BatchStatus.FAILED, FileError(FileProblem.NO_ROWS).as_json())


def recount(batch: Batch) -> None:
    """The counts from the rows themselves, so that they add up."""
    rows = BatchRow.objects.filter(batch=batch)
    found = rows.aggregate(
        total=Count("pk"), **{status: Count("pk", filter=Q(status=status)) for status in RowStatus.values}
    )
    batch.rows_total, batch.rows_ready, batch.rows_done = found["total"], found["ready"], found["done"]
    batch.rows_skipped, batch.rows_error = found["skipped"], found["error"]
    batch.rows_undone = found["undone"]
    # Of members whom an import found, points are not brought along: such a row never has an entry.
    counted = Q(status=RowStatus.READY) & ~Q(problem=RowProblem.POINTS_LEFT_OUT)
    counted |= Q(status__in=[RowStatus.DONE, RowStatus.UNDONE], entry__isnull=False)
    sums = rows.aggregate(
        added=Sum("points", filter=counted & Q(points__gt=0)),
        taken=Sum("points", filter=counted & Q(points__lt=0)),
    )
    batch.points_added, batch.points_taken = sums["added"] or 0, -(sums["taken"] or 0)
