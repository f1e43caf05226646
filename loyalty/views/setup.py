"""7.1 Account Setup: the store and its contact, how its programme works, its branches."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.domain.programme import programme
from loyalty.domain.store import set_branch_open
from loyalty.enums import Right, Role
from loyalty.forms.setup import BranchForm, ProgrammeForm, StoreForm
from loyalty.models import Branch
from loyalty.permissions import role_in
from loyalty.views.common import backoffice, page

TITLE = "Account Setup"


@backoffice(Right.ACCOUNT_SETUP)
@require_safe
def account_setup(request: HttpRequest) -> HttpResponseBase:
    return _store_page(request, StoreForm(instance=programme()))


@backoffice(Right.ACCOUNT_SETUP)
@require_POST
def save_store(request: HttpRequest) -> HttpResponseBase:
    form = StoreForm(request.POST, instance=programme())
    if not form.is_valid():
        return _store_page(request, form)
    form.save()
    messages.success(request, gettext("Saved."))
    return redirect("loyalty:account_setup")


@backoffice(Right.ACCOUNT_SETUP)
@require_safe
def programme_setup(request: HttpRequest) -> HttpResponseBase:
    return _programme_page(request, _programme_form(request))


@backoffice(Right.ACCOUNT_SETUP)
@require_POST
def save_programme(request: HttpRequest) -> HttpResponseBase:
    form = _programme_form(request)
    if not form.is_valid():
        return _programme_page(request, form)
    form.save()
    messages.success(request, gettext("Saved."))
    return redirect("loyalty:programme_setup")


@backoffice(Right.ACCOUNT_SETUP)
@require_safe
def branches(request: HttpRequest) -> HttpResponseBase:
    found = Branch.objects.order_by("-is_active", "name", "pk")
    return page(request, "loyalty/account_setup_branches.html", TITLE, {"branches": found})


@backoffice(Right.ACCOUNT_SETUP)
@require_http_methods(["GET", "HEAD", "POST"])
def add_branch(request: HttpRequest) -> HttpResponseBase:
    return _branch_page(request, Branch())


@backoffice(Right.ACCOUNT_SETUP)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_branch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _branch_page(request, get_object_or_404(Branch, pk=pk))


@backoffice(Right.ACCOUNT_SETUP)
@require_POST
def close_branch(request: HttpRequest, pk: int) -> HttpResponseBase:
    branch = get_object_or_404(Branch, pk=pk)
    set_branch_open(branch, is_open=False)
    messages.success(
        request, gettext("“%(branch)s” is closed. What happened there stays.") % {"branch": branch.name}
    )
    return redirect("loyalty:branches")


@backoffice(Right.ACCOUNT_SETUP)
@require_POST
def open_branch(request: HttpRequest, pk: int) -> HttpResponseBase:
    branch = get_object_or_404(Branch, pk=pk)
    set_branch_open(branch, is_open=True)
    messages.success(request, gettext("“%(branch)s” is open again.") % {"branch": branch.name})
    return redirect("loyalty:branches")


def _store_page(request: HttpRequest, form: StoreForm) -> HttpResponseBase:
    status = 422 if form.errors else 200
    return page(request, "loyalty/account_setup.html", TITLE, {"form": form}, status=status)


def _programme_form(request: HttpRequest) -> ProgrammeForm:
    data = request.POST if request.method == "POST" else None
    return ProgrammeForm(data, instance=programme(), is_admin=role_in(request) == Role.ADMIN)


def _programme_page(request: HttpRequest, form: ProgrammeForm) -> HttpResponseBase:
    status = 422 if form.errors else 200
    return page(request, "loyalty/account_setup_programme.html", TITLE, {"form": form}, status=status)


def _branch_page(request: HttpRequest, branch: Branch) -> HttpResponseBase:
    form = BranchForm(request.POST if request.method == "POST" else None, instance=branch)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return redirect("loyalty:branches")
    title = gettext_noop("Edit branch") if branch.pk else gettext_noop("Add branch")
    status = 422 if form.errors else 200
    return page(request, "loyalty/account_setup_branch.html", title, {"form": form}, status=status)
