"""The desk's symbols and numbers."""

from typing import Any

from django import template
from django.utils.translation import get_language
from phonenumber_field.phonenumber import to_python

from marketplace.common.calendars import localize_digits

register = template.Library()


@register.filter
def phone_as_read(phone: Any) -> str:
    """An E.164 number with its groups, in the reader's digits; anything else as it is."""
    text = str(phone or "")
    read = to_python(text) if text.startswith("+") else None
    return localize_digits(
        read.as_international if read and read.is_valid() else text, get_language() or "en"
    )
