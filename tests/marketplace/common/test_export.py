import csv
import gzip
import io
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.http import StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from marketplace.common import export
from marketplace.common.export import Cell, Format, export_response, guarded, unguarded

# An answer that is closed looks after the process's database connection, where an earlier test left one.
pytestmark = pytest.mark.django_db

BANGKOK = ZoneInfo("Asia/Bangkok")
XML = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def exported(
    format: Format,
    rows: Iterable[Sequence[Cell]],
    headings: Sequence[str] = ("A", "B"),
    *,
    stem: str = "orders",
    rtl: bool = False,
) -> StreamingHttpResponse:
    return export_response(format, stem, headings, rows, zone=BANGKOK, rtl=rtl)


def content(response: StreamingHttpResponse) -> bytes:
    try:
        return b"".join(bytes(part) for part in response)
    finally:
        response.close()


def csv_table(response: StreamingHttpResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(response).decode("utf-8-sig"), newline="")))


class Book:
    """An XLSX as its XML says, so that what is not there cannot be imagined by a library."""

    def __init__(self, response: StreamingHttpResponse) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(content(response)))
        styles = self.part("styles.xml")
        codes = {
            item.attrib["numFmtId"]: item.attrib["formatCode"] for item in styles.iterfind(".//numFmt", XML)
        }
        used = styles.findall("cellXfs/xf", XML)
        self.formats = [codes.get(item.attrib["numFmtId"], item.attrib["numFmtId"]) for item in used]

    def part(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.archive.read(f"xl/{name}"))

    def sheet(self, number: int = 1) -> dict[str, tuple[str, str] | str]:
        """Text cells as they are; numbers as (digits, format)."""
        found: dict[str, tuple[str, str] | str] = {}
        for cell in self.part(f"worksheets/sheet{number}.xml").iterfind("sheetData/row/c", XML):
            if cell.attrib.get("t") == "inlineStr":
                found[cell.attrib["r"]] = cell.findtext("is/t", namespaces=XML) or ""
            else:
                assert [part.tag.partition("}")[2] for part in cell] == ["v"]  # and no formula
                number_format = self.formats[int(cell.attrib.get("s", "0"))]
                found[cell.attrib["r"]] = (cell.findtext("v", namespaces=XML) or "", number_format)
        return found


MOMENT = datetime(2026, 11, 22, 7, 30, 5, 999_999, tzinfo=UTC)
ROW: list[Cell] = [
    "สมชาย",
    12,
    Decimal("80.50"),
    date(2026, 1, 9),
    MOMENT,
    None,
    "0812345678",
    "+66812345678",
]


def test_a_csv_line_has_every_kind_of_cell() -> None:
    response = exported("csv", [ROW], ["ชื่อ", "B", "C", "D", "E", "F", "G", "H"])

    assert content(response).decode("utf-8") == (
        "\ufeffชื่อ,B,C,D,E,F,G,H\r\nสมชาย,12,80.50,2026-01-09,2026-11-22 14:30:05,,0812345678,+66812345678\r\n"
    )


def test_an_xlsx_row_has_every_kind_of_cell() -> None:
    book = Book(exported("xlsx", [ROW], ["ชื่อ", "B", "C", "D", "E", "F", "G", "H"]))

    assert book.sheet() == {
        **dict(zip(("A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1"), ("ชื่อ", *"BCDEFGH"), strict=True)),
        "A2": "สมชาย",
        "B2": ("12", "1"),  # the built-in format "0"
        "C2": ("80.50", "0.00"),
        "D2": ("46031", "yyyy-mm-dd"),
        "E2": ("46348.60422453703", "yyyy-mm-dd hh:mm:ss"),
        "G2": "0812345678",
        "H2": "+66812345678",
    }


@pytest.mark.parametrize(
    ("format", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_the_answer_is_a_private_download(format: Format, content_type: str) -> None:
    response = exported(format, [], stem="orders")

    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="orders.{format}"'
    assert response.headers["Cache-Control"] == "private, no-store"
    content(response)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("คำสั่ง", "filename*=utf-8''%E0%B8%84%E0%B8%B3%E0%B8%AA%E0%B8%B1%E0%B9%88%E0%B8%87.csv"),
        ("../etc/pass\r\nwd", 'filename="-etc-pass-wd.csv"'),
        ("...", 'filename="export.csv"'),
    ],
)
def test_the_file_has_a_name_that_every_system_takes(stem: str, name: str) -> None:
    response = exported("csv", [], stem=stem)

    assert response.headers["Content-Disposition"] == f"attachment; {name}"


