"""A member's points, one by one: why each came or went, and how they add up to the balance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from unicodedata import bidirectional

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext

from loyalty.enums import EntryKind, Place, RuleKind
from loyalty.models import LedgerEntry, Member, Purchase
from loyalty.queries.steps import money_text, points_text, step_sentence
from marketplace.common.calendars import format_date, format_number, localize_digits

PAGE = 30
PURCHASES = 10
# What `reason_of` reads.
_PARTS = ("purchase__provider", "purchase__branch", "branch", "by", "reverses__purchase__provider")


@dataclass(frozen=True, slots=True)
class Line:
    """`running` is the balance after the entry."""

    entry: LedgerEntry
    running: int


@dataclass(frozen=True, slots=True)
class KindSum:
    label: str
    points: int


class Lot(Protocol):
    """What is left of an entry (loyalty.domain.lots)."""

    entry_id: int
    left: int
    available_at: datetime | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class LotLeft:
    lot: Lot
    entry: LedgerEntry
    reason: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class Account:
    """All of a member's entries by what matters for sums, read once: oldest first."""

    entries: Sequence[LedgerEntry]

    def by_kind(self) -> list[KindSum]:
        """Adds up to the balance."""
        sums: dict[str, int] = {}
        for entry in self.entries:
            sums[entry.kind] = sums.get(entry.kind, 0) + entry.points
        return [KindSum(str(kind.label), sums[kind]) for kind in EntryKind if sums.get(kind)]

    def running(self) -> dict[int, int]:
        """The balance after each entry, by its key."""
        balance, found = 0, {}
        for entry in self.entries:
            balance += entry.points
            found[entry.pk] = balance
        return found


def account_of(member: Member) -> Account:
    """One query, however many pages are made of it."""
    rows = LedgerEntry.objects.filter(member=member).order_by("pk")
    columns = ("kind", "points", "shortfall", "created_at", "available_at", "expires_on", "reverses_id")
    return Account(list(rows.only("pk", "member_id", *columns)))


def history(
    member: Member, account: Account, *, kind: str = "", before: int | None = None
) -> tuple[list[Line], int | None]:
    """A page of entries, newest first, and the key from which the next one goes on."""
    entries = with_reasons(LedgerEntry.objects.filter(member=member))
    if kind in EntryKind.values:
        entries = entries.filter(kind=kind)
    if before is not None:
        entries = entries.filter(pk__lt=before)
    rows = list(entries.order_by("-pk")[: PAGE + 1])
    running = account.running()
    # Written between the two reads, an entry is on the next page view.
    lines = [Line(row, running[row.pk]) for row in rows[:PAGE] if row.pk in running]
    return lines, rows[PAGE - 1].pk if len(rows) > PAGE else None


