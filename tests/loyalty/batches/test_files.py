"""Files of every sort: told apart, read as texts, or refused in words."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from loyalty.domain import batches
from loyalty.domain.batches import files, sheets
from loyalty.enums import BatchKind
from loyalty.models import Batch, BatchRow, LedgerEntry, Member
from marketplace.common.errors import DomainError
from tests.loyalty.batches.conftest import rows_of
from tests.support.pictures import a_picture

HEAD = "เบอร์โทรศัพท์,คะแนน,ชื่อ\n"


def _sheet(write: Callable[[Any, Any], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        write(book, book.add_worksheet())
    return out.getvalue()


def _rows(content: bytes) -> list[tuple[int, list[str], set[int]]]:
    file = io.BytesIO(content)
    with files.opened(file, files.kind_of(file)) as rows:
        return [(row.number, row.cells, set(row.formulas)) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
def test_thai_is_read_in_every_usual_encoding(encoding: str) -> None:
    content = f"{HEAD}0812345678,5,สมศรี ใจดี\n".encode(encoding)

    assert _rows(content) == [
        (1, ["เบอร์โทรศัพท์", "คะแนน", "ชื่อ"], set()),
        (2, ["0812345678", "5", "สมศรี ใจดี"], set()),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_headings(delimiter: str) -> None:
    content = f"Phone{delimiter}Points\n0812345678{delimiter}5\n".encode()

    assert _rows(content)[1] == (2, ["0812345678", "5"], set())


def test_empty_rows_are_left_out_and_numbers_stay_those_of_the_spreadsheet() -> None:
    content = b'Phone,Points\n\n , \n"08\n1",5\n'

    assert [(number, cells) for number, cells, _formulas in _rows(content)] == [
        (1, ["Phone", "Points"]),
        (4, ["08\n1", "5"]),
    ]


def test_a_sheet_is_read_as_texts_with_its_formulas_noted() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(2, 1, ["Phone", "Points"])
        sheet.write_row(3, 1, ["0812345678", 5])
        sheet.write_number(4, 1, 812345678)
        sheet.write_formula(4, 2, "=1+1", None, 2)
        sheet.write_datetime(6, 1, date(1990, 5, 31), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number(6, 2, 1.5)

    assert _rows(_sheet(write)) == [
        (3, ["Phone", "Points"], set()),
        (4, ["0812345678", "5"], set()),
        (5, ["812345678", "2"], {1}),
        (7, ["1990-05-31", "1.5"], set()),
    ]


def test_a_sheet_that_would_fill_the_memory_is_refused_before_it_is_read() -> None:
    far = _sheet(lambda book, sheet: (sheet.write(0, 0, "a"), sheet.write(1_000_000, 16_000, "b")))

    with pytest.raises(batches.FileError) as refusal:
        next(sheets.rows(io.BytesIO(far)))

    assert refusal.value.problem == "too_large"


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN"])
@pytest.mark.parametrize("below", [0, 40])
def test_a_number_that_is_none_is_refused_in_its_row(
    number: str, below: int, checked: Callable[..., Batch], member: Member
) -> None:
    """Below the first rows, too, which are read as the file comes."""

    def write(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Phone", "Points"])
        for row in range(1, below + 1):
            sheet.write_row(row, 0, ["0812345678", 5])
        sheet.write_row(below + 1, 0, ["0812345678", 7777])

    batch = checked(_with(_sheet(write), b"<v>7777</v>", f"<v>{number}</v>".encode()))

    assert (batch.status, batch.rows_ready, batch.rows_error) == ("checked", below, 1)
    assert rows_of(batch)[below] == (below + 2, "error", "bad_points")


def _with(book: bytes, cell: bytes, other: bytes) -> bytes:
    """The XLSX as another program may have written it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as read, zipfile.ZipFile(out, "w") as written:
        for part in read.infolist():
            written.writestr(part, read.read(part).replace(cell, other))
    return out.getvalue()


# Beyond what is looked at to tell a table from a picture.
_LONG = ("0812345678,5,," + "x" * 60_000 + "\n") * 20


def test_what_no_text_has_is_left_out_far_down_in_a_file(
    checked: Callable[..., Batch], member: Member
) -> None:
    batch = checked(f"Phone,Points,Reference,Path\n{_LONG}0812345678,5,A\0B,C:\\u0000\0\n")

    last = batch.rows.get(number=22)
    assert (batch.status, batch.rows_ready) == ("checked", 21)
    assert (last.reference, last.cells) == ("adjust:AB", ["0812345678", "5", "AB", "C:\\u0000"])


