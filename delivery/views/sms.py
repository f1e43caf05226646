"""The owner's pages about SMS: the gateway and its limits, trying it out, and the log."""

from decimal import Decimal
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Provider
from accounts.queries import reader
from delivery.domain.sms import may_cause_sms, send_trial
from delivery.forms.gateways import GatewayForm
from delivery.forms.sms import SmsTestForm
from delivery.queries.sms import STATES, log_of, today_of
from delivery.texts import OTHER_KIND, OTHER_NAME, TextKind
from delivery.views.common import ip_of, number_of, owned_shop
from marketplace.common.calendars import format_number
from marketplace.common.money import currency_decimals, format_money
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms import gateway_of, save_gateway, send_again
from marketplace.notify.sms_sending import TEST_KIND
from marketplace.notify.transports import generic

_STATE_NAMES = {
    "waiting": gettext_lazy("Waiting"),
    "accepted": pgettext_lazy("SMS", "Accepted by the gateway"),
    "delivered": pgettext_lazy("SMS", "Arrived on the phone"),
    "undelivered": pgettext_lazy("SMS", "Did not arrive"),
    "unknown": pgettext_lazy("SMS", "Unknown"),
    "failed": pgettext_lazy("SMS", "Not sent"),
}
_SYMBOLS = {
    "waiting": "clock",
    "accepted": "check",
    "delivered": "check-double",
    "undelivered": "warning",
    "unknown": "info",
    "failed": "warning",
}


@never_cache
@require_GET
def sms_settings(request: HttpRequest) -> HttpResponse:
    return _page(request, owned_shop(request))


@require_POST
def sms_save(request: HttpRequest) -> HttpResponse:
    shop = owned_shop(request)
    form = GatewayForm(request.POST, provider=shop, gateway=gateway_of(shop))
    if not form.is_valid():
        return _page(request, shop, form=form, status=422)
    save_gateway(shop, owner=reader(request), **form.settings_given)
    messages.success(request, _("Saved."))
    return redirect("delivery:sms_settings")


@require_POST
def sms_test(request: HttpRequest) -> HttpResponse:
    """Calls the gateway within the request: who tries it out wants to see its answer."""
    shop = owned_shop(request)
    gateway = gateway_of(shop)
    if gateway is None:
        return redirect("delivery:sms_settings")
    form = SmsTestForm(request.POST, provider=shop)
    if form.is_valid() and not ratelimit.consume(request, action="sms_test", user=reader(request)):
        form.add_error("phone", _("Too many attempts. Wait a few minutes, then try again."))
    if not form.is_valid():
        return _page(request, shop, test_form=form, status=422)
    row = send_trial(gateway, str(form.cleaned_data["phone"]), token=form.cleaned_data["form_token"])
    return redirect(f"{reverse('delivery:sms_settings')}?test={row.pk}#test")


@never_cache
@require_GET
def sms_log(request: HttpRequest) -> HttpResponse:
    gateway = gateway_of(owned_shop(request))
    state = request.GET.get("state", "")
    before = number_of(request.GET.get("before", ""))
    rows, older = log_of(gateway, state=state, before=before or None)
    context = {
        "gateway": gateway,
        "rows": [_shown(row) for row in rows],
        "older": older,
        "is_first_page": not before,
        "state": state if state in STATES else "",
        "states": [(name, _STATE_NAMES[name]) for name in STATES],
    }
    return render(request, "delivery/sms_log.html", context)


@require_POST
def sms_again(request: HttpRequest, pk: int) -> HttpResponse:
    gateway = gateway_of(owned_shop(request))
    row = get_object_or_404(Notification.objects.select_related("gateway"), pk=pk, gateway=gateway or 0)
    if not may_cause_sms(reader(request), ip_of(request)):
        messages.error(request, _("Too many SMS were sent from here within the hour. Try again later."))
    elif send_again(row):
        messages.success(request, _("The SMS is being sent again."))
    else:
        messages.info(request, _("It is on its way already, or was sent again before."))
    return redirect("delivery:sms_log")


def _page(
    request: HttpRequest,
    shop: Provider,
    *,
    form: GatewayForm | None = None,
    test_form: SmsTestForm | None = None,
    status: int = 200,
) -> HttpResponse:
    gateway = gateway_of(shop)
    today = today_of(gateway) if gateway else None
    context: dict[str, Any] = {
        "gateway": gateway,
        "form": form or GatewayForm(provider=shop, gateway=gateway),
        "test_form": test_form or SmsTestForm(provider=shop, phone=str(reader(request).phone or "")),
        "test": _test(request, gateway),
        "today": today,
        "today_spent": _money(today.spent, today.currency) if today and today.spent else "",
        "placeholders": generic.PLACEHOLDERS,
    }
    return render(request, "delivery/sms_settings.html", context, status=status)


def _test(request: HttpRequest, gateway: SmsGateway | None) -> dict[str, Any] | None:
    """The test message that was just sent."""
    pk = number_of(request.GET.get("test", ""))
    row = Notification.objects.filter(pk=pk, gateway=gateway, kind=TEST_KIND).first() if gateway else None
    return _shown(row) if row else None


def _shown(row: Notification) -> dict[str, Any]:
    state = row.sms_state
    return {
        "row": row,
        "state": state,
        "state_name": _STATE_NAMES[state],
        "symbol": _SYMBOLS[state],
        "kind": _kind_of(row),
        "problem": row.get_problem_display() if row.problem else "",
        "cost": "" if row.cost is None else _money(row.cost, row.cost_currency),
    }


def _kind_of(row: Notification) -> str:
    if row.kind == TEST_KIND:
        return _("Test")
    if row.kind == OTHER_KIND:
        return str(OTHER_NAME)
    return str(TextKind(row.kind).label) if row.kind in TextKind else ""


def _money(amount: Decimal, currency: str) -> str:
    """A part of an SMS may cost a fraction of a cent, which is then shown."""
    language = get_language() or "en"
    if amount == round(amount, currency_decimals(currency)):
        return format_money(amount, currency, language)
    return f"{format_number(amount.normalize(), language)} {currency}"
