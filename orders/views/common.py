"""What every page of orders needs."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from orders.enums import SaleKind
from orders.models import Order
from orders.queries import orders as queries

# Where a draft of that kind is filled.
SCREENS = {SaleKind.NEW: "orders:new_sale", SaleKind.ADDITIONAL: "orders:additional_sale"}


def visible_order(request: HttpRequest, pk: int) -> Order:
    return get_object_or_404(queries.for_page(Order.objects.visible_to(request.user)), pk=pk)
