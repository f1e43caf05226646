"""Asking a shop to call back, signed in or not."""

from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Provider, User
from followup import domain
from followup.forms import CallbackForm
from marketplace.common.errors import DomainError
from services.models import Service


# Not kept among the cached pages: the form has the visitor's own token.
@login_not_required
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, slug: str) -> HttpResponse:
    shop = get_object_or_404(Provider.objects.public(), slug=slug)
    service = _asked_service(request, shop)
    user = request.user if isinstance(request.user, User) else None
    form = CallbackForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "GET" or not form.is_valid():
        return _page(request, shop, service, form, 200 if request.method == "GET" else 422)
    thanks = redirect("followup:contact_thanks", shop.slug)
    if form.is_trapped:
        return thanks  # a program that fills in every field must not learn that it was seen
    if not ratelimit.consume(request, action="callback_request", key=str(shop.pk)):
        form.add_error(None, _("Too many requests at the moment. Wait an hour, then send it again."))
        return _page(request, shop, service, form, 429)
    fields = {name: form.cleaned_data[name] for name in ("name", "phone", "email", "message")}
    try:
        domain.request_callback(shop, by=user, service=service, **fields)
    except DomainError as error:
        form.add_error(None, error.sentence)
        return _page(request, shop, service, form, 422)
    return thanks


@login_not_required
@require_GET
def contact_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    shop = get_object_or_404(Provider.objects.public(), slug=slug)
    return render(request, "followup/contact_thanks.html", {"shop_page": shop})


def _asked_service(request: HttpRequest, shop: Provider) -> Service | None:
    pk = request.GET.get("service", "")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return Service.objects.public().filter(provider=shop, pk=pk).first()


def _page(
    request: HttpRequest, shop: Provider, service: Service | None, form: CallbackForm, status: int
) -> HttpResponse:
    context: dict[str, Any] = {"shop_page": shop, "service": service, "form": form}
    return render(request, "followup/contact.html", context, status=status)
