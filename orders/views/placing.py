"""Ordering a service."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import reader, works_at
from marketplace.common.errors import DomainError
from orders import domain
from orders.forms import OrderForm
from orders.models import Order
from services.models import Service


@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, pk: int) -> HttpResponse:
    service = get_object_or_404(Service.objects.select_related("provider", "category"), pk=pk)
    if request.method == "POST":
        form = OrderForm(request.POST, service=service)
        if form.is_valid() and (answer := _place(request, service, form)):
            return answer
        return _order_form(request, service, form)
    if not service.is_public or service.provider.is_suspended:
        raise Http404
    if works_at(request.user, service.provider_id):
        messages.info(
            request, _("This is how customers see your service. You cannot order from your own shop.")
        )
        return redirect(service)
    quantity = request.GET.get("quantity", "")
    return _order_form(request, service, OrderForm(service=service, quantity=quantity, token=_token(request)))


def _token(request: HttpRequest) -> UUID | None:
    """The filling-in that the address names (place.js puts it there): the back button finds the same one.

    Not for long after it became an order: then it is a bookmark.
    """
    try:
        token = UUID(request.GET.get("form", ""))
    except ValueError:
        return None
    hour_ago = timezone.now() - timedelta(hours=1)
    made_long_ago = Order.objects.filter(
        created_by=reader(request), form_token=token, created_at__lt=hour_ago
    )
    return None if made_long_ago.exists() else token


def _place(request: HttpRequest, service: Service, form: OrderForm) -> HttpResponse | None:
    """Redirects to the order, or puts the refusal into the form."""
    user, given = reader(request), form.cleaned_data
    again = Order.objects.filter(created_by=user, form_token=given["form_token"]).exists()
    try:
        order = domain.place_order(service, by=user, **given)
    except DomainError as error:
        if error.code == "not_offered":  # the page that it was ordered from is gone too
            messages.error(request, error.sentence)
            return redirect("services:browse")
        form.refuse(error)
        return None
    if again:
        messages.info(request, _("You already sent this order. It was placed only once."))
    else:
        messages.success(
            request, _("Your order is placed. %(shop)s has been told.") % {"shop": order.provider.name}
        )
    return redirect(order)


def _order_form(request: HttpRequest, service: Service, form: OrderForm) -> HttpResponse:
    quantity = int(form["quantity"].value() or 1) if "quantity" in form.fields and not form.is_bound else 1
    if form.is_bound:
        quantity = form.cleaned_data.get("quantity", 1)
    context = {
        "service": service,
        "form": form,
        "quantity": quantity,
        "total": service.price * quantity,
    }
    return render(request, "orders/place.html", context, status=422 if form.is_bound else 200)