def test_an_empty_list_is_its_headings() -> None:
    assert csv_table(exported("csv", [])) == [["A", "B"]]
    assert Book(exported("xlsx", [])).sheet() == {"A1": "A", "B1": "B"}


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no such format: pdf"):
        exported("pdf", [])  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_time_without_a_zone_is_refused(format: Format) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        exported(format, [[datetime(2026, 11, 22, 14, 30)]])


def test_text_that_needs_quotes_comes_back_from_csv() -> None:
    rows = [['a "b", c', "two\r\nlines"], ["", " x;y\t"]]

    assert csv_table(exported("csv", rows)) == [["A", "B"], *rows]


# --- formulas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1,1)",
        "\t=1",
        "\r=1",
        "\nnew",
        "  =1+1",
        "\uff1d1+1",
        "-",
        "'=1+1",
        '+66812345678",=1+1',
    ],
)
def test_what_could_be_a_formula_gets_an_apostrophe_in_csv_alone(text: str) -> None:
    assert csv_table(exported("csv", [[text, "x"]], [text, "B"])) == [[f"'{text}", "B"], [f"'{text}", "x"]]
    assert unguarded(f"'{text}") == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+cmd|' /C calc'!A0", "@SUM(1,1)", "'=1", "{=1}", "http://x.example"]
)
def test_in_xlsx_text_is_text(text: str) -> None:
    assert Book(exported("xlsx", [[text]], [text])).sheet() == {"A1": text, "A2": text}


@pytest.mark.parametrize(
    "text",
    ["+66812345678", "+66 81-234-5678", "+66 (0)2 123 4567", "-5", "-1,234.50", "0812345678", "a=b", "'s"],
)
def test_phones_and_numbers_come_back_from_an_export_as_they_went_in(text: str) -> None:
    assert csv_table(exported("csv", [[text]])) == [["A", "B"], [text]]
    assert Book(exported("xlsx", [[text]])).sheet()["A2"] == text
    assert unguarded(text) == text


@given(st.text(alphabet="=+-@'\t\r\n 09aก\uff1d") | st.text())
def test_every_text_comes_back_through_the_guard(text: str) -> None:
    assert unguarded(guarded(text)) == text


# --- what spreadsheets cannot hold ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (999_999_999_999_999, ("999999999999999", "1")),
        (1_234_567_890_123_456, "1234567890123456"),
        (-5, ("-5", "1")),
        (0, ("0", "1")),
        (Decimal("0.00"), ("0.00", "0.00")),
        (Decimal("1E+3"), ("1E+3", "1")),
        (Decimal("999999999999.99"), ("999999999999.99", "0.00")),
        (Decimal("0.125"), ("0.125", "0.000")),
        (Decimal("1234567890.1234567"), "1234567890.1234567"),
        (Decimal("NaN"), "NaN"),
        (date(1899, 12, 31), "1899-12-31"),
        ("<r>x</r>", "<r>x</r> "),
        ("<b> & _x0041_ \x01", "<b> & _x005F_x0041_ _x0001_"),  # escapes of the format's own
        ("  x ", "  x "),
    ],
)
def test_what_a_spreadsheet_would_change_is_written_as_text(value: Cell, cell: tuple[str, str] | str) -> None:
    assert Book(exported("xlsx", [[value]])).sheet()["A2"] == cell


def test_a_sheet_reads_from_right_to_left_for_persian() -> None:
    views = [
        Book(exported("xlsx", [], rtl=rtl)).part("worksheets/sheet1.xml").find("sheetViews/sheetView", XML)
        for rtl in (True, False)
    ]

    assert [view.get("rightToLeft") if view is not None else "" for view in views] == ["1", None]


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "SHEET_ROWS", 3)

    book = Book(exported("xlsx", ([number] for number in range(5)), ["N"]))

    assert book.sheet(1) == {"A1": "N", "A2": ("0", "1"), "A3": ("1", "1")}
    assert book.sheet(2) == {"A1": "N", "A2": ("2", "1"), "A3": ("3", "1")}
    assert book.sheet(3) == {"A1": "N", "A2": ("4", "1")}
    assert len(book.part("workbook.xml").findall("sheets/sheet", XML)) == 3


