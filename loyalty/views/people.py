"""7.3 Manage Permissions: who works in the backoffice, and what each role may do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from loyalty.domain import people as domain
from loyalty.enums import Right
from loyalty.forms.people import AccountForm, RightsForm, role_of_row
from loyalty.views.common import backoffice, operator_of, page
from marketplace.common.errors import DomainError

TITLE = "Manage Permissions"
NEW_LOG_IN = "backoffice_log_in"  # in the session until it was shown: {name, username, password}


@never_cache
@backoffice(Right.PERMISSIONS)
@require_safe
def permissions(request: HttpRequest) -> HttpResponseBase:
    found = domain.people().order_by("-is_active", "display_name", "username")
    context = {
        "people": [(user, role_of_row(user)) for user in found],
        "log_in": request.session.pop(NEW_LOG_IN, None),
        "log_in_url": request.build_absolute_uri(reverse("admin:login")),
    }
    return page(request, "loyalty/permissions.html", TITLE, context)


@backoffice(Right.PERMISSIONS)
@require_safe
def role_rights(request: HttpRequest) -> HttpResponseBase:
    return page(request, "loyalty/permissions_rights.html", TITLE, {"form": RightsForm()})


@backoffice(Right.PERMISSIONS)
@require_POST
def save_rights(request: HttpRequest) -> HttpResponseBase:
    form = RightsForm(request.POST)
    if form.is_valid():  # ticks cannot be wrong
        try:
            domain.save_rights(form.chosen(), by=operator_of(request))
            messages.success(request, gettext("Saved. It holds from the next page that somebody opens."))
        except DomainError as error:
            messages.error(request, error.sentence)
    return redirect("loyalty:role_rights")


@never_cache
@backoffice(Right.PERMISSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_account(request: HttpRequest) -> HttpResponseBase:
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = domain.define_account(form.person, by=operator_of(request))
        except DomainError as error:
            form.refuse(error)
        else:
            return _show_once(request, user, password)
    return _form_page(request, form)


@never_cache
@backoffice(Right.PERMISSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_account(request: HttpRequest, pk: int) -> HttpResponseBase:
    user = _person(pk)
    form = AccountForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            domain.change_account(user, form.person, by=operator_of(request))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("loyalty:permissions")
    return _form_page(request, form, user)


@backoffice(Right.PERMISSIONS)
@require_POST
def deactivate_account(request: HttpRequest, pk: int) -> HttpResponseBase:
    user = _person(pk)
    try:
        domain.deactivate(user, by=operator_of(request))
        messages.success(request, gettext("%(name)s cannot log in any more.") % {"name": user.name})
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:permissions")


@backoffice(Right.PERMISSIONS)
@require_POST
def activate_account(request: HttpRequest, pk: int) -> HttpResponseBase:
    user = _person(pk)
    try:
        domain.activate(user, by=operator_of(request))
        messages.success(request, gettext("%(name)s can log in again.") % {"name": user.name})
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:permissions")


@backoffice(Right.PERMISSIONS)
@require_POST
def reset_account_password(request: HttpRequest, pk: int) -> HttpResponseBase:
    user = _person(pk)
    try:
        password = domain.reset_password(user, by=operator_of(request))
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect("loyalty:edit_account", pk=user.pk)
    return _show_once(request, user, password)


def _person(pk: int) -> User:
    return get_object_or_404(domain.people(), pk=pk)


def _show_once(request: HttpRequest, user: User, password: str) -> HttpResponseBase:
    request.session[NEW_LOG_IN] = {"name": user.name, "username": user.username, "password": password}
    return redirect("loyalty:permissions")


def _form_page(request: HttpRequest, form: AccountForm, user: User | None = None) -> HttpResponseBase:
    title = gettext_noop("Edit account") if user else gettext_noop("Create account")
    context: dict[str, Any] = {"form": form, "person": user, "is_self": user == request.user}
    status = 422 if form.errors else 200
    return page(request, "loyalty/permissions_form.html", title, context, status=status)
