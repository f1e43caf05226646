"""Small pieces of the pages about points."""

from django import template
from django.utils.safestring import SafeString

from loyalty.models import LedgerEntry
from loyalty.queries.history import reason_of
from marketplace.common.qr_codes import qr_svg

register = template.Library()


@register.simple_tag
def qr_code(text: str, label: str) -> SafeString:
    """`{% qr_code address label %}`: the code as a picture; `label` is its accessible name."""
    return qr_svg(text, label=label)


@register.filter
def reason(entry: LedgerEntry) -> object:
    """Why these points came or went."""
    return reason_of(entry)
