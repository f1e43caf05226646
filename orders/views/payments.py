"""The shop's side of being paid: its settings, and its word on a notice."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Provider
from accounts.queries import own_shop_of, reader, works_at
from marketplace.common.errors import DomainError
from marketplace.common.private_files import private_file
from marketplace.common.requests import as_page_or_fragment, wants_fragment, way_back
from orders import domain
from orders.models import BankAccount, TransferNotice
from orders.payment_forms import AccountForm, PaymentForm, RejectForm
from orders.queries.payments import accounts_of, for_page, settings_of

# --- settings ------------------------------------------------------------------------------------


@require_GET
def payment_settings(request: HttpRequest) -> HttpResponse:
    return _settings(request, _own_shop(request))


@require_POST
def save_payments(request: HttpRequest) -> HttpResponse:
    shop = _own_shop(request)
    stored = settings_of(shop)
    form = PaymentForm(request.POST, instance=stored)
    if not form.is_valid():
        return _settings(request, shop, payment_form=form)
    given = {"promptpay_id": stored.promptpay_id, **form.cleaned_data}
    try:
        domain.save_payment_settings(shop, **given)
    except DomainError as error:
        form.refuse(error)
        return _settings(request, shop, payment_form=form)
    messages.success(request, _("Saved."))
    return redirect("orders:payment_settings")


@require_POST
def add_account(request: HttpRequest) -> HttpResponse:
    shop = _own_shop(request)
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _settings(request, shop, account_form=form)
    try:
        domain.add_account(shop, **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, error.sentence)
        return _settings(request, shop, account_form=form)
    messages.success(request, _("Customers see this account from now on."))
    return redirect("orders:payment_settings")


@require_POST
def remove_account(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(BankAccount, pk=pk, provider=_own_shop(request))
    domain.remove_account(account)
    messages.success(request, _("The account is removed: no customer sees it any more."))
    return redirect("orders:payment_settings")


def _own_shop(request: HttpRequest) -> Provider:
    shop = own_shop_of(reader(request))
    if shop is None:
        raise Http404
    return shop


def _settings(request: HttpRequest, shop: Provider, **forms: Any) -> HttpResponse:
    context = {
        "provider": shop,
        "accounts": accounts_of(shop),
        "payment_form": PaymentForm(instance=settings_of(shop)),
        "account_form": AccountForm(),
        **forms,
    }
    return render(request, "orders/payment_settings.html", context, status=422 if forms else 200)


# --- notices -------------------------------------------------------------------------------------


@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    return _notice_page(request, _visible_notice(request, pk))


@as_page_or_fragment
@require_GET
def transfer_line(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as a line of the chat; a page of its own when opened directly."""
    found = _visible_notice(request, pk)
    template = "orders/_transfer_line.html" if wants_fragment(request) else "orders/transfer_line.html"
    return render(request, template, _notice_context(request, found))


@require_GET
def slip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture, to whom the order is visible. It was encoded anew, so it may show in place."""
    found = _visible_notice(request, pk)
    if not found.slip:
        raise Http404
    return private_file(request, found.slip)


@require_POST
def accept_notice(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible_notice(request, pk)
    return _decided(request, found, lambda: domain.accept_notice(found, by=reader(request)))


@require_POST
def reject_notice(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible_notice(request, pk)
    form = RejectForm(request.POST)
    if not form.is_valid():
        return _notice_page(request, found, form)
    return _decided(
        request, found, lambda: domain.reject_notice(found, by=reader(request), **form.cleaned_data)
    )


def _decided(request: HttpRequest, found: TransferNotice, decide: Callable[[], object]) -> HttpResponse:
    try:
        decide()
        messages.success(request, _("Done. The customer has been told."))
    except DomainError as error:
        messages.error(request, error.sentence)
    # The desk's page leads back to the desk.
    return redirect(way_back(request, reverse("orders:notice", args=[found.pk])))


def _visible_notice(request: HttpRequest, pk: int) -> TransferNotice:
    return get_object_or_404(for_page(TransferNotice.objects.visible_to(request.user)), pk=pk)


def _notice_page(
    request: HttpRequest, found: TransferNotice, reject_form: RejectForm | None = None
) -> HttpResponse:
    context = {**_notice_context(request, found), "reject_form": reject_form}
    return render(request, "orders/notice.html", context, status=422 if reject_form else 200)


def _notice_context(request: HttpRequest, found: TransferNotice) -> dict[str, Any]:
    return {
        "notice": found,
        "order": found.order,
        "is_shop": works_at(request.user, found.provider_id),
        "back": way_back(request),
    }
