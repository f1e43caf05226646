"""The first sheet of an XLSX file.

calamine reads a sheet into memory whole, as a rectangle, and gives a formula's last result in place of the
formula. So the file is looked through first, as it streams out of the zip: what would not fit is refused, and
where formulas are is noted.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from posixpath import normpath
from typing import IO, Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

from loyalty.domain.batches.problems import FileError
from loyalty.enums import FileProblem

MAX_UNPACKED = 1024 * 1024 * 1024
MAX_CELLS = 12_000_000
# What the book says of its sheets; more is none.
_MAX_BOOK = 4 * 1024 * 1024
# All that a zip, its XML and calamine say of a file that is damaged or protected.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    OSError,
    RuntimeError,
    CalamineError,
    ElementTree.ParseError,
)
_BLOCK = 1024 * 1024
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?(?:/>|>(<f\b)?)')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_TAIL = 400  # a cell's opening may be cut by the end of a block
_PART = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Cells = tuple[int, list[str], frozenset[int]]


def rows(file: IO[bytes]) -> Iterator[Cells]:
    """(row's number, its cells as texts, the places of formulas), rows with something in them. Raises
    FileError unless this is an XLSX file whose first sheet can be read in reasonable memory."""
    try:
        with zipfile.ZipFile(file) as archive:
            formulas = _look_through(archive)
        file.seek(0)
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except _DAMAGED as error:
        raise FileError(FileProblem.BAD_SHEET) from error
    first_column = sheet.start[1] if sheet.start else 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(value) for value in values]
        if any(cells):
            places = formulas.get(number, ())
            yield number, cells, frozenset(place - first_column for place in places)


def _look_through(archive: zipfile.ZipFile) -> dict[int, list[int]]:
    """Where the first sheet's formulas are: row → columns from 0."""
    if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
        raise FileError(FileProblem.TOO_LARGE, megabytes=MAX_UNPACKED // (1024 * 1024))
    formulas: dict[int, list[int]] = {}
    first, last = (1 << 30, 1 << 30), (0, 0)
    for letters, digits, formula in _cells(archive):
        row, column = int(digits), _column(letters)
        first = min(first[0], row), min(first[1], column)
        last = max(last[0], row), max(last[1], column)
        if formula:
            formulas.setdefault(row, []).append(column)
    if last == (0, 0):
        # Some programs do not write where a cell is; an office program that saves the file does.
        raise FileError(FileProblem.BAD_SHEET if _has_cells(archive) else FileProblem.EMPTY_SHEET)
    # calamine's rectangle begins at the first cell.
    if (last[0] - first[0] + 1) * (last[1] - first[1] + 1) > MAX_CELLS:
        raise FileError(FileProblem.TOO_LARGE, megabytes=100)
    return formulas


def _cells(archive: zipfile.ZipFile) -> Iterator[tuple[bytes, bytes, bytes]]:
    with archive.open(_first_sheet(archive)) as sheet:
        rest = b""
        while block := sheet.read(_BLOCK):
            block = rest + block
            cut = block.rfind(b"<c", max(0, len(block) - _TAIL))
            cut = len(block) if cut < 0 else cut
            yield from _CELL.findall(block, 0, cut)
            rest = block[cut:]
        yield from _CELL.findall(rest)


def _has_cells(archive: zipfile.ZipFile) -> bool:
    with archive.open(_first_sheet(archive)) as sheet:
        return any(_ANY_CELL.search(block) for block in iter(lambda: sheet.read(_BLOCK), b""))


def _first_sheet(archive: zipfile.ZipFile) -> str:
    book = _part(archive, "xl/workbook.xml")
    link = next((node.get(_LINK) for node in book.iter() if node.tag.endswith("}sheet")), None)
    parts = _part(archive, "xl/_rels/workbook.xml.rels")
    for part in parts.iter(_PART):
        if part.get("Id") == link:
            target = part.get("Target", "")
            return target[1:] if target.startswith("/") else normpath(f"xl/{target}")
    raise KeyError("no sheet")


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as part:
        text = part.read(_MAX_BOOK + 1)
    if len(text) > _MAX_BOOK:
        raise FileError(FileProblem.BAD_SHEET)
    return ElementTree.fromstring(text)  # noqa: S314  (expat refuses bombs)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _text(value: Any) -> str:
    """A cell as somebody would have typed it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        if not isfinite(value):  # of 1e999 or NaN, which other programs write; no row has a use for it
            return str(value)
        if value == int(value) and abs(value) < 10**15:
            return str(int(value))
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""
