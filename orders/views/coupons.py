"""Using a loyalty coupon on an order."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.queries import reader
from loyalty.models import Redemption
from marketplace.common.errors import DomainError
from orders import domain
from orders.domain.coupons import worth_of
from orders.models import Order
from orders.queries.coupons import coupons_of_order


@dataclass(frozen=True, slots=True)
class Choice:
    """A coupon with what it takes off this order, or why it does not."""

    coupon: Redemption
    amount: Decimal | None
    why_not: str


@dataclass(frozen=True, slots=True)
class Choices:
    used: Redemption | None
    choices: list[Choice]


@require_POST
def use_coupon(request: HttpRequest, pk: int) -> HttpResponse:
    order, user = _own_order(request, pk), reader(request)
    wanted = request.POST.get("coupon", "")
    mine = Redemption.objects.filter(member__user=user).select_related("reward", "member__merged_into")
    coupon = mine.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    if coupon is None:
        messages.error(request, _("Choose a coupon."))
        return redirect(order)
    try:
        domain.apply_coupon(order, coupon, by=user)
        messages.success(request, _("The coupon is used: the total is smaller now."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect(order)


@require_POST
def remove_coupon(request: HttpRequest, pk: int) -> HttpResponse:
    order = _own_order(request, pk)
    try:
        domain.remove_coupon(order, by=reader(request))
        messages.success(request, _("The coupon is off the order and can be used again."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect(order)


def coupon_choices(order: Order, user: User) -> Choices | None:
    """What the order page offers; None when there is nothing to choose."""
    found = coupons_of_order(order, user)
    if not found:
        return None
    return Choices(found.used, [_choice(coupon, order) for coupon in found.usable])


def _choice(coupon: Redemption, order: Order) -> Choice:
    try:
        return Choice(coupon, worth_of(coupon.reward, order), "")
    except DomainError as error:
        return Choice(coupon, None, error.sentence)


def _own_order(request: HttpRequest, pk: int) -> Order:
    user = reader(request)
    return get_object_or_404(Order.objects.visible_to(user).filter(customer=user), pk=pk)
