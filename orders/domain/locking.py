"""The lock under which orders change. Whoever takes several locks takes those of orders first."""

from collections.abc import Iterable

from django.db.models import QuerySet

from orders.models import Order


def lock_order(order: Order) -> Order:
    """The order as it is now, held by this transaction."""
    return _locked().get(pk=order.pk)


def lock_orders(pks: Iterable[int]) -> list[Order]:
    """The same for several, in one order for everybody, so that two who want the same wait for each other and
    never both."""
    return list(_locked().filter(pk__in=pks).order_by("pk"))


def _locked() -> QuerySet[Order]:
    related = ("provider", "customer", "created_by", "thread")
    return Order.objects.select_for_update(of=("self",)).select_related(*related)
