"""What an update does to the card, under the order's row lock."""

from datetime import datetime
from decimal import Decimal

from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from orders.domain.claiming import weigh_waiting
from orders.domain.coupons import drop_coupon
from orders.domain.moving import follow_outside
from orders.domain.outside.updates import RANKS, RefusalError, Update
from orders.domain.parts import tell_card_changed
from orders.domain.spending import note_changed_total, note_spent
from orders.enums import OrderStatus, SalesChannel, UpdateOutcome
from orders.models import Order, OrderLine, OutsideEvent
from orders.models.outside import ACCEPTED
from orders.queries.orders import searchable

_MAX_ID = 2**63 - 1
_MAX_PRICE = Decimal(10) ** 10  # what a line holds; an order's total may be larger
# What a finished order can not become, whoever finished it.
_CONTRADICTS = {
    OrderStatus.COMPLETED: {OrderStatus.CANCELLED},
    OrderStatus.CANCELLED: {OrderStatus.CONFIRMED, OrderStatus.COMPLETED},
}
# The times that an update with this status tells, and those that an order in this state may have.
_TELLS = {
    OrderStatus.DRAFT: (),
    OrderStatus.CONFIRMED: ("placed_at", "confirmed_at"),
    OrderStatus.COMPLETED: ("placed_at", "confirmed_at", "completed_at"),
    OrderStatus.CANCELLED: ("cancelled_at",),
}
_HAS = {
    OrderStatus.DRAFT: (),
    OrderStatus.PLACED: ("placed_at",),
    OrderStatus.CONFIRMED: ("placed_at", "confirmed_at"),
    OrderStatus.COMPLETED: ("placed_at", "confirmed_at", "completed_at"),
    OrderStatus.CANCELLED: ("placed_at", "confirmed_at", "cancelled_at"),
}


def apply_update(event: OutsideEvent, update: Update) -> UpdateOutcome:
    """Brings the card up to date and ties the event to it. Raises RefusalError: then nothing changes."""
    order = event.order = _locked(event, update)
    newer = _newer(order, event, update)
    if not newer and update.to in _CONTRADICTS.get(OrderStatus(order.status), ()):
        raise RefusalError(
            409, UpdateOutcome.FINISHED, f"The order is {order.status} and can not become {update.status}."
        )
    # An older update still says what no newer one has mentioned.
    mentioned = {name for one in newer for name in one.texts}
    was_completed, before = order.status == OrderStatus.COMPLETED, order.total
    changed = _fill(order, {name: text for name, text in update.texts.items() if name not in mentioned})
    moved = not newer and follow_outside(order, update.to)
    changed |= _remember(order, update)
    if (moved or changed) and order.status == OrderStatus.COMPLETED:
        at = order.completed_at or update.occurred_at
        if was_completed and order.total != before:
            note_changed_total(order, before=before, cause=f"outside:{event.pk}", at=at)
        else:
            note_spent(order, at=at)
    if order.outside_at is None or update.occurred_at > order.outside_at:
        order.outside_at = update.occurred_at
    order.save()
    if moved or changed:
        tell_card_changed(order)
    if newer:
        return UpdateOutcome.FILLED if changed else UpdateOutcome.STALE
    return UpdateOutcome.UPDATED if moved or changed else UpdateOutcome.UNCHANGED


def _locked(event: OutsideEvent, update: Update) -> Order:
    """Only cards made in this shop's chats: the outside system has heard of no others."""
    is_id = update.order.isascii() and update.order.isdecimal() and int(update.order) <= _MAX_ID
    found = (
        Order.objects.select_for_update(of=("self",))
        .select_related("provider", "customer", "created_by")
        .filter(provider_id=event.system.provider_id, channel=SalesChannel.CHAT, pk=update.order)
        if is_id
        else Order.objects.none()
    )
    order = found.first()
    if order is None:
        raise RefusalError(404, UpdateOutcome.UNKNOWN_ORDER, f"This shop has no card {update.order}.")
    return order


def _newer(order: Order, event: OutsideEvent, update: Update) -> list[Update]:
    """The updates of this order, already done, that count as newer than this one."""
    if order.outside_at is None or update.occurred_at > order.outside_at:
        return []
    done = OutsideEvent.objects.filter(order=order, outcome__in=ACCEPTED).exclude(pk=event.pk)
    key = _age(update, event.event_id)
    others = [(Update.restored(body), other_id) for body, other_id in done.values_list("body", "event_id")]
    return [other for other, other_id in others if _age(other, other_id) > key]


def _age(update: Update, event_id: str) -> tuple[datetime, int, str]:
    return update.occurred_at, RANKS[update.status], event_id


def _fill(order: Order, texts: dict[str, str]) -> bool:
    sold = _fill_sold(order, title=texts.pop("service", ""), total=texts.pop("total", ""))
    number = texts.pop("order_number", "")
    if number and number != order.number:
        others = Order.objects.filter(provider_id=order.provider_id, number=number).exclude(pk=order.pk)
        if others.exists():
            raise RefusalError(
                409,
                UpdateOutcome.NUMBER_TAKEN,
                "Another order has this order_number.",
                {"order_number": "In use."},
            )
        texts["number"] = number
    if "phone" in texts:
        texts["phone"] = _phone(texts["phone"], order)
    changed = {name: text for name, text in texts.items() if getattr(order, name) != text}
    for name, text in changed.items():
        setattr(order, name, text)
    order.search_text = searchable(order.number, order.customer_name, order.phone)
    return sold or bool(changed)


def _phone(text: str, order: Order) -> str:
    """With its country code, as all our phones are; as it was given, if it is none."""
    try:
        read = PhoneNumber.from_string(text, region=order.provider.phone_region)
    except NumberParseException:
        return text
    return str(read) if read.is_valid() else text


def _fill_sold(order: Order, *, title: str, total: str) -> bool:
    """The order's total, and the line that stands for what was sold outside.

    That line has no service and, where it is the only one, the order's price: a report by service adds up.
    """
    lines = list(order.lines.all())
    line = next((one for one in lines if one.service_id is None and one.unit_price in (0, order.total)), None)
    amount = Decimal(total) if total else order.total
    changed = amount != order.total
    order.total = amount
    if changed:
        drop_coupon(order)
        weigh_waiting(order)
    if line is None and title:
        line = OrderLine(order=order, unit_price=Decimal(0))
        lines.append(line)
    if line is None:
        return changed
    price = amount if len(lines) == 1 and amount < _MAX_PRICE else Decimal(0)
    if (line.title, line.unit_price) == (title or line.title, price):
        return changed
    line.title, line.unit_price = title or line.title, price
    line.save()
    return True


def _remember(order: Order, update: Update) -> bool:
    """When it happened there: the earliest that any update names, however late it comes."""
    changed = False
    for name in _TELLS[update.to]:
        known = getattr(order, name)
        if name in _HAS[OrderStatus(order.status)] and (known is None or update.occurred_at < known):
            setattr(order, name, update.occurred_at)
            changed = True
    return changed
