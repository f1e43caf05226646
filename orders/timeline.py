"""What happened to orders, in one line of time: their steps and the money said to have come for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Coalesce
from django.utils.translation import get_language, gettext

from accounts.models import User
from marketplace.common.calendars import base_language
from marketplace.common.money import format_money
from messaging.models import Thread
from orders.enums import NoticeDecision
from orders.models import Order, OrderEvent, TransferNotice
from orders.queries import orders as queries


@dataclass(frozen=True, slots=True)
class Happening:
    """`by` is empty for what the site did by itself."""

    order: Order
    at: datetime
    title: str
    by: str
    reason: str = ""


def timeline_of(order: Order, notices: Iterable[TransferNotice]) -> list[Happening]:
    """Oldest first. Reads `order.events` with their people, so fetch them with the order."""
    steps = [_step(order, event) for event in order.events.all()]
    transfers = [happening for notice in notices for happening in _transfer(order, notice)]
    return sorted([*steps, *transfers], key=lambda happening: happening.at)


def activity_in_thread(thread: Thread, user: User, limit: int = 50) -> list[Happening]:
    """Newest first, of the orders made in this thread that `user` may see."""
    steps = [_step(event.order, event) for event in queries.activity_in_thread(thread, user, limit)]
    orders = Order.objects.visible_to(user).filter(thread=thread)
    notices = (
        TransferNotice.objects.filter(order__in=orders.values("pk"))
        .select_related("order", "by", "decided_by")
        .order_by(Coalesce("decided_at", "created_at").desc(), "-pk")[:limit]
    )
    transfers = [happening for notice in notices for happening in _transfer(notice.order, notice)]
    return sorted([*steps, *transfers], key=lambda happening: happening.at, reverse=True)[:limit]


def _step(order: Order, event: OrderEvent) -> Happening:
    by = event.by.name if event.by else ""
    return Happening(order, event.at, event.get_status_display(), by, event.reason_shown)


def _transfer(order: Order, notice: TransferNotice) -> Iterator[Happening]:
    amount = format_money(notice.amount, order.currency, base_language(get_language()))
    customer = notice.by.name if notice.by else order.customer_name
    yield Happening(
        order, notice.created_at, gettext("Transfer of %(amount)s notified") % {"amount": amount}, customer
    )
    if notice.decided_at is None or notice.decided_by is None:
        return
    shop = notice.decided_by.name
    if notice.decision == NoticeDecision.ACCEPTED:
        title = gettext("Transfer of %(amount)s accepted") % {"amount": amount}
        yield Happening(order, notice.decided_at, title, shop)
    elif notice.decision == NoticeDecision.REJECTED:
        title = gettext("Transfer of %(amount)s rejected") % {"amount": amount}
        yield Happening(order, notice.decided_at, title, shop, notice.reason)
