"""Uploaded files of members and of points: read, tried, run, undone. See the README's "Batches"."""

from loyalty.domain.batches.claims import take_up
from loyalty.domain.batches.columns import COLUMNS, guess
from loyalty.domain.batches.files import headings_of
from loyalty.domain.batches.hands import may_approve, wants_second
from loyalty.domain.batches.problems import FileError, sentence_of
from loyalty.domain.batches.running import approve, approve_undo, go_on, keep, run, stop, undo, work_on
from loyalty.domain.batches.tidying import KEEP_FILES, delete_old_files, forget_rows
from loyalty.domain.batches.uploading import (
    DISCARDABLE,
    MAX_BYTES,
    begin_check,
    discard,
    first_with,
    upload,
)

__all__ = [
    "COLUMNS",
    "DISCARDABLE",
    "KEEP_FILES",
    "MAX_BYTES",
    "FileError",
    "approve",
    "approve_undo",
    "begin_check",
    "delete_old_files",
    "discard",
    "first_with",
    "forget_rows",
    "go_on",
    "guess",
    "headings_of",
    "keep",
    "may_approve",
    "run",
    "sentence_of",
    "stop",
    "take_up",
    "undo",
    "upload",
    "wants_second",
    "work_on",
]
