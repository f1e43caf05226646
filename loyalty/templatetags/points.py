"""Small pieces of the pages about points."""

from django import template
from django.utils.safestring import SafeString

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
