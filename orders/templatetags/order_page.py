"""The whole order on a page of another app."""

from typing import Any

from django import template
from django.template import Context

from orders.models import Order
from orders.views.pages import order_page_context

register = template.Library()


@register.inclusion_tag("orders/_order.html", takes_context=True)
def order_page(context: Context, order: Order) -> dict[str, Any]:
    """`{% order_page order %}`: all that the order's own page shows, and its buttons."""
    return {**context.flatten(), **order_page_context(context["request"], order)}  # type: ignore[dict-item]
