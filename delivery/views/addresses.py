"""The customer's own change of where the parcel is brought."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import reader
from delivery.domain import change_address
from delivery.forms.addresses import AddressForm
from delivery.models import Delivery
from marketplace.common.errors import DomainError
from orders.models import Order


@require_http_methods(["GET", "POST"])
def my_address(request: HttpRequest, order_pk: int) -> HttpResponse:
    """Of one's own order; the shop's people write it in `save_address`."""
    order = get_object_or_404(Order.objects.filter(customer=reader(request)), pk=order_pk)
    form = AddressForm(request.POST or None, initial={"address": order.delivery_address})
    if request.method == "POST" and form.is_valid():
        try:
            change_address(order, by=reader(request), address=form.cleaned_data["address"])
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("The address is saved."))
            return redirect(order)
    is_with_courier = Delivery.objects.open().filter(order=order, courier__isnull=False).exists()
    context = {"order": order, "form": form, "is_closed": is_with_courier or not order.is_open}
    return render(request, "delivery/my_address.html", context, status=422 if form.errors else 200)
