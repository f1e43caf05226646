"""The delivery for whoever holds the order's link, with no account."""

import zoneinfo
from typing import TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from delivery.enums import Outcome
from delivery.models import Delivery, DeliveryEvent
from delivery.queries import tracking_of
from delivery.views.deliveries import with_parts
from delivery.views.proofs import proof_file
from marketplace.common.requests import as_page_or_fragment, wants_fragment
from orders.models import Order
from orders.queries.payments import order_with_link

Response = TypeVar("Response", bound=HttpResponseBase)


@login_not_required
@never_cache
@as_page_or_fragment
@require_GET
def link_section(request: HttpRequest, token: str) -> HttpResponse:
    order = get_object_or_404(order_with_link(token).select_related("provider"))
    found = with_parts(Delivery.objects.filter(order=order)).first()
    template = "delivery/_tracking.html" if wants_fragment(request) else "delivery/link_section.html"
    with _times_for(request, order):
        context = {"order": order, "tracking": tracking_of(found) if found else None, "token": token}
        return _unlisted(render(request, template, context))


@login_not_required
@require_GET
def link_proof(request: HttpRequest, token: str, pk: str, what: str) -> HttpResponseBase:
    order = get_object_or_404(order_with_link(token))
    counted = DeliveryEvent.objects.exclude(outcome=Outcome.CONFLICT)
    return _unlisted(proof_file(request, get_object_or_404(counted, pk=pk, delivery__order=order), what))


def _unlisted(response: Response) -> Response:
    """No search engine keeps it, and no other site reads the address."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _times_for(request: HttpRequest, order: Order) -> timezone.override:
    """The shop's, for who is signed out."""
    signed_in = isinstance(request.user, User)
    zone = timezone.get_current_timezone() if signed_in else zoneinfo.ZoneInfo(order.provider.time_zone)
    return timezone.override(zone)
