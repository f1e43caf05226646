"""3.3 Package Setup: several privileges for one price."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.domain.reward_setup import save_package, switch_offer
from loyalty.enums import Right
from loyalty.forms.rewards import ItemFormSet, PackageForm
from loyalty.models import Package, PackageItem, Reward
from loyalty.views.common import backoffice, operator_of, page
from loyalty.views.rewards import listed, refused, say_saved, say_switched
from marketplace.common.errors import DomainError

TITLE = "Package Setup"
CREATE = gettext_noop("Create New Package")


@backoffice(Right.PACKAGES)
@require_safe
def packages(request: HttpRequest) -> HttpResponseBase:
    items = Prefetch("items", PackageItem.objects.select_related("reward").order_by("pk"))
    context = listed(request, Package.objects.order_by("-pk"), items)
    return page(request, "loyalty/packages.html", TITLE, context)


@backoffice(Right.PACKAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def add_package(request: HttpRequest) -> HttpResponseBase:
    return _package_form(request, Package(), CREATE)


@backoffice(Right.PACKAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_package(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _package_form(request, get_object_or_404(Package, pk=pk), "Edit package")


@backoffice(Right.PACKAGES)
@require_POST
def switch_package(request: HttpRequest, pk: int) -> HttpResponseBase:
    package = get_object_or_404(Package, pk=pk)
    switch_offer(package, on=request.POST.get("to") == "on")
    say_switched(request, package)
    return redirect("loyalty:packages")


def _package_form(request: HttpRequest, package: Package, title: str) -> HttpResponseBase:
    form, items = _forms(request, package)
    if request.method == "POST" and all([form.is_valid(), items.is_valid()]):
        try:
            fresh = Package.objects.get(pk=package.pk) if package.pk else package
            save_package(fresh, items=items.items, **form.changes)
        except DomainError as error:
            refused(form, error)
        else:
            say_saved(request, form)
            return redirect("loyalty:packages")
    if form.is_bound:
        form.keep_picture()
    has_errors = form.is_bound and bool(form.errors or items.total_error_count())
    context = {"form": form, "items": items, "package": package, "has_rewards": Reward.objects.exists()}
    return page(request, "loyalty/package_form.html", title, context, status=422 if has_errors else 200)


def _forms(request: HttpRequest, package: Package) -> tuple[PackageForm, Any]:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PackageForm(*sent, offer=package, user_id=operator_of(request).pk)
    held = package.items.order_by("pk") if package.pk else []
    initial = [{"reward": item.reward_id, "quantity": item.quantity} for item in held]
    rewards = Reward.objects.order_by("name", "pk")
    data = request.POST if request.method == "POST" else None
    items = ItemFormSet(data, initial=initial, prefix="items", form_kwargs={"rewards": rewards})
    return form, items
