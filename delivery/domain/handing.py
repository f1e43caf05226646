"""Who carries an order: given, given to somebody else, taken back. Status never writes who has a task, and
every change is a row of its own that stays."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from delivery.domain import telling
from delivery.domain.locking import lock_both, lock_delivery
from delivery.enums import DeliveryState
from delivery.models import Assignment, Courier, Delivery
from delivery.queries import settings_of
from delivery.queries.links import hash_of
from marketplace.common.errors import DomainError
from orders.domain import lock_orders
from orders.enums import OrderStatus
from orders.models import Order
from orders.queries.orders import may_handle


def hand_over(order: Order, *, courier: Courier, by: User, seen: int = 0, ip: str = "") -> Delivery:
    """Gives the order to one courier. `seen` is the assignment number that the page showed, 0 for none: who
    was overtaken by a colleague is refused (taken) and told who has it. The same courier again changes
    nothing. `ip`: from where, since SMS are limited by it; never the hand-over.
    Refusals: not_allowed, not_confirmed, no_address, courier, delivered, taken."""
    return hand_over_many([order], courier=courier, by=by, seen={order.pk: seen}, ip=ip)[0]


def hand_over_many(
    orders: Sequence[Order], *, courier: Courier, by: User, seen: Mapping[int, int], ip: str = ""
) -> list[Delivery]:
    """All of them or, with the first refusal, none; their order is the courier's order."""
    with transaction.atomic():
        locked = {order.pk: order for order in lock_orders(order.pk for order in orders)}
        return [
            _give(locked[order.pk], courier, by, seen.get(order.pk, 0), ip)
            for order in orders
            if order.pk in locked
        ]


def take_back(delivery: Delivery, *, by: User, seen: int, ip: str = "") -> Delivery:
    """Nobody has the task any more; the courier is told. Taking back again changes nothing."""
    with transaction.atomic():
        delivery = lock_both(delivery)
        _check_dispatcher(delivery.order, by)
        if delivery.courier is None:
            return delivery
        _check_seen(delivery, seen)
        if delivery.is_over:
            raise _over(delivery)
        before = delivery.courier
        _assign(delivery, None, by)
        telling.tell_taken_back(delivery, before, by=by, ip=ip)
        telling.tell_pages(delivery, before)
    return delivery


def _give(order: Order, courier: Courier, by: User, seen: int, ip: str) -> Delivery:
    _check_dispatcher(order, by)
    _check_order(order)
    _check_courier(order, courier)
    before = None
    try:
        delivery = lock_delivery(order)
    except Delivery.DoesNotExist:
        only_for = order.created_by if order.is_private else None
        delivery = Delivery(order=order, provider=order.provider, only_for=only_for)
    else:
        before = delivery.courier
        if delivery.state == DeliveryState.DELIVERED:
            raise _over(delivery)
        if before == courier and delivery.state not in (DeliveryState.FAILED, DeliveryState.RETURNED):
            return delivery  # a double click, or two dispatchers with one thought
        _check_seen(delivery, seen)
    is_new = delivery.pk is None
    _assign(delivery, courier, by)
    telling.tell_assigned(delivery, by=by, ip=ip)
    if before is not None and before != courier:
        telling.tell_taken_back(delivery, before, by=by, ip=ip)
    if is_new:
        telling.post_card(delivery, by)
    telling.tell_pages(delivery, before)
    return delivery


def _assign(delivery: Delivery, courier: Courier | None, by: User) -> None:
    now = timezone.now()
    delivery.courier = courier
    delivery.state = DeliveryState.ASSIGNED if courier else DeliveryState.WAITING
    delivery.state_at, delivery.closed_at = now, None
    delivery.due_at = _due(delivery, now)
    hours = settings_of(delivery.provider).link_hours
    token = secrets.token_urlsafe(18) if courier else None
    until = now + timedelta(hours=hours) if courier else None
    delivery.link_token, delivery.link_until = token, until
    delivery.save()
    assignment = Assignment.objects.create(
        delivery=delivery,
        courier=courier,
        by=by,
        at=now,
        link_hash=hash_of(token) if token else None,
        link_until=until,
    )
    delivery.assignment_number = assignment.pk
    delivery.save(update_fields=["assignment_number"])


def _due(delivery: Delivery, now: datetime) -> datetime:
    """The time that the customer asked for, else the end of the shop's day."""
    wished = delivery.order.preferred_at
    if wished is not None and wished > now:
        return wished
    zone = ZoneInfo(delivery.provider.time_zone)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time.min, zone)


def _check_dispatcher(order: Order, by: User) -> None:
    if not may_handle(order, by):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")


def _check_order(order: Order) -> None:
    if order.status in (OrderStatus.DRAFT, OrderStatus.PLACED):
        raise DomainError(
            _("Order %(number)s is not confirmed yet. Confirm it, then hand it to a courier.")
            % {"number": order},
            code="not_confirmed",
        )
    if order.status != OrderStatus.CONFIRMED:
        raise DomainError(
            _("Order %(number)s is “%(status)s”: there is nothing to deliver any more.")
            % {"number": order, "status": order.get_status_display()},
            code="not_confirmed",
        )
    if not order.delivery_address.strip():
        raise DomainError(
            _("Order %(number)s has no delivery address. Write it, then hand the order to a courier.")
            % {"number": order},
            code="no_address",
        )


def _check_courier(order: Order, courier: Courier) -> None:
    if not Courier.objects.active().usable_by(order.provider).filter(pk=courier.pk).exists():
        raise DomainError(_("This courier cannot take orders now. Choose another one."), code="courier")


def _check_seen(delivery: Delivery, seen: int) -> None:
    if delivery.assignment_number == seen:
        return
    if delivery.courier is None:
        raise DomainError(
            _("Order %(number)s was taken back meanwhile. Look at it again, then choose.")
            % {"number": delivery.order},
            code="taken",
        )
    raise DomainError(
        _("Order %(number)s was given to %(courier)s meanwhile. Look at it again, then choose.")
        % {"number": delivery.order, "courier": delivery.courier.name},
        code="taken",
    )


def _over(delivery: Delivery) -> DomainError:
    return DomainError(
        _("Order %(number)s is delivered already.") % {"number": delivery.order}
        if delivery.state == DeliveryState.DELIVERED
        else _("Order %(number)s is back at the shop already.") % {"number": delivery.order},
        code="delivered",
    )
