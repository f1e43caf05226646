"""Which column of a file is what: our fields, and the headings under which people keep them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from loyalty.enums import BatchKind
from marketplace.common.text import fold


@dataclass(frozen=True, slots=True)
class Column:
    """A file's column is this one when it is headed by the `label`, in any of our languages, or by one of the
    `headings`; the template is headed by the label in the reader's."""

    field: str
    label: Any
    required: bool
    headings: tuple[str, ...]
    example: str


_PHONE = (
    "Phone",
    "Phone number",
    "Mobile",
    "Mobile number",
    "Mobile phone",
    "Tel",
    "Telephone",
    "MSISDN",
    "เบอร์โทร",
    "เบอร์โทรศัพท์",
    "เบอร์มือถือ",
    "โทรศัพท์",
    "หมายเลขโทรศัพท์",
    "โทร",
    "มือถือ",
)
_NUMBER = (
    "Member ID",
    "User ID",
    "UserID",
    "MemberID",
    "Member number",
    "Member no",
    "Customer ID",
    "ID",
    "รหัสสมาชิก",
    "รหัสผู้ใช้",
    "เลขสมาชิก",
    "หมายเลขสมาชิก",
)
_POINTS = ("Points", "Point", "Score", "Amount", "คะแนน", "แต้ม", "จำนวนคะแนน", "จำนวนแต้ม")
_REFERENCE = (
    "Reference",
    "Ref",
    "Ref no",
    "Reference number",
    "Transaction ID",
    "เลขที่อ้างอิง",
    "อ้างอิง",
    "รหัสอ้างอิง",
)
_NOTE = ("Reason", "Note", "Remark", "Remarks", "Comment", "เหตุผล", "หมายเหตุ", "รายละเอียด")

_BODY = (
    Column("points", _("Points"), True, _POINTS, "100"),
    Column("reference", _("Reference"), False, _REFERENCE, "INV-2569-0001"),
    Column("note", _("Reason"), False, _NOTE, "Songkran bonus"),
)
COLUMNS: dict[str, tuple[Column, ...]] = {
    BatchKind.BY_PHONE: (Column("phone", _("Phone"), True, _PHONE, "0812345678"), *_BODY),
    BatchKind.BY_NUMBER: (Column("number", _("Member ID"), True, _NUMBER, "10000001"), *_BODY),
    BatchKind.MEMBERS: (
        Column("phone", _("Phone"), True, _PHONE, "0812345678"),
        Column(
            "name",
            _("Name"),
            False,
            ("Name", "Full name", "Customer name", "ชื่อ", "ชื่อ-นามสกุล", "ชื่อสมาชิก", "ชื่อลูกค้า"),
            "Somsri Jaidee",
        ),
        Column("email", _("Email"), False, ("Email", "E-mail", "อีเมล", "อีเมล์"), "somsri@people.example"),
        Column(
            "birthday",
            _("Birthday"),
            False,
            ("Birthday", "Birth date", "Date of birth", "DOB", "วันเกิด", "วันเดือนปีเกิด"),
            "1990-05-31",
        ),
        Column("number", _("Member ID"), False, _NUMBER, ""),
        Column("points", _("Points"), False, _POINTS, "250"),
        Column("level", _("Level"), False, ("Level", "Tier", "Member level", "ระดับ", "ระดับสมาชิก"), ""),
        Column(
            "level_until",
            _("Level until"),
            False,
            ("Level until", "Level expires", "Tier expiry", "ระดับถึงวันที่", "วันหมดอายุระดับ"),
            "",
        ),
        Column(
            "joined",
            _("Joined on"),
            False,
            ("Joined", "Joined at", "Join date", "Registered", "Sign-up date", "วันที่สมัคร", "วันสมัคร"),
            "2024-01-15",
        ),
    ),
}


def guess(kind: str, headings: Sequence[str]) -> dict[str, int]:
    """Field → place of its column, for what can be told by its heading; no column is two fields."""
    folded = [fold(heading) for heading in headings]
    found: dict[str, int] = {}
    for exact in (True, False):
        for column in COLUMNS[kind]:
            known = [fold(heading) for heading in (*column.headings, *_labels(column))]
            for place, heading in enumerate(folded):
                free = column.field not in found and place not in found.values()
                if free and heading and _is_one(heading, known, exact=exact):
                    found[column.field] = place
    return found


def _labels(column: Column) -> Iterator[str]:
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield str(column.label)


def _is_one(heading: str, known: list[str], *, exact: bool) -> bool:
    """ "phone (required)" is a phone too; a single short word inside another is not."""
    if exact:
        return heading in known
    return any(len(word) > 3 and word in heading for word in known)


def missing(kind: str, columns: dict[str, int]) -> list[Column]:
    """What a file of this kind cannot do without."""
    return [column for column in COLUMNS[kind] if column.required and column.field not in columns]