def with_reasons(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Together with everything that `reason_of` reads."""
    return entries.select_related(*_PARTS)


def lots_left(lots: Sequence[Lot], *, now: datetime) -> list[LotLeft]:
    """Each with the reason of its entry, those that expire first before the others."""
    entries = with_reasons(LedgerEntry.objects.all()).in_bulk([lot.entry_id for lot in lots])
    found = [
        LotLeft(
            lot,
            entries[lot.entry_id],
            reason_of(entries[lot.entry_id]),
            lot.available_at is not None and lot.available_at > now,
        )
        for lot in lots
    ]
    return sorted(found, key=lambda left: left.lot.expires_on or date.max)


def purchases_of(
    member: Member, *, before: int | None = None, upto: Purchase | None = None
) -> tuple[list[Purchase], int | None]:
    """Newest first, each with `given`: its points that stand, whatever went back; and the next page's key.
    The page begins below `before`, or with `upto`."""
    rows = Purchase.objects.filter(member=member).select_related("provider", "branch", "by")
    last = Purchase.objects.filter(pk=before, member=member).first() if before is not None else None
    if last is not None:
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    if upto is not None:
        rows = rows.filter(Q(at__lt=upto.at) | Q(at=upto.at, pk__lte=upto.pk))
    kinds = Q(entries__kind__in=[EntryKind.PURCHASE, EntryKind.REFUND])
    kinds |= Q(entries__kind=EntryKind.UNDO, entries__reverses__kind=EntryKind.PURCHASE)
    rows = rows.annotate(given=Sum("entries__points", filter=kinds, default=0)).order_by("-at", "-pk")
    found: list[Any] = list(rows[: PURCHASES + 1])
    return found[:PURCHASES], found[PURCHASES - 1].pk if len(found) > PURCHASES else None


# --- sentences --------------------------------------------------------------------------------------


def reason_of(entry: LedgerEntry) -> str:
    """Why these points came or went, in one or a few sentences in the reader's language, for the operator
    and the member alike. Reads `with_reasons`' parts and no more."""
    return " ".join(sentences_of(entry))


def sentences_of(entry: LedgerEntry) -> list[str]:
    """Those of `reason_of`: the cause first, then the arithmetic."""
    sentences = [_cause(entry), *_arithmetic(entry), _missing(entry), _quoted(entry)]
    return [sentence for sentence in sentences if sentence]


def _cause(entry: LedgerEntry) -> str:
    match entry.kind:
        case EntryKind.PURCHASE:
            return _bought(entry.purchase) if entry.purchase else gettext("For a purchase.")
        case EntryKind.BONUS:
            return "" if _rule_steps(entry) else gettext("Bonus points of a reward.")
        case EntryKind.REFERRAL:
            return _friend(entry)
        case EntryKind.ADJUSTMENT:
            if entry.points < 0:
                return gettext("Taken by the store.")
            return gettext("Given by the store.")
        case EntryKind.IMPORTED:
            return gettext("Brought along from before the programme began.")
        case EntryKind.REDEMPTION:
            return gettext("Redeemed for “%(reward)s”.") % {"reward": _apart(entry.note or "–")} + _where(
                entry
            )
        case EntryKind.RETURNED:
            return gettext("“%(reward)s” was given back, and its points came back.") % {
                "reward": _apart(entry.note or "–")
            }
        case EntryKind.REFUND:
            return _refunded(entry)
        case EntryKind.OWED:
            return gettext("Paid off what was owed after a refund.")
        case EntryKind.EXPIRY:
            return _expired(entry)
        case EntryKind.MERGE:
            return _merged(entry)
    return _undone(entry)


def _bought(purchase: Purchase) -> str:
    parts = {"amount": money_text(purchase.amount), "name": name_of(purchase)}
    seller = purchase.provider or purchase.branch
    if seller is None:
        return gettext("%(amount)s spent (%(name)s).") % parts
    return gettext("%(amount)s spent at %(shop)s (%(name)s).") % {**parts, "shop": _apart(seller)}


def name_of(purchase: Purchase) -> str:
    """As people call it; its reference is for machines."""
    if purchase.name:
        number = localize_digits(purchase.name, get_language() or "en")
        return gettext("order %(number)s") % {"number": _apart(number)}
    return gettext("at the counter") if purchase.place == Place.COUNTER else purchase.get_place_display()


def _where(entry: LedgerEntry) -> str:
    if entry.branch is not None:
        return " " + gettext("At %(branch)s.") % {"branch": _apart(entry.branch)}
    if entry.place == Place.COUNTER:
        return " " + gettext("At the counter.")
    return ""


def _friend(entry: LedgerEntry) -> str:
    steps: Mapping[str, Any] = entry.steps if isinstance(entry.steps, dict) else {}
    campaign = {"campaign": _apart(steps.get("campaign") or "–")}
    if steps.get("side") == "friend":
        return gettext("Welcome: you came by a friend's invitation (%(campaign)s).") % campaign
    return gettext("For a friend who came by the invitation (%(campaign)s).") % campaign


def _refunded(entry: LedgerEntry) -> str:
    purchase = entry.purchase
    if purchase is None:
        return gettext("Money went back, and its points with it.")
    return gettext("Money of the purchase of %(amount)s (%(name)s) went back, and its points with it.") % {
        "amount": money_text(purchase.amount),
        "name": name_of(purchase),
    }


def _expired(entry: LedgerEntry) -> str:
    if entry.expires_on is None:
        return gettext("Expired.")
    day = format_date(entry.expires_on, get_language() or "en")
    return gettext("They were good until %(day)s and were not used.") % {"day": day}


def _merged(entry: LedgerEntry) -> str:
    steps: Mapping[str, Any] = entry.steps if isinstance(entry.steps, dict) else {}
    if "into" in steps:
        return gettext("Moved to Member ID %(number)s, with which this one was merged.") % {
            "number": steps["into"]
        }
    return gettext("Came over from Member ID %(number)s, who was merged into this one.") % {
        "number": steps.get("from") or "–"
    }


def _undone(entry: LedgerEntry) -> str:
    steps: Mapping[str, Any] = entry.steps if isinstance(entry.steps, dict) else {}
    if steps.get("why") == "referral_refunded":
        return gettext("The friend's order was returned, and the points for the invitation went with it.")
    if steps.get("why") == "given_twice":
        if steps.get("kind") == RuleKind.SIGN_UP:
            return gettext("The bonus for joining is given once: both of the merged members had got it.")
        if steps.get("kind") == RuleKind.BIRTHDAY:
            return gettext("The birthday bonus is given once a year: both of the merged members had got it.")
        return gettext(
            "The bonus for the first purchase is given once: both of the merged members had got it."
        )
    if entry.reverses is None:
        return gettext("Undone.")
    return gettext("Undone: %(what)s") % {"what": reason_of(entry.reverses)}


def _arithmetic(entry: LedgerEntry) -> Iterable[str]:
    """What each rule gave."""
    for step in _rule_steps(entry):
        yield gettext("“%(rule)s” gave %(points)s: %(sentence)s") % {
            "sentence": step_sentence(step),
            "points": points_text(step.get("points", 0)),
            "rule": _apart(step.get("name", "")),
        }


def _rule_steps(entry: LedgerEntry) -> list[Mapping[str, Any]]:
    return [step for step in entry.steps if "kind" in step] if isinstance(entry.steps, list) else []


def _missing(entry: LedgerEntry) -> str:
    if entry.shortfall > 0 and entry.kind != EntryKind.MERGE:
        return ngettext(
            "%(number)s point was spent already and stays owed.",
            "%(number)s points were spent already and stay owed.",
            entry.shortfall,
        ) % {"number": _number(entry.shortfall)}
    if entry.kind == EntryKind.MERGE and entry.shortfall:
        return gettext("Points owed: %(number)s.") % {"number": _number(entry.shortfall)}
    return ""


def _quoted(entry: LedgerEntry) -> str:
    """What somebody wrote by hand."""
    named_above = (EntryKind.REDEMPTION, EntryKind.RETURNED)
    return f"“{_apart(entry.note)}”" if entry.note and entry.kind not in named_above else ""


def _number(points: int) -> str:
    return format_number(points, get_language() or "en")


def _apart(name: object) -> str:
    """What people wrote, in a sentence: each keeps its order where one of them runs from right to left."""
    text = str(name)
    is_mixed = get_language_bidi() or any(bidirectional(sign) in ("R", "AL") for sign in text)
    return f"\u2068{text}\u2069" if is_mixed else text
