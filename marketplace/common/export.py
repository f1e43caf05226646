"""Tables for spreadsheets: every list of the product leaves through here, as CSV or as XLSX.

Neither holds all rows at once: a million rows need no more memory than a thousand, provided that `rows` does
not hold them either (`queryset.iterator()`). CSV flows while it is read; XLSX, a zip file, is written to the
disk first, about 20,000 rows a second, and then sent.
"""

import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from typing import IO, Any, Literal

import xlsxwriter
from asgiref.sync import sync_to_async
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

Format = Literal["csv", "xlsx"]
Cell = str | int | Decimal | date | datetime | Promise | None
Rows = Iterable[Sequence[Cell]]

SHEET_ROWS = 1_048_576  # all that a spreadsheet program opens
_BATCH = 500
_BLOCK = 256 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What a spreadsheet program could run, also behind quotes, so that what the guard adds can be told apart.
_RISKY = re.compile("'*[\\s]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
_NUMBER_OR_PHONE = re.compile(r"[+-]?\d[\d .,()-]*")


def export_response(
    request_format: Format,
    stem: str,
    headings: Sequence[str],
    rows: Rows,
    *,
    zone: tzinfo,
    rtl: bool = False,
) -> StreamingHttpResponse:
    """A download called `stem`.csv or `stem`.xlsx: a line of `headings`, then `rows`.

    Each row is a sequence of str, int, Decimal, date, aware datetime (written as local time in `zone`, to
    the second; its name belongs in the heading) or None. `rows` may be lazy, and is read in the language that
    is active now, with `zone` as the current time zone. The first rows are read at once, so that a database
    that is away is an error page and not half a file. `rtl` is for XLSX. Raises ValueError for another format
    or a naive datetime.
    """
    batches = _batches(rows, zone)
    response: StreamingHttpResponse
    if request_format == "csv":
        response = _TableResponse(
            _started(_csv(headings, batches, zone)), content_type="text/csv; charset=utf-8"
        )
    elif request_format == "xlsx":
        file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
        try:
            _write_xlsx(file, headings, batches, zone, rtl=rtl)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        response = _FileResponse(file, content_type=_XLSX)
    else:
        raise ValueError(f"no such format: {request_format}")
    name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', "-", stem).strip(". ") or "export"
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{request_format}")
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def guarded(text: str) -> str:
    """`text` for a CSV cell: with a ' before what a spreadsheet program would take for a formula.

    That is what starts with = + - @ (after spaces too), a tab or a line end. A plain number or phone, as
    -5 or +66 81-234-5678, starts so too but can do no harm: it stays as it is, so that phones come back from
    an export as they went into it. XLSX needs none of this: there the kind of each cell is written down.
    """
    return f"'{text}" if _RISKY.match(text) and not _NUMBER_OR_PHONE.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What `guarded` made this of: for reading a file back. Other text stays as it is."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


class _TableResponse(StreamingHttpResponse):
    def __aiter__(self) -> AsyncIterator[bytes]:
        return _parts(self)


class _FileResponse(FileResponse):
    block_size = _BLOCK

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _parts(self)


async def _parts(response: StreamingHttpResponse) -> AsyncIterator[bytes]:
    """The parts one after the other under ASGI.

    Django would run the iterator to its end there, and hold all of it, before it sends the first byte; an
    async iterator has the same fate under WSGI. Rows are read in the thread that served the request, where
    their database connection is.
    """
    parts = iter(response)

    @sync_to_async
    def following() -> bytes | None:
        return next(parts, None)

    while (part := await following()) is not None:
        yield part


def _batches(rows: Rows, zone: tzinfo) -> Iterator[list[Sequence[Cell]]]:
    """The rows in lists of up to _BATCH. Most are read after the view and its middleware are gone."""
    language = translation.get_language()
    remaining = iter(rows)
    while True:
        with translation.override(language), timezone.override(zone):
            batch = list(islice(remaining, _BATCH))
        if not batch:
            return
        yield batch


def _started(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, the first of them read already."""
    return _resumed(next(chunks), chunks)


def _resumed(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first  # a generator, unlike itertools.chain, is closed with its response
    yield from others


# --- CSV --------------------------------------------------------------------------------------------


def _csv(headings: Sequence[str], batches: Iterator[list[Sequence[Cell]]], zone: tzinfo) -> Iterator[bytes]:
    """RFC 4180 in UTF-8; the byte order mark tells spreadsheet programs so."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([guarded(str(heading)) for heading in headings])
    for batch in batches:
        writer.writerows([_csv_cell(value, zone) for value in row] for row in batch)
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode("utf-8", "replace")


def _csv_cell(value: Cell, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        # A space where ISO 8601 has a T: with that, spreadsheet programs see a text.
        return _local(value, zone).isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, int) else guarded(str(value))


def _local(value: datetime, zone: tzinfo) -> datetime:
    """The time on the clocks of `zone`, without a zone."""
    if value.utcoffset() is None:
        raise ValueError("a datetime without a zone")
    return value.astimezone(zone).replace(tzinfo=None)


# --- XLSX -------------------------------------------------------------------------------------------


def _write_xlsx(
    file: IO[bytes],
    headings: Sequence[str],
    batches: Iterator[list[Sequence[Cell]]],
    zone: tzinfo,
    *,
    rtl: bool,
) -> None:
    # Each row goes to the disk as the next one starts.
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        write = _cell_writer(book, zone)
        for rows in _sheets(chain.from_iterable(batches)):
            sheet = book.add_worksheet()
            _lay_out(sheet, headings, book.add_format({"bold": True}), rtl=rtl)
            for at, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    write(sheet, at, column, value)


def _sheets(rows: Iterator[Sequence[Cell]]) -> Iterator[Iterator[Sequence[Cell]]]:
    """The rows of each sheet, one sheet at least; each leaves a row for the headings."""
    first: list[Sequence[Cell]] = list(islice(rows, 1))
    while True:
        yield chain(first, islice(rows, SHEET_ROWS - 1 - len(first)))
        first = list(islice(rows, 1))
        if not first:
            return


def _lay_out(sheet: Any, headings: Sequence[str], bold: Any, *, rtl: bool) -> None:
    if rtl:
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(headings) - 1), 20)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # no green corners on phones
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, str(heading), bold)


def _cell_writer(book: Any, zone: tzinfo) -> Callable[[Any, int, int, Cell], None]:
    day, moment = (book.add_format({"num_format": code}) for code in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))

    @cache
    def with_decimals(places: int) -> Any:
        return book.add_format({"num_format": "0." + "0" * places if places else "0"})

    def write(sheet: Any, row: int, column: int, value: Cell) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            value = _local(value, zone).replace(microsecond=0)
        if isinstance(value, date) and value.year >= 1900:
            sheet.write_datetime(row, column, value, moment if isinstance(value, datetime) else day)
        elif isinstance(value, int | Decimal) and _fits(value):
            places = 0 if isinstance(value, int) else max(0, -int(value.as_tuple().exponent))
            sheet.write_number(row, column, value, with_decimals(places))
        else:
            text = f"{value:f}" if isinstance(value, Decimal) else str(value)
            # XlsxWriter would take this for markup and put it into the file as it is.
            is_markup = text.startswith("<r>") and text.endswith("</r>")
            sheet.write_string(row, column, f"{text} " if is_markup else text)

    return write


def _fits(value: int | Decimal) -> bool:
    """Spreadsheets keep 15 digits of a number: a longer one is written as text, with all of its digits."""
    number = Decimal(value)
    return number.is_finite() and len(number.as_tuple().digits) <= 15 and abs(number.adjusted()) <= 15
