"""The order for whoever holds its link, with no account: see it, pay it, say that it was paid."""

import zoneinfo
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.queries import works_at
from orders import domain
from orders.models import Order
from orders.queries import orders as queries
from orders.queries.payments import order_with_link
from orders.views.common import visible_order
from orders.views.transfers import payment_context, transfer_page

View = Callable[[HttpRequest, str], HttpResponse]


def for_link_holders(view: View) -> View:
    """Open to all, kept by nobody: no cache and no search engine; times are the shop's for who is signed
    out."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        # Other sites never read the address. "no-referrer" would have browsers send the form with
        # `Origin: null`, which the CSRF check refuses.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return login_not_required(never_cache(wrapper))


@for_link_holders
@require_GET
def link(request: HttpRequest, token: str) -> HttpResponse:
    order = _order(token)
    with _times_for(request, order):
        context = {
            "order": order,
            **payment_context(order, is_shop=False),
            "transfer_url": reverse("orders:link_transfer", args=[token]),
        }
        return render(request, "orders/link.html", context)


@for_link_holders
@require_http_methods(["GET", "POST"])
def link_transfer(request: HttpRequest, token: str) -> HttpResponse:
    order = _order(token)
    is_customer = isinstance(request.user, User) and request.user.pk == order.customer_id
    with _times_for(request, order):
        return transfer_page(
            request,
            order,
            by=order.customer if is_customer else None,
            template="orders/link_transfer.html",
            back=reverse("orders:link", args=[token]),
        )


@require_POST
def share_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes the link; the order page then shows it to the shop."""
    order = visible_order(request, pk)
    if works_at(request.user, order.provider_id):
        domain.share_link(order)
    return redirect(f"{order.get_absolute_url()}#customer-link")


def _order(token: str) -> Order:
    return get_object_or_404(queries.for_page(order_with_link(token)))


def _times_for(request: HttpRequest, order: Order) -> timezone.override:
    signed_in = request.user.is_authenticated
    zone = timezone.get_current_timezone() if signed_in else zoneinfo.ZoneInfo(order.provider.time_zone)
    return timezone.override(zone)
