"""Uploaded files of members and of points: read, tried, run, undone. See the README's "Batches"."""

from loyalty.domain.batches.claims import take_up
from loyalty.domain.batches.columns import COLUMNS, guess
from loyalty.domain.batches.files import headings_of
from loyalty.domain.batches.problems import FileError, sentence_of
from loyalty.domain.batches.running import approve, run, undo, work_on
from loyalty.domain.batches.uploading import MAX_BYTES, begin_check, discard, first_with, upload

__all__ = [
    "COLUMNS",
    "MAX_BYTES",
    "FileError",
    "approve",
    "begin_check",
    "discard",
    "first_with",
    "guess",
    "headings_of",
    "run",
    "sentence_of",
    "take_up",
    "undo",
    "upload",
    "work_on",
]
