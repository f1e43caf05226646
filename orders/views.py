"""Ordering, the order page, its card and panel in the chat, the two lists."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.queries import memberships_of, works_at
from marketplace.common.errors import DomainError
from messaging.models import Thread
from orders import domain, queries
from orders.enums import OrderStatus
from orders.forms import CancelForm, OrderForm
from orders.models import Order
from orders.permissions import allowed_moves
from services.models import Service

# A page's script asks for the inner part alone.
as_page_or_fragment = vary_on_headers("X-Requested-With", "HX-Request")


@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, pk: int) -> HttpResponse:
    service = get_object_or_404(Service.objects.select_related("provider", "category"), pk=pk)
    if request.method == "POST":
        form = OrderForm(request.POST, service=service)
        if form.is_valid() and (answer := _place(request, service, form)):
            return answer
        return _order_form(request, service, form)
    if not service.is_public or service.provider.is_suspended:
        raise Http404
    if works_at(request.user, service.provider_id):
        messages.info(
            request, _("This is how customers see your service. You cannot order from your own shop.")
        )
        return redirect(service)
    quantity = request.GET.get("quantity", "")
    return _order_form(request, service, OrderForm(service=service, quantity=quantity, token=_token(request)))


def _token(request: HttpRequest) -> UUID | None:
    """The filling-in that the address names (place.js puts it there): the back button finds the same one.

    Not for long after it became an order: then it is a bookmark.
    """
    try:
        token = UUID(request.GET.get("form", ""))
    except ValueError:
        return None
    hour_ago = timezone.now() - timedelta(hours=1)
    made_long_ago = Order.objects.filter(
        created_by=_reader(request), form_token=token, created_at__lt=hour_ago
    )
    return None if made_long_ago.exists() else token


def _place(request: HttpRequest, service: Service, form: OrderForm) -> HttpResponse | None:
    """Redirects to the order, or puts the refusal into the form."""
    user, given = _reader(request), form.cleaned_data
    again = Order.objects.filter(created_by=user, form_token=given["form_token"]).exists()
    try:
        order = domain.place_order(service, by=user, **given)
    except DomainError as error:
        if error.code == "not_offered":  # the page that it was ordered from is gone too
            messages.error(request, error.sentence)
            return redirect("services:browse")
        form.refuse(error)
        return None
    if again:
        messages.info(request, _("You already sent this order. It was placed only once."))
    else:
        messages.success(
            request, _("Your order is placed. %(shop)s has been told.") % {"shop": order.provider.name}
        )
    return redirect(order)


def _order_form(request: HttpRequest, service: Service, form: OrderForm) -> HttpResponse:
    quantity = int(form["quantity"].value() or 1) if "quantity" in form.fields and not form.is_bound else 1
    if form.is_bound:
        quantity = form.cleaned_data.get("quantity", 1)
    context = {
        "service": service,
        "form": form,
        "quantity": quantity,
        "total": service.price * quantity,
    }
    return render(request, "orders/place.html", context, status=422 if form.is_bound else 200)


@as_page_or_fragment
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _order_page(request, _visible_order(request, pk))


@as_page_or_fragment
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The order inside the chat; a page of its own when opened directly."""
    order = _visible_order(request, pk)
    template = "orders/_card.html" if _wants_fragment(request) else "orders/card.html"
    return render(request, template, _order_context(request, order))


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, domain.confirm_order, _("The order is confirmed. The customer has been told."))


@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, domain.complete_order, _("The order is completed. The customer has been told."))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    order, user = _visible_order(request, pk), _reader(request)
    form = CancelForm(request.POST, is_shop=works_at(user, order.provider_id))
    if not form.is_valid():
        return _order_page(request, order, form)
    try:
        domain.cancel_order(order, by=user, reason=form.cleaned_data["reason"])
    except DomainError as error:
        form.add_error(None, error.sentence)
        return _order_page(request, order, form)
    messages.success(request, _("The order is cancelled. The other side has been told."))
    return redirect(order)


@require_GET
def my_orders(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    context = _list_context(request, queries.orders_of_customer(user), queries.customer_order_counts(user))
    return render(request, "orders/list.html", context)


@require_GET
def shop_list(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    membership = memberships_of(user).first()
    if membership is None:
        raise Http404
    shop = membership.provider
    context = _list_context(
        request, queries.orders_of_shop(shop, seen_by=user), queries.order_counts(shop, seen_by=user)
    )
    return render(request, "orders/shop_list.html", context)


@as_page_or_fragment
@require_GET
def thread_panel(request: HttpRequest, thread_pk: int) -> HttpResponse:
    """Beside the chat: what happened between the two, and their orders."""
    user = _reader(request)
    thread = get_object_or_404(
        Thread.objects.visible_to(user).select_related("customer", "provider"), pk=thread_pk
    )
    context = {
        "thread": thread,
        "orders": queries.orders_in_thread(thread, user),
        "activity": queries.activity_in_thread(thread, user),
        "is_shop": thread.customer_id != user.pk,
    }
    template = "orders/_panel.html" if _wants_fragment(request) else "orders/panel.html"
    return render(request, template, context)


def _move(request: HttpRequest, pk: int, move: Callable[..., Order], done: str) -> HttpResponse:
    order = _visible_order(request, pk)
    try:
        move(order, by=_reader(request))
        messages.success(request, done)
    except DomainError as error:
        messages.error(request, error.sentence)
    target = request.POST.get("next", "")  # a card in the chat leads back to the chat
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return redirect(target)
    return redirect(order)


def _order_page(request: HttpRequest, order: Order, cancel_form: CancelForm | None = None) -> HttpResponse:
    context = _order_context(request, order)
    context["cancel_form"] = cancel_form or CancelForm(is_shop=context["is_shop"])
    template = "orders/_order.html" if _wants_fragment(request) else "orders/detail.html"
    return render(request, template, context, status=422 if cancel_form else 200)


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
        "thread_url": reverse("messaging:thread", args=[order.thread_id]),
    }


def _list_context(request: HttpRequest, orders: Any, counts: dict[str, int]) -> dict[str, Any]:
    status = request.GET.get("status", "")
    status = status if status in OrderStatus.values else ""
    search = request.GET.get("q", "").strip()
    before = request.GET.get("before", "")
    rows, older = queries.newest_page(
        orders, status=status, search=search, before=int(before) if before.isdecimal() else None
    )
    return {
        "orders": rows,
        "older": older,
        "is_first_page": not before,
        "status": status,
        "search": search,
        "all_count": counts["all"],
        # A shop that makes no orders in chats need not see the state in which those begin.
        "filters": [
            (value, label, counts[value])
            for value, label in OrderStatus.choices
            if value != OrderStatus.DRAFT or counts[value]
        ],
    }


def _visible_order(request: HttpRequest, pk: int) -> Order:
    return get_object_or_404(queries.for_page(Order.objects.visible_to(request.user)), pk=pk)


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


def _wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or bool(request.headers.get("HX-Request"))
