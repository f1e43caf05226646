"""Selling from inside: cards made in a conversation, the two order screens, orders for a customer."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Provider, User
from accounts.queries import current_membership, reader, works_at
from marketplace.common.errors import DomainError
from messaging.models import Thread
from messaging.queries import place_of_card
from orders import domain
from orders.domain import outside
from orders.enums import OrderStatus, SaleKind, SalesChannel
from orders.models import Order
from orders.sales_forms import CustomerSaleForm, NewCardForm, SaleForm, typed_lines
from orders.views.common import SCREENS, visible_order


@require_POST
def create_in_thread(request: HttpRequest, thread_pk: int) -> HttpResponse:
    """The function menu of a conversation: a card at this moment, then the matching order screen."""
    user = reader(request)
    threads = Thread.objects.visible_to(user).select_related("customer", "provider")
    thread = get_object_or_404(threads, pk=thread_pk)
    if not works_at(user, thread.provider_id):
        raise Http404
    form = NewCardForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(_("Choose “New sale” or “Additional sale”."))
        order = _card(thread, user, SaleKind(form.cleaned_data["sale_kind"]), form.token())
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect(thread)
    return redirect(_screen_of(order, user))


def _card(thread: Thread, user: User, kind: SaleKind, token: uuid.UUID) -> Order:
    """A draft. A page that was come back to has the token of a card made before: once that one is more than
    a draft, the same press means the next card."""
    order = domain.create_card(thread, by=user, sale_kind=kind, form_token=token)
    while order.status != OrderStatus.DRAFT:
        token = uuid.uuid5(token, str(order.pk))
        order = domain.create_card(thread, by=user, sale_kind=kind, form_token=token)
    return order


def _screen_of(order: Order, user: User) -> str:
    """The shop's outside order system, if one is connected, else our own screen."""
    is_outside = outside.screen_address(order, user) is not None
    screen = "orders:outside_screen" if is_outside else SCREENS[SaleKind(order.sale_kind)]
    return reverse(screen, args=[order.pk])


@require_http_methods(["GET", "POST"])
def new_sale(request: HttpRequest, pk: int) -> HttpResponse:
    return _order_screen(request, pk, SaleKind.NEW)


@require_http_methods(["GET", "POST"])
def additional_sale(request: HttpRequest, pk: int) -> HttpResponse:
    return _order_screen(request, pk, SaleKind.ADDITIONAL)


def _order_screen(request: HttpRequest, pk: int, kind: SaleKind) -> HttpResponse:
    order, user = visible_order(request, pk), reader(request)
    if not works_at(user, order.provider_id):
        raise Http404
    if order.status != OrderStatus.DRAFT:
        messages.info(request, _("This order is created already."))
        return redirect(order)
    if request.method == "POST":
        return _fill(request, order, user)
    screen = _screen_of(order, user)
    if screen != request.path:  # of the other kind of sale, or in the outside order system
        return redirect(screen)
    earlier = order.follows if kind == SaleKind.ADDITIONAL else None
    form = SaleForm.as_typed(typed_lines(earlier, order.provider), provider=order.provider)
    return _screen_page(request, order, form)


def _fill(request: HttpRequest, order: Order, user: User) -> HttpResponse:
    if "preview" in request.POST:
        form = SaleForm.as_typed(request.POST, provider=order.provider)
        return _screen_page(request, order, form)
    form = SaleForm(request.POST, provider=order.provider)
    if form.is_valid():
        try:
            filled = domain.fill_order(order, by=user, **form.sold())
        except DomainError as error:
            if error.code == "moved":  # sent twice, or cancelled meanwhile
                messages.info(request, error.sentence)
                return redirect(order)
            form.refuse(error)
        else:
            messages.success(
                request,
                _("Order %(number)s is created. The customer has been told.") % {"number": filled.number},
            )
            return redirect(place_of_card(order.thread, domain.card_url(order)))
    return _screen_page(request, order, form)


def _screen_page(request: HttpRequest, order: Order, form: SaleForm) -> HttpResponse:
    context = {
        "order": order,
        "form": form,
        "earlier": order.follows if order.sale_kind == SaleKind.ADDITIONAL else None,
        "title": order.get_sale_kind_display(),
    }
    return render(request, "orders/sale.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def for_customer(request: HttpRequest) -> HttpResponse:
    """An order that somebody of the shop takes by phone or at the counter."""
    shop, user = _shop_of(request), reader(request)
    if request.method == "GET":
        asked = {name: request.GET.get(name, "") for name in ("name", "phone")}
        typed = {**typed_lines(None, shop), **asked, "form_token": str(uuid.uuid4())}
        return _customer_page(request, CustomerSaleForm.as_typed(typed, provider=shop))
    if "preview" in request.POST:
        return _customer_page(request, CustomerSaleForm.as_typed(request.POST, provider=shop))
    form = CustomerSaleForm(request.POST, provider=shop)
    if not form.is_valid():
        return _customer_page(request, form)
    if not form.is_told:
        return _customer_page(request, CustomerSaleForm.as_typed(request.POST, provider=shop))
    try:
        order = _take(shop, user, form)
    except DomainError as error:
        form.refuse(error)
        return _customer_page(request, form)
    return redirect("orders:taken", order.pk)


def _take(shop: Provider, user: User, form: CustomerSaleForm) -> Order:
    given: dict[str, Any] = {name: form.cleaned_data[name] for name in ("name", "form_token")}
    return domain.take_order(shop, by=user, phone=str(form.cleaned_data["phone"]), **given, **form.sold())


def _customer_page(request: HttpRequest, form: CustomerSaleForm) -> HttpResponse:
    context = {"form": form, "provider": form.provider}
    return render(request, "orders/for_customer.html", context, status=422 if form.is_bound else 200)


@require_GET
def taken(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of it: who made it, its channel, and the link for the customer."""
    order = visible_order(request, pk)
    if order.channel != SalesChannel.BEHALF or not works_at(request.user, order.provider_id):
        raise Http404
    link = settings.BASE_URL + reverse("orders:link", args=[domain.share_link(order)])
    return render(request, "orders/taken.html", {"order": order, "link": link})


def _shop_of(request: HttpRequest) -> Provider:
    membership = current_membership(request)
    if membership is None:
        raise Http404
    return membership.provider
