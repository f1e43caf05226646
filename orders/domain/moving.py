"""Moving orders along TRANSITIONS, and telling the other side."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.notify.domain import notify
from orders.domain.coupons import give_coupon_back
from orders.domain.locking import lock_order
from orders.domain.parts import next_number, shop_people_of, tell_card_changed, titles_of
from orders.domain.spending import note_spent
from orders.enums import OrderStatus
from orders.models import Order, OrderEvent
from orders.permissions import TRANSITIONS, may_move
from orders.queries.orders import may_handle, searchable

# Stored in English, shown by OrderEvent.reason_shown.
BY_OUTSIDE = gettext_noop("By the shop's order system.")


def confirm_order(order: Order, *, by: User) -> Order:
    """The shop takes the order on; this gives the contract number."""
    return _move(order, OrderStatus.CONFIRMED, by=by)


def complete_order(order: Order, *, by: User, as_courier: bool = False) -> Order:
    """The only way to Completed. `as_courier`: the caller knows that `by` has brought it to the customer, and
    tells the customer so itself."""
    return _move(order, OrderStatus.COMPLETED, by=by, for_shop=as_courier)


def cancel_order(order: Order, *, by: User, reason: str = "") -> Order:
    """By the shop, or by the customer until it is confirmed; the other side is told `reason`. The shop's
    own draft goes without a word to the customer: nobody had ordered anything."""
    return _move(order, OrderStatus.CANCELLED, by=by, reason=reason)


def expire_order(order: Order, *, reason: str) -> bool:
    """The site cancels a placed order that nobody paid; False when it has moved on meanwhile.

    `reason` is an English sentence that is marked for translation: readers get it in their language.
    """
    with transaction.atomic():
        order = lock_order(order)
        if order.status != OrderStatus.PLACED or order.paid_at is not None:
            return False
        order.status, order.cancelled_at = OrderStatus.CANCELLED, timezone.now()
        order.save(update_fields=["status", "cancelled_at"])
        OrderEvent.objects.create(order=order, by=None, status=order.status, reason=reason)
        give_coupon_back(order)
        for people, to_shop in (([order.customer], False), (shop_people_of(order), True)):
            _tell(order, people, by=settings.STORE_NAME, reason=reason, to_shop=to_shop, by_site=True)
        tell_card_changed(order)
    return True


def follow_outside(order: Order, to: OrderStatus) -> bool:
    """Takes a locked order to where the shop's outside order system has it, as one step.

    States on the way are passed; where TRANSITIONS do not lead there, it stays where it is: False. The
    caller knows the times and saves the order.
    """
    if to not in _reachable(OrderStatus(order.status)):
        return False
    order.status = to
    if order.number is None and to != OrderStatus.CANCELLED:
        order.number = next_number(order.provider)
        order.search_text = searchable(order.number, order.customer_name, order.phone)
    OrderEvent.objects.create(order=order, by=None, status=to, reason=BY_OUTSIDE)
    if to == OrderStatus.CANCELLED:
        give_coupon_back(order)
    _tell(order, [order.customer], by=order.provider.name, reason="", to_shop=False)
    return True


def _reachable(status: OrderStatus) -> set[OrderStatus]:
    """Where TRANSITIONS lead from here, in any number of moves."""
    ahead = set(TRANSITIONS[status])
    return ahead.union(*(_reachable(step) for step in ahead))


def _move(order: Order, to: OrderStatus, *, by: User, reason: str = "", for_shop: bool = False) -> Order:
    with transaction.atomic():
        order = lock_order(order)
        if order.status == to:
            return order  # a double click, or two people with one thought
        is_shop = for_shop or may_handle(order, by)
        is_customer = by.pk == order.customer_id
        if not may_move(order, to, is_shop=is_shop, is_customer=is_customer):
            raise _refusal(order, to)
        now, was_draft = timezone.now(), order.status == OrderStatus.DRAFT
        order.status = to
        setattr(order, f"{to}_at", now)
        if to == OrderStatus.CONFIRMED:
            order.contract_number = f"C-{order.number}"
        order.save(update_fields=["status", f"{to}_at", "contract_number"])
        OrderEvent.objects.create(order=order, by=by, status=to, reason=reason)
        if to == OrderStatus.CANCELLED:
            give_coupon_back(order)
        people = [order.customer] if is_shop else shop_people_of(order)
        if not for_shop and not (was_draft and is_shop):
            _tell(order, people, by=by.name, reason=reason, to_shop=not is_shop)
        tell_card_changed(order)
        if to == OrderStatus.COMPLETED:
            note_spent(order, at=now)
    return order


def _refusal(order: Order, to: OrderStatus) -> DomainError:
    if to == OrderStatus.CANCELLED and order.status == OrderStatus.CONFIRMED:
        return DomainError(
            _("The order is already confirmed. Ask the provider in the chat to cancel it."),
            code="confirmed",
        )
    if to not in TRANSITIONS[OrderStatus(order.status)]:
        return DomainError(
            _("The order is now “%(status)s”. Reload the page to see it.")
            % {"status": order.get_status_display()},
            code="moved",
        )
    return DomainError(_("Only the provider can do this."), code="not_allowed")


def _tell(
    order: Order, people: Sequence[User], *, by: str, reason: str, to_shop: bool, by_site: bool = False
) -> None:
    for person in people:
        notify(
            person,
            f"order_{order.status}",
            f"order:{order.pk}:{order.status}:{person.pk}",
            number=order.number,
            contract_number=order.contract_number,
            title=titles_of(order),
            by=by,
            to_shop=to_shop,
            by_site=by_site,
            shop=order.provider.name,
            customer=order.customer_name,
            reason=reason,
            path=order.get_absolute_url(),
        )
