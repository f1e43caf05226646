"""What batches keep of people is not kept for ever: files go after a time, and rows are blanked for who is
erased."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django.db import connection
from django.db.models.functions import Coalesce

from loyalty.domain.batches.checking import recount
from loyalty.enums import RowProblem, RowStatus
from loyalty.models import Batch, BatchRow, Member
from loyalty.queries.batches import AT_WORK

# After its batch was over or thrown away, or came and was left lying. Rows and counts stay.
KEEP_FILES = timedelta(days=30)

# Thai, Persian, Arabic and full-width digits.
_ZEROS = (0x0E50, 0x06F0, 0x0660, 0xFF10)
_DIGITS = "".join(chr(zero + digit) for zero in _ZEROS for digit in range(10))
# Rows of nobody, also of an import that was undone, in which a cell names the person in any spelling.
_NAMING = """
SELECT id FROM loyalty_batchrow batch_row
WHERE NOT EXISTS (SELECT 1 FROM loyalty_member WHERE id = batch_row.member_id)
  AND EXISTS (
    SELECT 1 FROM jsonb_array_elements_text(cells) cell
    WHERE lower(trim(translate(cell, %(digits)s, %(ascii)s))) = ANY(%(texts)s)
       OR regexp_replace(translate(cell, %(digits)s, %(ascii)s), '[^0-9]', '', 'g') LIKE ANY(%(phones)s)
  )
"""


def delete_old_files(*, now: datetime) -> int:
    """Those that are older than KEEP_FILES; how many. A batch at work keeps its file."""
    old = Batch.objects.annotate(since=Coalesce("finished_at", "created_at"))
    old = old.filter(since__lt=now - KEEP_FILES).exclude(status__in=AT_WORK).exclude(file="")
    count = 0
    for batch in old.order_by("pk"):
        batch.file.delete(save=False)
        Batch.objects.filter(pk=batch.pk).update(file="", sample=None)
        count += 1
    return count


def forget_rows(people: Collection[Member]) -> None:
    """What rows say about these (locked) members, before their own data is blanked: their rows, and rows of
    nobody that carry a phone, an email or a number of theirs. What still waits to be run is not."""
    rows = BatchRow.objects.filter(member__in=people)
    rows.update(cells=[], key="", before=None)
    found = BatchRow.objects.filter(pk__in=_naming(people))
    waiting = set(found.filter(status=RowStatus.READY).values_list("batch", flat=True))
    found.filter(status=RowStatus.READY).update(status=RowStatus.ERROR, problem=RowProblem.MEMBER_GONE)
    found.update(cells=[], key="", before=None)
    for batch in Batch.objects.select_for_update(skip_locked=True).filter(pk__in=waiting).order_by("pk"):
        recount(batch)
        batch.save()


def _naming(people: Collection[Member]) -> list[int]:
    texts = {one.number for one in people} | {one.email.casefold() for one in people if one.email}
    phones = {f"%{_national(str(one.phone))}%" for one in people if one.phone}
    values: dict[str, Any] = {"texts": list(texts), "phones": list(phones)}
    with connection.cursor() as cursor:
        cursor.execute(_NAMING, values | {"digits": _DIGITS, "ascii": "0123456789" * len(_ZEROS)})
        return [pk for (pk,) in cursor.fetchall()]


def _national(phone: str) -> str:
    """Without the country and the zero: what all spellings of a phone have in common."""
    return str(phonenumbers.parse(phone).national_number)
