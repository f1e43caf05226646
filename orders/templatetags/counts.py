"""How a bounded count is shown."""

from django import template
from django.utils.translation import get_language

from marketplace.common.calendars import base_language, format_number
from orders.queries import COUNT_LIMIT

register = template.Library()


@register.filter
def count_label(count: int) -> str:
    """`{{ counts.all|count_label }}`: "10,000+" where counting stopped."""
    shown = format_number(min(count, COUNT_LIMIT), base_language(get_language()))
    return f"{shown}+" if count >= COUNT_LIMIT else shown
