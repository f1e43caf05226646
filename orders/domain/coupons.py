"""A loyalty coupon on an order. Locks: the order, then the member, then the coupon.

The shop on whose order it is used bears it, like a discount of its own: customers pay the shop and nobody
else, so the order's total, its transfers, the shop's figures and the points all count what is left. A store
that wants to make it up to its shops finds what each coupon took off, and on which order, in the export of
the reward's redemptions.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty import domain as loyalty
from loyalty.enums import RedemptionStatus, RewardKind
from loyalty.models import Redemption, Reward
from loyalty.queries.rewards import used_on
from marketplace.common.calendars import base_language
from marketplace.common.errors import DomainError
from marketplace.common.money import currency_decimals, format_money
from orders.domain.locking import lock_order
from orders.domain.parts import tell_card_changed
from orders.models import Order
from orders.queries.coupons import is_open_to_coupons, reference_of


def apply_coupon(order: Order, coupon: Redemption, *, by: User) -> Order:
    """Takes the coupon's worth off the order's total, once; the same coupon again changes nothing.

    Refusals: `not_allowed` (only the customer, only an own discount coupon), `not_open` (see
    is_open_to_coupons), `branch`, `currency`, `minimum`, and those of loyalty.use_coupon.
    """
    with transaction.atomic():
        order = lock_order(order)
        # As it is now: another press of the button may have used it while this one waited for the order.
        coupon = Redemption.objects.select_related("reward", "member__merged_into").get(pk=coupon.pk)
        _check_owner(order, coupon, by)
        if coupon.status == RedemptionStatus.USED and coupon.used_on == reference_of(order):
            return order
        _check_open(order)
        amount = worth_of(coupon.reward, order)
        loyalty.use_coupon(coupon, on=reference_of(order), amount=amount, by=by)
        order.discount += amount
        order.total -= amount
        order.save(update_fields=["discount", "total"])
        tell_card_changed(order)
    return order


def remove_coupon(order: Order, *, by: User) -> Order:
    """The customer keeps it for another order; without a coupon nothing changes."""
    with transaction.atomic():
        order = lock_order(order)
        if by.pk != order.customer_id:
            raise DomainError(_("Only the customer can do this."), code="not_allowed")
        coupon = used_on(reference_of(order))
        if coupon is None:
            return order
        _check_open(order)
        amount = coupon.used_amount or Decimal(0)
        give_coupon_back(order)
        order.discount -= amount
        order.total += amount
        order.save(update_fields=["discount", "total"])
        tell_card_changed(order)
    return order


def drop_coupon(order: Order) -> None:
    """The (locked, unsaved) order has a new total of its own: its coupon is free again."""
    coupon = used_on(reference_of(order))
    if coupon is not None:
        order.discount -= coupon.used_amount or Decimal(0)
        give_coupon_back(order)


def give_coupon_back(order: Order) -> None:
    """The (locked) order came to nothing. Its sums stay, as what it would have cost."""
    loyalty.free_coupon(reference_of(order))


def worth_of(reward: Reward, order: Order) -> Decimal:
    """What the coupon takes off: of the goods alone, not of their delivery; rounded to the currency."""
    goods = order.total - order.delivery_fee
    if order.currency != settings.STORE_CURRENCY and (reward.discount or reward.minimum_order):
        raise DomainError(_("This coupon is for another currency."), code="currency")
    if goods < reward.minimum_order:
        least = format_money(reward.minimum_order, order.currency, base_language(get_language()))
        raise DomainError(
            _("This coupon is for an order of at least %(amount)s.") % {"amount": least}, code="minimum"
        )
    cents = Decimal(1).scaleb(-currency_decimals(order.currency))
    off = goods * reward.percent / 100 if reward.percent else reward.discount or Decimal(0)
    return max(min(off.quantize(cents, rounding=ROUND_HALF_UP), goods), Decimal(0))


def _check_owner(order: Order, coupon: Redemption, by: User) -> None:
    member = coupon.member.merged_into or coupon.member
    if by.pk != order.customer_id or member.user_id != by.pk or coupon.reward.kind != RewardKind.COUPON:
        raise DomainError(_("Only the customer can do this."), code="not_allowed")
    if coupon.reward.branches.exists():
        raise DomainError(_("This coupon is for the counter of a branch. Show it there."), code="branch")


def _check_open(order: Order) -> None:
    if not is_open_to_coupons(order):
        raise DomainError(
            _("A coupon can be used until the order is confirmed or a transfer is notified."), code="not_open"
        )
