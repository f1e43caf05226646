"""Uploaded tables: what kind they are, and their rows as texts, one at a time.

A CSV file is never held whole. Nothing here remembers anything from one row to the next.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, NamedTuple

from loyalty.domain.batches import sheets
from loyalty.domain.batches.problems import FileError
from loyalty.domain.batches.reading import NUL
from loyalty.enums import FileProblem
from marketplace.common.export import unguarded

MAX_COLUMNS = 200
SHOWN = 80  # letters of a cell
XLSX, UTF_8, UTF_8_BOM, UTF_16, THAI = "xlsx", "utf-8", "utf-8-sig", "utf-16", "cp874"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# An XLSX file with a password is packed into the old container, under this name.
_LOCKED = re.compile(re.escape("EncryptedPackage".encode("utf-16-le")))
_BLOCK = 1024 * 1024
_DELIMITERS = ",;\t|"
# Two letters of Thai in UTF-8, one after the other: no Thai word in TIS-620 has these bytes.
_UTF_8_THAI = re.compile(rb"(?:\xe0[\xb8\xb9][\x80-\xbf]){2}")
# What no text has: a picture or a PDF is told from a table by these.
_NOT_TEXT = bytes(set(range(32)) - {9, 10, 13, 26} | {127})


class Row(NamedTuple):
    """`number` as a spreadsheet shows it. `formulas` are the places of cells that hold one."""

    number: int
    cells: list[str]
    formulas: frozenset[int] = frozenset()


def kind_of(file: IO[bytes]) -> str:
    """The encoding of a CSV file, which is read whole for it, or XLSX; raises FileError for anything else."""
    file.seek(0)
    head = file.read(_BLOCK)
    if not head:
        raise FileError(FileProblem.EMPTY)
    if head.startswith(_OLD_EXCEL):
        raise FileError(FileProblem.PROTECTED if _has(file, _LOCKED) else FileProblem.OLD_EXCEL)
    if head.startswith(b"PK\x03\x04"):
        return XLSX  # whether it can be read, its first rows tell
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(file, UTF_16) or _mixed()
    if head.translate(None, _NOT_TEXT) != head or head.startswith(b"%PDF"):
        raise FileError(FileProblem.WRONG_KIND)
    utf_8 = UTF_8_BOM if head.startswith(codecs.BOM_UTF8) else UTF_8
    return _decodes(file, utf_8) or (not _has(file, _UTF_8_THAI) and _decodes(file, THAI)) or _mixed()


@contextmanager
def opened(file: IO[bytes], encoding: str) -> Iterator[Iterator[Row]]:
    """All rows, the headings first; rows without anything in them are left out."""
    if encoding == XLSX:
        yield (Row(*row) for row in sheets.rows(file))
        return
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield _csv_rows(text)
    finally:
        text.detach()


def headings_of(file: IO[bytes], encoding: str, *, sample: int = 5) -> tuple[list[str], list[list[str]]]:
    """The headings, and the first rows below them, as far as a page shows them. Raises FileError where there
    are none."""
    with opened(file, encoding) as rows:
        first = next(rows, None)
        below = [row.cells for row in islice(rows, sample)]
    if first is None or not below:
        raise FileError(FileProblem.NO_ROWS)
    headings = [heading.replace(NUL, "").strip() for heading in first.cells]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MAX_COLUMNS:
        raise FileError(FileProblem.TOO_WIDE, columns=MAX_COLUMNS)
    return headings, [[cell.replace(NUL, "")[:SHOWN] for cell in cells[: len(headings)]] for cells in below]


def _decodes(file: IO[bytes], encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return ""
    return encoding


def _has(file: IO[bytes], wanted: re.Pattern[bytes]) -> bool:
    file.seek(0)
    return any(wanted.search(block) for block in iter(lambda: file.read(_BLOCK), b""))


def _mixed() -> str:
    raise FileError(FileProblem.MIXED)


_NONE: frozenset[int] = frozenset()


def _csv_rows(text: "io.TextIOWrapper") -> Iterator[Row]:
    start = text.readline(64 * 1024)
    delimiter = max(_DELIMITERS, key=start.count)
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileError(FileProblem.UNREADABLE_ROW, row=number) from error
        if cells is None:
            return
        whole = "".join(cells)
        if not whole or whole.isspace():
            continue
        formulas = _NONE
        if "'" in whole or "=" in whole:
            # Our own exports put a ' before what a spreadsheet could run.
            formulas = frozenset(at for at, cell in enumerate(cells) if cell.startswith("="))
            cells = [unguarded(cell) for cell in cells]
        yield Row(number, cells, formulas)
