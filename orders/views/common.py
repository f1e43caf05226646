"""What every page of orders needs."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from orders.enums import SaleKind
from orders.models import Order
from orders.queries import orders as queries

# Where a draft of that kind is filled.
SCREENS = {SaleKind.NEW: "orders:new_sale", SaleKind.ADDITIONAL: "orders:additional_sale"}

# A page's script asks for the inner part alone.
as_page_or_fragment = vary_on_headers("X-Requested-With", "HX-Request")


def visible_order(request: HttpRequest, pk: int) -> Order:
    return get_object_or_404(queries.for_page(Order.objects.visible_to(request.user)), pk=pk)


def reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


def wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or bool(request.headers.get("HX-Request"))
