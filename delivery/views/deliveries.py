"""One delivery: its page, and its card in the chat."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from delivery.views.common import visible_delivery


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about a delivery stands on its order's page."""
    return redirect("orders:detail", visible_delivery(request, pk).order_id)


@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "delivery/_card.html", {"delivery": visible_delivery(request, pk)})