def test_a_sheet_that_is_just_full_needs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "SHEET_ROWS", 3)

    book = Book(exported("xlsx", [[0], [1]], ["N"]))

    assert len(book.part("workbook.xml").findall("sheets/sheet", XML)) == 1


# --- flow and memory --------------------------------------------------------------------------------


class Source:
    """Rows that tell how many of them were taken, in which thread, language and zone, and if they ended."""

    def __init__(self, count: int) -> None:
        self.count, self.taken, self.is_closed = count, 0, False
        self.threads: set[int] = set()
        self.readers: set[tuple[str, str]] = set()

    def __iter__(self) -> Iterator[list[Cell]]:
        try:
            for number in range(self.count):
                self.taken += 1
                self.threads.add(threading.get_ident())
                self.readers.add((gettext("Yes"), timezone.get_current_timezone_name()))
                yield [f"{number:>200}", number]
        finally:
            self.is_closed = True


def test_csv_rows_are_read_as_they_are_sent() -> None:
    source = Source(5000)

    response = exported("csv", source)
    taken_before = source.taken
    parts = iter(response)
    next(parts)
    next(parts)

    assert (taken_before, source.taken) == (500, 1000)
    del parts
    response.close()


def test_rows_end_when_the_reader_goes_away() -> None:
    source = Source(5000)
    response = exported("csv", source)
    next(iter(response))

    response.close()

    assert (source.taken, source.is_closed) == (500, True)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_rows_are_read_in_the_language_and_zone_of_the_request(format: Format) -> None:
    source = Source(1200)

    with translation.override("th"):
        response = exported(format, source)
    with translation.override("en"):
        content(response)

    assert source.readers == {("ใช่", "Asia/Bangkok")}


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(format: Format) -> None:
    def export_rows(count: int) -> int:
        def work() -> None:
            for _part in (response := exported(format, Source(count))):
                pass
            response.close()

        return peak_of(work)

    export_rows(10)  # what is imported at first use
    few, many = export_rows(1500), export_rows(6000)  # 6,000 rows are 1.2 MB

    assert many < few + 200_000


async def sent_under_asgi(response: Any, on_send: Callable[[], None] = lambda: None) -> bytes:
    bodies: list[bytes] = []

    async def send(event: Mapping[str, Any]) -> None:
        on_send()
        bodies.append(event.get("body", b""))

    await ASGIHandler().send_response(response, send)
    response.close()
    return b"".join(bodies)


@pytest.mark.asyncio
async def test_csv_flows_under_asgi_too() -> None:
    source = Source(2000)
    taken_at: list[int] = []

    body = await sent_under_asgi(exported("csv", source), lambda: taken_at.append(source.taken))

    assert list(dict.fromkeys(taken_at)) == [500, 1000, 1500, 2000]
    assert body.count(b"\r\n") == 2001
    assert len(source.threads) == 2  # this one, and one for all that was read after the view


@pytest.mark.asyncio
async def test_xlsx_arrives_whole_under_asgi() -> None:
    response = exported("xlsx", Source(3000))
    length = response.headers["Content-Length"]

    body = await sent_under_asgi(response)

    assert len(body) == int(length)
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None


@pytest.mark.asyncio
@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_compression_on_the_way_changes_nothing(format: Format) -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    response = exported(format, [["x", 1]] * 3000)
    compressed = GZipMiddleware(lambda _request: response).process_response(request, response)

    body = await sent_under_asgi(compressed)

    assert compressed.headers["Content-Encoding"] == "gzip"
    if format == "csv":
        assert gzip.decompress(body).decode("utf-8-sig") == "A,B\r\n" + "x,1\r\n" * 3000
    else:
        assert zipfile.ZipFile(io.BytesIO(gzip.decompress(body))).testzip() is None


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_query_can_be_its_rows(format: Format, customer: User, provider: User) -> None:
    people = User.objects.order_by("username").values_list("username", "time_zone").iterator(chunk_size=500)

    response = exported(format, people)

    if format == "csv":
        assert csv_table(response) == [["A", "B"], ["customer", "Asia/Bangkok"], ["provider", "Asia/Bangkok"]]
    else:
        assert Book(response).sheet() == {
            **{"A1": "A", "B1": "B"},
            **{"A2": "customer", "B2": "Asia/Bangkok", "A3": "provider", "B3": "Asia/Bangkok"},
        }
