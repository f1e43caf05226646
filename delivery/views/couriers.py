"""The shop's couriers: list, add, edit, close and open their log-in."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Provider
from accounts.queries import reader
from delivery.domain import couriers as domain
from delivery.forms.couriers import CourierForm
from delivery.models import Courier, Delivery
from delivery.queries.couriers import choices_for, couriers_page, open_tasks_of, operators_couriers
from delivery.views.common import membership, number_of, owned_shop
from marketplace.common.errors import DomainError
from marketplace.common.private_files import private_file
from marketplace.common.templatetags.local import local_number
from marketplace.common.uploads import drop_photo

NEW_LOG_IN = "courier_log_in"  # in the session until it was shown: {name, username, password, must_change}


@never_cache
@require_GET
def couriers(request: HttpRequest) -> HttpResponse:
    shop = owned_shop(request)
    after, search = number_of(request.GET.get("after", "")), request.GET.get("q", "").strip()
    rows, more = couriers_page(shop, after=after or None, search=search)
    context = {
        "rows": rows,
        "more": more,
        "search": search,
        "is_first_page": not after,
        "shared": operators_couriers(),
        "log_in": request.session.pop(NEW_LOG_IN, None),
        # Whoever comes for tasks is asked for a username.
        "log_in_url": request.build_absolute_uri(reverse("delivery:tasks")),
    }
    return render(request, "delivery/couriers.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_courier(request: HttpRequest) -> HttpResponse:
    shop = owned_shop(request)
    form = _form(request, shop)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            courier = domain.define_courier(
                shop,
                by=reader(request),
                profile=form.profile,
                password=said["password"],
                must_change=said["must_change"],
                is_active=said["is_active"],
                form_token=said["form_token"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            drop_photo(user_id=reader(request).pk)
            _show_once(request, courier, said["password"])
            said_name = gettext("%(name)s is one of your couriers now.") % {"name": courier.name}
            messages.success(request, said_name)
            return redirect("delivery:couriers")
    return _form_page(request, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_courier(request: HttpRequest, pk: int) -> HttpResponse:
    courier = _own(request, pk)
    form = _form(request, courier.provider, courier)
    if request.method == "POST" and form.is_valid():
        try:
            domain.change_courier(courier, by=reader(request), profile=form.profile)
            if form.cleaned_data["is_active"] != courier.is_active:
                return _switch(request, courier, is_active=form.cleaned_data["is_active"])
        except DomainError as error:
            form.refuse(error)
        else:
            drop_photo(user_id=reader(request).pk)
            messages.success(request, gettext("Saved."))
            return redirect("delivery:couriers")
    return _form_page(request, form, _own(request, pk) if form.is_bound else courier)


@require_POST
def deactivate_courier(request: HttpRequest, pk: int) -> HttpResponse:
    return _switch(request, _own(request, pk), is_active=False)


@require_POST
def activate_courier(request: HttpRequest, pk: int) -> HttpResponse:
    return _switch(request, _own(request, pk), is_active=True)


@require_POST
def reset_courier_password(request: HttpRequest, pk: int) -> HttpResponse:
    courier = _own(request, pk)
    must_change = "must_change" in request.POST
    try:
        password = domain.reset_password(courier, by=reader(request), must_change=must_change)
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect(courier)
    _show_once(request, courier, password)
    return redirect("delivery:couriers")


@require_GET
def courier_photo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """For the people of a shop that may ask this courier."""
    shop = membership(request).provider
    courier = get_object_or_404(Courier.objects.usable_by(shop), pk=pk)
    if not courier.photo:
        raise Http404
    return private_file(request, courier.photo)


def _own(request: HttpRequest, pk: int) -> Courier:
    """One of the shop that the page is about; the operator's couriers are managed in the admin alone."""
    found = Courier.objects.filter(provider=owned_shop(request)).select_related("user", "provider")
    return get_object_or_404(found, pk=pk)


def _form(request: HttpRequest, shop: Provider | None, courier: Courier | None = None) -> CourierForm:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = CourierForm(data, files, provider=shop, by=reader(request), courier=courier)
    if courier is not None and courier.photo:
        widget: Any = form.fields["photo"].widget
        widget.current_url = reverse("delivery:courier_photo", args=[courier.pk])
    return form


def _form_page(request: HttpRequest, form: CourierForm, courier: Courier | None = None) -> HttpResponse:
    if form.is_bound:
        form.keep_photo()
    context: dict[str, Any] = {"form": form, "courier": courier}
    if courier is not None and courier.provider is not None:
        parts = [Delivery.objects.filter(provider=courier.provider)]
        context["tasks"] = open_tasks_of(courier, parts)
        if context["tasks"]:
            context["choices"], context["has_more"] = choices_for(courier.provider, parts, but=courier)
    return render(request, "delivery/courier_form.html", context, status=422 if form.errors else 200)


def _switch(request: HttpRequest, courier: Courier, *, is_active: bool) -> HttpResponse:
    """Where tasks are left behind, on to handing them over."""
    try:
        (domain.activate if is_active else domain.deactivate)(courier, by=reader(request))
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect(courier)
    if is_active:
        messages.success(request, gettext("%(name)s can log in again.") % {"name": courier.name})
        return redirect("delivery:couriers")
    messages.success(request, gettext("%(name)s cannot log in any more.") % {"name": courier.name})
    assert courier.provider is not None
    left = len(open_tasks_of(courier, [Delivery.objects.filter(provider=courier.provider)]))
    if not left:
        return redirect("delivery:couriers")
    said = ngettext(
        "%(number)s open task is left: hand it to somebody else.",
        "%(number)s open tasks are left: hand them to somebody else.",
        left,
    )
    messages.warning(request, said % {"number": local_number(left)})
    return redirect(f"{courier.get_absolute_url()}#tasks")


def _show_once(request: HttpRequest, courier: Courier, password: str) -> None:
    request.session[NEW_LOG_IN] = {
        "name": courier.name,
        "username": courier.user.username,
        "password": password,
        "must_change": courier.user.must_change_password,
        "phone": str(courier.user.phone or ""),
    }
