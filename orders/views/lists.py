"""The customer's and the shop's lists of orders."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.queries import current_membership, reader
from orders.enums import OrderStatus
from orders.filters import FilterForm
from orders.queries import orders as queries


@require_GET
def my_orders(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    context = _list_context(request, [queries.orders_of_customer(user)], queries.customer_order_counts(user))
    return render(request, "orders/list.html", context)


@require_GET
def shop_list(request: HttpRequest) -> HttpResponse:
    """Manual A's heading over the shop's one list."""
    return _shop_orders(request, _("All orders"))


@require_GET
def order_list(request: HttpRequest) -> HttpResponse:
    """The same list as manual E calls it."""
    return _shop_orders(request, _("Order list"))


def _shop_orders(request: HttpRequest, title: str) -> HttpResponse:
    user = reader(request)
    membership = current_membership(request)
    if membership is None:
        raise Http404
    shop = membership.provider
    form = FilterForm(request.GET, membership=membership)
    orders = [
        queries.narrowed(part, tz=ZoneInfo(shop.time_zone), **form.wanted)
        for part in queries.parts_of_shop(shop, seen_by=user)
    ]
    if search := request.GET.get("q", "").strip():
        found = queries.matches(queries.orders_of_shop(shop), search)  # once, not for each part
        orders = [part.filter(found) for part in orders]
    context = _list_context(request, orders, queries.order_counts(shop, seen_by=user))
    context |= {"title": title, "form": form, "is_narrowed": bool(form.used or form.errors)}
    return render(request, "orders/shop_list.html", context)


def _list_context(request: HttpRequest, orders: Any, counts: dict[str, int]) -> dict[str, Any]:
    status = request.GET.get("status", "")
    status = status if status in OrderStatus.values else ""
    search = request.GET.get("q", "").strip()
    before = request.GET.get("before", "")
    # A number that no order can have is no page.
    is_page = before.isascii() and before.isdecimal() and len(before) < 19
    rows, older = queries.newest_page(
        orders, status=status, search=search, before=int(before) if is_page else None
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