def test_cells_may_look_like_an_escape(done: Callable[..., Batch], member: Member) -> None:
    batch = done('Phone,Points,Reason\n0812345678,5,"C:\\u0000\\n"\n')

    assert (batch.status, batch.rows.get().cells[2], batch.rows.get().note) == ("done", *["C:\\u0000\\n"] * 2)


def _fake_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("notes.txt", "no sheet")
    return out.getvalue()


def _damaged_sheet() -> bytes:
    """With other bytes where what is packed begins."""
    content = bytearray(
        _sheet(lambda book, sheet: [sheet.write_row(n, 0, [f"08{n:08}", n]) for n in range(2000)])
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    begins = part.header_offset + 30 + len(part.filename)
    content[begins : begins + 200] = b"\xff" * 200
    return bytes(content)


def _second_sheet() -> bytes:
    return _sheet(lambda book, sheet: book.add_worksheet().write_row(0, 0, ["Phone", "Points"]))


def _without_references() -> bytes:
    """As some programs write it: cells do not say where they are."""
    whole = io.BytesIO(_sheet(lambda book, sheet: sheet.write_row(0, 0, ["Phone", "Points"])))
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(out, "w") as other:
        for part in archive.infolist():
            other.writestr(part.filename, re.sub(rb' r="[A-Z]+[0-9]+"', b"", archive.read(part)))
    return out.getvalue()


# Office keeps a protected workbook in the old container.
_LOCKED = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
)

BAD = {
    "empty": b"",
    "no_rows": b"Phone,Points\n",
    "wrong_kind": a_picture(),
    "old_excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "bad_sheet": _fake_zip(),
    "bad_sheet damaged": _damaged_sheet(),
    "bad_sheet cut": _damaged_sheet()[:4000],
    "bad_sheet without references": _without_references(),
    "empty_sheet": _second_sheet(),
    "protected": _LOCKED,
    "mixed": "Phone,Name\n0812345678,สม\n".encode() + "0812345679,ศรี\n".encode("cp874"),
    "too_wide": b",".join(b"c%d" % n for n in range(300)) + b"\n1\n",
    "unreadable_row": b'Phone,Points\n"0812345678"x,5\n',
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_is_refused_in_words_and_nothing_is_kept(
    name: str, upload: Callable[..., Batch], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path

    with pytest.raises(DomainError) as refusal:
        upload(BAD[name])

    assert refusal.value.code == name.partition(" ")[0]
    assert len(refusal.value.sentence) > 15
    assert (Batch.objects.count(), BatchRow.objects.count()) == (0, 0)
    assert list(tmp_path.rglob("*")) == []


def test_a_file_that_breaks_half_way_says_in_which_row_and_changes_nothing(
    checked: Callable[..., Batch], member: Member
) -> None:
    batch = checked(
        'Phone,Points\n0812345678,5\n0812345678,6\n0812345678,7\n0812345678,7\n0812345678,7\n0812345678,7\n"08"x,7\n'
    )

    assert batch.status == "failed"
    assert batch.problem == {"code": "unreadable_row", "row": 8}
    assert batches.sentence_of(batch.problem).startswith("Row 8 cannot be read")
    assert LedgerEntry.objects.count() == 0


def test_the_same_file_is_recognised_and_runs_again_only_on_purpose(upload: Callable[..., Batch]) -> None:
    content = "Phone,Points\n0812345678,5\n"
    first = upload(content)

    with pytest.raises(DomainError) as refusal:
        upload(content)

    assert (refusal.value.code, refusal.value.extra["first"]) == ("same_file", first)
    assert Batch.objects.count() == 1
    assert upload(content, BatchKind.BY_NUMBER).pk  # for another purpose it is another file
    assert upload(content, again=True).pk


def test_columns_are_guessed_in_both_languages_and_can_be_said(
    upload: Callable[..., Batch], clerk: Any
) -> None:
    assert upload("ชื่อ,เบอร์มือถือ,แต้ม\na,0812345678,1\n").columns == {"phone": 1, "points": 2}
    assert upload("Full name,Phone number (required),Points\na,0812345678,1\n").columns == {
        "phone": 1,
        "points": 2,
    }
    batch = upload("A,B\n0812345678,1\n")
    assert batch.columns == {}

    with pytest.raises(DomainError) as refusal:
        batches.begin_check(batch, columns={"phone": 0}, options={}, by=clerk)

    assert refusal.value.code == "columns_missing"
    batches.begin_check(batch, columns={"phone": 0, "points": 1}, options={}, by=clerk)
    batches.work_on(batch.pk)
    assert rows_of(batch) == [(2, "error", "unknown_phone")]
