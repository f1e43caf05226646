"""Members as people look for them."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from loyalty.models import Member, MemberQuerySet
from marketplace.common.text import fold, fold_digits

PAGE = 25
# How many matches are looked up at once; a search that finds more walks along the members instead.
FEW_MATCHES = 1000
# The countries whose people the store serves: their phones are also found without a country code.
REGIONS = ("TH", "IR", "VN")
_WORDS = 8
_GRAM = 3
_PHONE = re.compile(r"[+\d\s().\-/]{3,40}")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of members; `older` is the key before which the next page begins, None on the last."""

    members: list[Member]
    older: int | None


def searchable(member: Member) -> str:
    """For `Member.search_text`: number, name, email and phone, folded; the phone also as it is dialled. Also
    of those who were merged into this member, so that an old number finds the one who was kept."""
    gone = list(member.merged.all()) if member.pk else []
    return " ".join(_own_words(one) for one in (member, *gone))


def find_members(text: str) -> MemberQuerySet:
    """By phone, full name, email or Member ID, every typed word; newest first."""
    return Member.objects.current().filter(_holds(text)).order_by("-pk")


def exact_members(text: str) -> list[Member]:
    """Whose phone or Member ID this is, however it is written; for one who was merged, the one who was
    kept."""
    typed = fold_digits(text).strip()
    if not _PHONE.fullmatch(typed):
        return []
    digits = re.sub(r"\D", "", typed)
    wanted = Q(phone__in=_phones(typed, digits))
    if len(digits) <= 20:
        wanted |= Q(number=digits)
    keys = {
        merged or pk
        for pk, merged, erased in Member.objects.filter(wanted).values_list("pk", "merged_into", "erased_at")
        if erased is None
    }
    return list(_with_parts(Member.objects.current().filter(pk__in=keys)).order_by("-pk")) if keys else []


def search_members(text: str, *, before: int | None = None) -> Found:
    """Page by page, newest first; on the first page whose very phone or number it is come before all others.
    Reads a bounded number of rows however many members there are."""
    if not fold(text):
        return Found([], None)
    first = exact_members(text)
    wanted = Member.objects.current().filter(_matches(text))
    if before is not None:
        wanted = wanted.filter(pk__lt=before)
    rows = list(_with_parts(wanted.exclude(pk__in=[m.pk for m in first])).order_by("-pk")[: PAGE + 1])
    older = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return Found([*(first if before is None else []), *rows[:PAGE]], older)


def newest_members() -> list[Member]:
    """Before anything is typed: who joined last."""
    return list(_with_parts(Member.objects.current()).order_by("-pk")[:PAGE])


def _with_parts(members: MemberQuerySet) -> MemberQuerySet:
    return members.select_related("level")


def _matches(text: str) -> Q:
    """What matches few is looked up here, once, by the trigram index and named by keys, since the database
    would rather walk along all members by key; what matches many is met soon on that walk."""
    holds = _holds(text)
    found = Member.objects.current().filter(holds).order_by().values_list("pk", flat=True)
    keys = list(found[: FEW_MATCHES + 1])
    return Q(pk__in=keys) if len(keys) <= FEW_MATCHES else holds


def _holds(text: str) -> Q:
    words = _digits_as_one(text) or fold(text).split()[:_WORDS]
    # A trigram index knows words of one or two letters only by their beginnings.
    parts = [word if len(word) >= _GRAM else f" {word}" for word in words]
    return Q(*(("search_text__contains", part) for part in parts)) if parts else Q(pk=None)


def _digits_as_one(text: str) -> list[str]:
    """081-234 5678 is one number; without the 0 or 00 before it, it is found in either form."""
    typed = fold_digits(text).strip()
    digits = re.sub(r"\D", "", typed)
    if not digits or not _PHONE.fullmatch(typed):
        return []
    return [digits.removeprefix("00") if digits.startswith("00") else digits]


def _phones(typed: str, digits: str) -> set[str]:
    phones = {f"+{digits.removeprefix('00')}"}
    for region in (settings.STORE_COUNTRY, *REGIONS):
        try:
            phone = PhoneNumber.from_string(typed, region=region)
        except NumberParseException:
            continue
        if phone.is_valid():
            phones.add(phone.as_e164)
    return phones


def _own_words(member: Member) -> str:
    phone = str(member.phone or "")
    return fold(f"{member.number} {member.name} {member.email} {phone} {_national(member)}")


def _national(member: Member) -> str:
    phone = member.phone
    if isinstance(phone, str):  # not read back from the database yet
        try:
            phone = PhoneNumber.from_string(phone)
        except NumberParseException:
            return ""
    if not phone or not getattr(phone, "national_number", None):
        return ""
    return re.sub(r"\D", "", str(phone.as_national))
