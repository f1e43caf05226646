"""Small pieces of a courier's pages."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from delivery.maps import map_url

register = template.Library()


@register.simple_tag
def when(phase: str, phases: str) -> SafeString:
    """The attributes of what is shown in these phases of a task only; static/delivery/task.js goes on with
    it while there is no signal."""
    hidden = "" if phase in phases.split() else " hidden"
    return format_html('data-when="{}"{}', phases, hidden)


@register.simple_tag(takes_context=True)
def map_link(context: Context, address: str) -> str:
    return map_url(address, agent=context["request"].headers.get("User-Agent", ""))
