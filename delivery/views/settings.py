"""Settings → Delivery: what couriers see of an order, with a preview of it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.models import Provider, User
from accounts.queries import reader
from delivery.forms.settings import TICKS, DeliverySettingsForm
from delivery.models import Delivery, DeliverySettings
from delivery.queries.couriers import settings_of
from delivery.queries.invoice import Invoice, Line, invoice_of
from delivery.views.common import owned_shop
from marketplace.common.requests import as_page_or_fragment, wants_fragment
from orders.models import Order


@as_page_or_fragment
@require_http_methods(["GET", "HEAD", "POST"])
def delivery_settings(request: HttpRequest) -> HttpResponse:
    """A script asks for the preview alone, with the ticks as they stand in the form."""
    shop = owned_shop(request)
    if wants_fragment(request):
        ticked = {name: name in request.GET for name in TICKS}
        limits = DeliverySettings(provider=shop, **ticked)
        return render(request, "delivery/_settings_preview.html", _preview(shop, reader(request), limits))
    stored = settings_of(shop)
    form = DeliverySettingsForm(request.POST if request.method == "POST" else None, instance=stored)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return redirect("delivery:delivery_settings")
    context = {"form": form, **_preview(shop, reader(request), stored)}
    return render(request, "delivery/settings.html", context, status=422 if form.errors else 200)


def _preview(shop: Provider, user: User, limits: DeliverySettings) -> dict[str, Any]:
    order = _newest_order(shop, user)
    invoice = invoice_of(order, limits) if order else _example(shop, limits)
    return {"invoice": invoice, "example_of": order, "limits": limits}


def _newest_order(shop: Provider, user: User) -> Order | None:
    """The one that was handed over last: a real one shows best what its couriers see."""
    related = Delivery.objects.dispatched_by(user).select_related("order__customer", "order__provider")
    newest = related.filter(provider=shop, closed_at=None).order_by("-assignment_number").first()
    return newest.order if newest else None


def _example(shop: Provider, limits: DeliverySettings) -> Invoice:
    """For a shop that has handed nothing over yet."""
    price = Decimal(120)
    title = gettext("Jasmine tea")
    return Invoice(
        number="A-1024",
        customer_name=gettext("Somsri Jaidee"),
        address=gettext("12 Charoen Krung Road, Bang Rak"),
        to_collect=price * 2,
        currency=shop.currency,
        phone="+66812345678" if limits.show_phone else "",
        note=gettext("Please ring twice.") if limits.show_note else "",
        lines=(Line(title, 2, price if limits.show_prices else None),) if limits.show_lines else (),
        total=price * 2 if limits.show_total else None,
    )
