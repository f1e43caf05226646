"""The order page, its card in the chat, and its moves."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import reader, works_at
from loyalty.queries.rewards import used_on
from marketplace.common.errors import DomainError
from marketplace.common.requests import as_page_or_fragment, wants_fragment, way_back
from messaging.queries import place_of_card
from orders import domain
from orders.domain.points import points_of
from orders.enums import OrderStatus, SaleKind
from orders.forms import CancelForm
from orders.models import Order
from orders.permissions import allowed_moves
from orders.queries.coupons import reference_of
from orders.views.common import SCREENS, visible_order
from orders.views.coupons import coupon_choices
from orders.views.transfers import payment_context


@as_page_or_fragment
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _order_page(request, visible_order(request, pk))


@as_page_or_fragment
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The order inside the chat; a page of its own when opened directly."""
    order = visible_order(request, pk)
    template = "orders/_card.html" if wants_fragment(request) else "orders/card.html"
    return render(request, template, _order_context(request, order))


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, domain.confirm_order, _("The order is confirmed. The customer has been told."))


@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, domain.complete_order, _("The order is completed. The customer has been told."))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    order, user = visible_order(request, pk), reader(request)
    form = CancelForm(
        request.POST, is_shop=works_at(user, order.provider_id), is_draft=order.status == OrderStatus.DRAFT
    )
    if not form.is_valid():
        return _order_page(request, order, form)
    own_draft = order.status == OrderStatus.DRAFT and user.pk != order.customer_id
    try:
        domain.cancel_order(order, by=user, reason=form.cleaned_data["reason"])
    except DomainError as error:
        form.add_error(None, error.sentence)
        return _order_page(request, order, form)
    told = _("The order is cancelled. The other side has been told.")
    messages.success(request, _("The draft is cancelled.") if own_draft else told)
    return _back(request, order)


def _move(request: HttpRequest, pk: int, move: Callable[..., Order], done: str) -> HttpResponse:
    order = visible_order(request, pk)
    try:
        move(order, by=reader(request))
        messages.success(request, done)
    except DomainError as error:
        messages.error(request, error.sentence)
    return _back(request, order)


def _back(request: HttpRequest, order: Order) -> HttpResponse:
    """A card in the chat leads back to its place there, the sales desk to the desk."""
    target = way_back(request, order.get_absolute_url())
    is_chat = target == order.thread.get_absolute_url()
    return redirect(place_of_card(order.thread, domain.card_url(order)) if is_chat else target)


def _order_page(request: HttpRequest, order: Order, cancel_form: CancelForm | None = None) -> HttpResponse:
    context = order_page_context(request, order, cancel_form)
    template = "orders/_order.html" if wants_fragment(request) else "orders/detail.html"
    return render(request, template, context, status=422 if cancel_form else 200)


def order_page_context(
    request: HttpRequest, order: Order, cancel_form: CancelForm | None = None
) -> dict[str, Any]:
    """All that `orders/_order.html` shows; the sales desk manages an order by it too."""
    context = _order_context(request, order)
    is_draft = order.status == OrderStatus.DRAFT
    context["cancel_form"] = cancel_form or CancelForm(is_shop=context["is_shop"], is_draft=is_draft)
    context["cancel_is_open"] = cancel_form is not None or "cancel" in request.GET
    context |= payment_context(order, is_shop=context["is_shop"])
    context["coupon_used"] = used_on(reference_of(order)) if order.discount else None
    context["coupons"] = coupon_choices(order, reader(request))
    context["points"] = points_of(order) if order.customer_id == request.user.pk else None
    return context


def _order_context(request: HttpRequest, order: Order) -> dict[str, Any]:
    is_shop = works_at(request.user, order.provider_id)
    moves = allowed_moves(order, is_shop=is_shop, is_customer=order.customer_id == request.user.pk)
    return {
        "order": order,
        "is_shop": is_shop,
        "may_confirm": OrderStatus.CONFIRMED in moves,
        "may_complete": OrderStatus.COMPLETED in moves,
        "may_cancel": OrderStatus.CANCELLED in moves,
        "card_url": domain.card_url(order),
        "screen_url": reverse(SCREENS[SaleKind(order.sale_kind)], args=[order.pk]),
        "thread_url": reverse("messaging:thread", args=[order.thread_id]),
    }
