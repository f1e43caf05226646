"""The board's cards. Two hundred stand on one page, so each comes with its words ready: a template that works
them out for each card takes most of the page's time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language, gettext

from delivery.enums import DeliveryState
from delivery.models import Delivery
from delivery.queries.board import Day
from delivery.templatetags.delivery_steps import moment, state_pill
from marketplace.common.calendars import base_language, localize_digits
from marketplace.common.money import format_money
from orders.enums import OrderStatus
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Card:
    """`seen`: the assignment number, 0 where nobody ever had it; `courier` where the column does not say."""

    order: int
    number: str
    url: str
    who: str
    courier: str
    address: str
    seen: int
    can_move: bool
    is_over: bool
    is_late: bool
    is_earlier: bool  # of a day before today
    is_cancelled: bool
    state: str  # "" where the column says it
    pill: str
    when: str
    is_wish: bool
    money: str
    is_to_collect: bool
    missing: str = ""  # of what was to be collected


@dataclass(frozen=True, slots=True)
class Group:
    """`title` "" where all cards are of today or later."""

    title: str
    cards: list[Card]


def groups_of(
    deliveries: Iterable[Delivery], day: Day, *, by_state: bool, is_over: bool = False
) -> list[Group]:
    cards = [_of_delivery(one, day, by_state=by_state, is_over=is_over) for one in deliveries]
    return _grouped(cards)


def waiting_groups(deliveries: Iterable[Delivery], orders: Iterable[Order], day: Day) -> list[Group]:
    """What was taken back, then what nobody ever had."""
    taken_back = [_of_delivery(one, day, by_state=False, is_over=False) for one in deliveries]
    return _grouped([*taken_back, *(_of_order(order, day) for order in orders)])


def _grouped(cards: list[Card]) -> list[Group]:
    earlier = [card for card in cards if card.is_earlier]
    rest = [card for card in cards if not card.is_earlier]
    if not earlier:
        return [Group("", rest)] if rest else []
    groups = [Group(gettext("From earlier days"), earlier), Group(gettext("Today and later"), rest)]
    return [group for group in groups if group.cards]


def _of_delivery(delivery: Delivery, day: Day, *, by_state: bool, is_over: bool) -> Card:
    order, state = delivery.order, DeliveryState(delivery.state)
    shows_courier = delivery.courier is not None and (by_state or is_over)
    shows_state = state == DeliveryState.WAITING or is_over or not by_state
    money = delivery.collected if is_over else _to_collect(order)
    at = delivery.closed_at if is_over else order.preferred_at
    words = gettext("Taken back") if state == DeliveryState.WAITING else str(state.label)
    return Card(
        order=order.pk,
        number=_digits(order.number or ""),
        url=order.get_absolute_url(),
        who=order.customer_name or order.customer.name,
        courier=delivery.courier.name if shows_courier and delivery.courier else "",
        address=order.delivery_address,
        seen=delivery.assignment_number,
        can_move=not is_over and order.status == OrderStatus.CONFIRMED,
        is_over=is_over,
        is_late=delivery.is_late,
        is_earlier=not is_over and delivery.due_at <= day.start,
        is_cancelled=not is_over and order.status == OrderStatus.CANCELLED,
        state=words if shows_state else "",
        pill=state_pill(state),
        when=moment(at) if at else "",
        is_wish=not is_over,
        money="" if money is None else format_money(money, order.currency, _language()),
        is_to_collect=not is_over,
        missing=_missing(order) if is_over and order.is_part_paid else "",
    )


def _of_order(order: Order, day: Day) -> Card:
    since: datetime = order.preferred_at or order.confirmed_at or order.created_at
    money = _to_collect(order)
    return Card(
        order=order.pk,
        number=_digits(order.number or ""),
        url=order.get_absolute_url(),
        who=order.customer_name or order.customer.name,
        courier="",
        address=order.delivery_address,
        seen=0,
        can_move=True,
        is_over=False,
        is_late=since < (timezone.now() if order.preferred_at else day.start),
        is_earlier=since < day.start,
        is_cancelled=False,
        state=gettext("Confirmed"),
        pill="",
        when=moment(order.preferred_at) if order.preferred_at else "",
        is_wish=True,
        money="" if money is None else format_money(money, order.currency, _language()),
        is_to_collect=True,
    )


def _to_collect(order: Order) -> Decimal | None:
    return None if order.paid_at is not None else order.total


def _missing(order: Order) -> str:
    return gettext("%(amount)s missing") % {"amount": format_money(order.rest, order.currency, _language())}


def _digits(text: str) -> str:
    return localize_digits(text, _language())


def _language() -> str:
    return base_language(get_language())
