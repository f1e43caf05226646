"""One delivery for who is signed in: its card in the chat, its part of the order page, its proof."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.queries import reader, works_at
from delivery.enums import Outcome
from delivery.models import Delivery, DeliveryEvent
from delivery.queries import tracking_of
from delivery.views.common import visible_delivery
from delivery.views.proofs import proof_file
from marketplace.common.requests import as_page_or_fragment, wants_fragment
from orders.models import Order

MOST_ORDERS = 50  # of one page's list


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about a delivery stands on its order's page."""
    return redirect("orders:detail", visible_delivery(request, pk).order_id)


@as_page_or_fragment
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The delivery inside the chat; a page of its own when opened directly."""
    delivery = visible_delivery(request, pk)
    template = "delivery/_card.html" if wants_fragment(request) else "delivery/card.html"
    return render(request, template, {"tracking": tracking_of(delivery), "order": delivery.order})


@as_page_or_fragment
@require_GET
def tracking(request: HttpRequest, order_pk: int) -> HttpResponse:
    """The same for the customer's order page, which has the order and knows of no delivery."""
    order = get_object_or_404(
        Order.objects.visible_to(request.user).select_related("provider", "thread"), pk=order_pk
    )
    found = with_parts(Delivery.objects.visible_to(request.user)).filter(order=order).first()
    template = "delivery/_tracking.html" if wants_fragment(request) else "delivery/tracking.html"
    context = {"order": order, "tracking": tracking_of(found) if found else None}
    return render(request, template, context)


@require_GET
def states(request: HttpRequest) -> JsonResponse:
    """`?order=1&order=2` → {"1": {"state": "on_the_way", "label": "On the way"}}: the words for the rows of
    an order list, with one query for all. An order without a delivery, or not the reader's, is left out."""
    wanted = [
        int(pk) for pk in request.GET.getlist("order") if pk.isascii() and pk.isdigit() and len(pk) < 19
    ]
    found = Delivery.objects.visible_to(reader(request)).filter(order__in=wanted[:MOST_ORDERS])
    answer = {
        str(delivery.order_id): {"state": delivery.state, "label": delivery.get_state_display()}
        for delivery in found.only("order_id", "state")
    }
    return JsonResponse(answer, headers={"Cache-Control": "private, no-store"})


@require_GET
def proof(request: HttpRequest, pk: str, what: str) -> HttpResponseBase:
    """A photo or signature, to whom the delivery is visible; of a report that does not count, to the shop."""
    mine = Delivery.objects.visible_to(request.user)
    event = get_object_or_404(
        DeliveryEvent.objects.filter(delivery__in=mine.values("pk")).select_related("delivery"), pk=pk
    )
    is_shop = works_at(request.user, event.delivery.provider_id)
    return proof_file(request, event, what, is_shown=is_shop or event.outcome != Outcome.CONFLICT)


def with_parts(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.select_related("order__customer", "order__thread", "provider", "courier__user")
