"""Small pieces of the pages about points."""

from django import template
from django.utils.safestring import SafeString

from loyalty.enums import EntryKind
from loyalty.models import LedgerEntry, Purchase
from loyalty.queries.history import name_of, sentences_of
from marketplace.common.qr_codes import qr_svg

register = template.Library()


@register.simple_tag
def qr_code(text: str, label: str) -> SafeString:
    """`{% qr_code address label %}`: the code as a picture; `label` is its accessible name."""
    return qr_svg(text, label=label)


@register.inclusion_tag("loyalty/_why.html")
def why(entry: LedgerEntry) -> dict[str, object]:
    """Why these points came or went: the cause, and below it each step of the arithmetic."""
    return {"sentences": sentences_of(entry)}


@register.filter
def purchase_name(purchase: Purchase) -> str:
    return name_of(purchase)


@register.filter
def written_reference(entry: LedgerEntry) -> str:
    """What people wrote in their file beside these points. "" for the keys by which the ledger knows
    everything else: its sentence says what they stand for."""
    is_of_file = entry.kind == EntryKind.ADJUSTMENT and entry.batch_id is not None
    return entry.reference if is_of_file and not entry.reference.startswith("batch:") else ""
