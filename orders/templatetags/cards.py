"""The outstanding time and the phone as a card shows them."""

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from phonenumber_field.phonenumber import PhoneNumber

from orders.models import Order
from orders.outstanding import minutes_between, outstanding_forms, outstanding_words

register = template.Library()


@register.simple_tag
def outstanding_time(order: Order) -> SafeString:
    """`{% outstanding_time order %}`; it goes on counting in the page. Empty while nothing is outstanding."""
    since, now = order.outstanding_since, timezone.now()
    if since is None:
        return SafeString("")
    minutes = minutes_between(since, now)
    forms = format_html_join("", ' data-{}="{}"', outstanding_forms().items())
    return format_html(
        '<time class="number" datetime="PT{}M" data-since="{}" data-now="{}"{}>{}</time>',
        minutes,
        since.isoformat(),
        now.isoformat(),
        forms,
        outstanding_words(minutes),
    )


@register.filter
def phone_shown(phone: str) -> str:
    """`{{ order.phone|phone_shown }}`: with spaces where it is a number to call, else as it stands."""
    read = PhoneNumber.from_string(phone) if phone else None
    return read.as_international if read is not None and read.is_valid() else phone
