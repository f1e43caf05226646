"""How a step of a delivery is drawn."""

from datetime import datetime

from django import template
from django.utils import timezone

from delivery.enums import DeliveryState
from marketplace.common.templatetags.local import local_datetime, local_time

register = template.Library()

_ICONS = {
    DeliveryState.WAITING: "clock",
    DeliveryState.ASSIGNED: "user",
    DeliveryState.PICKED_UP: "package",
    DeliveryState.ON_THE_WAY: "truck",
    DeliveryState.FAILED: "warning",
    DeliveryState.RETURNED: "store",
    DeliveryState.DELIVERED: "home",
}
_PILLS = {
    DeliveryState.ON_THE_WAY: "pill-brand",
    DeliveryState.FAILED: "pill-accent",
    DeliveryState.RETURNED: "pill-accent",
    DeliveryState.DELIVERED: "pill-enter",
}


@register.filter
def moment(at: datetime) -> str:
    """The time alone of today, the date too of any other day; in the reader's zone."""
    return local_time(at) if timezone.localdate(at) == timezone.localdate() else local_datetime(at)


@register.filter
def step_icon(state: str) -> str:
    return _ICONS[DeliveryState(state)]


@register.filter
def state_pill(state: str) -> str:
    """The colour of the state's pill; green is finished, and no state is red."""
    return _PILLS.get(DeliveryState(state), "")
