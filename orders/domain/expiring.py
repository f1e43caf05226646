"""Orders that nobody paid in time."""

import logging
import time
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from orders.domain.moving import expire_order
from orders.models import Order
from orders.queries.payments import unpaid_too_long

logger = logging.getLogger(__name__)

# Stored as it stands and translated where it is read: see OrderEvent.reason_shown.
NOT_PAID_IN_TIME = gettext_noop("The order was not paid in time.")
BATCH = 200
SWEEP_SECONDS = 60.0


def expire_unpaid(*, now: datetime | None = None) -> int:
    """The sweep: cancels what was not paid in time; returns how many. The next one goes on where this stops.

    Each order is its own transaction, so that one that cannot be cancelled holds up no other.
    """
    now, ends = now or timezone.now(), time.monotonic() + SWEEP_SECONDS
    expired, last = 0, 0
    while time.monotonic() < ends:
        late = unpaid_too_long(now).filter(pk__gt=last).order_by("pk")
        batch = list(late.values_list("pk", flat=True)[:BATCH])
        for pk in batch:
            try:
                expired += expire_if_unpaid(pk, now=now)
            except Exception:
                logger.exception("order %s could not be expired", pk)
        if len(batch) < BATCH:
            break
        last = batch[-1]
    return expired


def expire_if_unpaid(pk: int, *, now: datetime) -> bool:
    """False when somebody paid, confirmed or notified a transfer meanwhile."""
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(pk=pk)
        # Asked anew, and only now: a notice that was being written held the lock until it was stored.
        if not unpaid_too_long(now).filter(pk=pk).exists():
            return False
        return expire_order(order, reason=NOT_PAID_IN_TIME)
