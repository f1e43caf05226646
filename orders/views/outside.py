"""The owner's settings page of an outside order system with its two logs, and the way to its screens."""

from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Provider
from accounts.queries import own_shop_of, reader, works_at
from marketplace.common.errors import DomainError
from orders.domain import outside as domain
from orders.enums import OrderStatus, SaleKind
from orders.models import OutsideDelivery, OutsideEvent, OutsideSystem
from orders.outside_forms import OutsideSystemForm
from orders.views.common import SCREENS, visible_order

PAGE_SIZE = 20
_SECRET = "outside_secret"  # noqa: S105  (the session's key for it, until the next page has shown it)
Row = TypeVar("Row", bound=Model)


@require_GET
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads on to the outside screen that fills this card. A page, since `form-action 'self'` would stop
    the form that made the card from being redirected off the site."""
    order, user = visible_order(request, pk), reader(request)
    if not works_at(user, order.provider_id):
        raise Http404
    address = domain.screen_address(order, user)
    if address is None:  # disconnected, or filled already
        is_draft = order.status == OrderStatus.DRAFT
        return redirect(SCREENS[SaleKind(order.sale_kind)], order.pk) if is_draft else redirect(order)
    return render(request, "orders/outside_screen.html", {"order": order, "address": address})


@never_cache
@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    shop = _own_shop(request)
    return _page(request, OutsideSystemForm(instance=_system_of(shop)))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    shop = _own_shop(request)
    form = OutsideSystemForm(request.POST, instance=_system_of(shop))
    if not form.is_valid():
        return _page(request, form, status=422)
    _system, secret = domain.save_system(shop, by=reader(request), **form.cleaned_data)
    if secret:
        request.session[_SECRET] = secret
        messages.success(request, _("Your order system is connected."))
    else:
        messages.success(request, _("Saved."))
    return redirect("orders:outside")


@require_POST
def new_secret(request: HttpRequest) -> HttpResponse:
    try:
        request.session[_SECRET] = domain.new_secret(_own_shop(request), by=reader(request))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("orders:outside")


@require_POST
def disconnect(request: HttpRequest) -> HttpResponse:
    try:
        domain.disconnect(_own_shop(request), by=reader(request))
        messages.success(request, _("Disconnected. “Create order” opens this site's own screens."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("orders:outside")


@require_POST
def reconnect(request: HttpRequest) -> HttpResponse:
    try:
        domain.reconnect(_own_shop(request), by=reader(request))
        messages.success(request, _("Your order system is connected."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("orders:outside")


@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    system = _system_of(_own_shop(request))
    rows = OutsideDelivery.objects.filter(system=system).select_related("order")
    return _log(request, "orders/outside_deliveries.html", system, rows)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    shop = _own_shop(request)
    delivery = get_object_or_404(OutsideDelivery, pk=pk, system__provider=shop)
    domain.send_again(delivery)
    messages.success(request, _("The event is being sent again."))
    return redirect("orders:outside_deliveries")


@require_GET
def events(request: HttpRequest) -> HttpResponse:
    system = _system_of(_own_shop(request))
    rows = OutsideEvent.objects.filter(system=system).select_related("order")
    return _log(request, "orders/outside_events.html", system, rows)


def _own_shop(request: HttpRequest) -> Provider:
    shop = own_shop_of(reader(request))
    if shop is None:
        raise Http404
    return shop


def _system_of(shop: Provider) -> OutsideSystem | None:
    return OutsideSystem.objects.filter(provider=shop).first()


def _page(request: HttpRequest, form: OutsideSystemForm, *, status: int = 200) -> HttpResponse:
    system = form.instance if form.instance.pk else None
    context: dict[str, Any] = {
        "system": system,
        "form": form,
        "placeholders": [f"{{{name}}}" for name in domain.PLACEHOLDERS],
        "secret": request.session.pop(_SECRET, "") if system else "",
        "updates_address": domain.updates_address(system) if system else "",
        "openapi_address": request.build_absolute_uri(reverse("orders:outside_openapi")),
    }
    return render(request, "orders/outside.html", context, status=status)


def _log(
    request: HttpRequest, template: str, system: OutsideSystem | None, rows: QuerySet[Row]
) -> HttpResponse:
    """Newest first, page by page from the id that `before` names."""
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    context = {
        "rows": found[:PAGE_SIZE],
        "older": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "is_first_page": not before,
        "system": system,
    }
    return render(request, template, context)
