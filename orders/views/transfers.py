"""Saying that money was transferred, signed in or with the order's link."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.queries import reader
from marketplace.common.errors import DomainError
from marketplace.common.limits import may_do
from orders import domain
from orders.enums import NoticeDecision, OrderStatus
from orders.models import Order
from orders.payment_forms import TransferForm
from orders.queries import orders as queries
from orders.queries.payments import amount_due, notices_of, ways_to_pay
from orders.timeline import timeline_of
from orders.transfers.keeping import drop_slip

# Each try may cost half a second of looking for a code in a picture.
TRIES, TRY_SECONDS = 20, 600


@require_http_methods(["GET", "POST"])
def notify_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    orders = queries.for_page(Order.objects.visible_to(user).filter(customer=user))
    order = get_object_or_404(orders, pk=pk)
    return transfer_page(
        request, order, by=user, template="orders/transfer.html", back=order.get_absolute_url()
    )


def transfer_page(
    request: HttpRequest, order: Order, *, by: User | None, template: str, back: str
) -> HttpResponse:
    """The form and its sending; `back` is the page of the order from which it was opened."""
    owner = f"{order.pk}:{by.pk if by else 'link'}"
    due, ways = amount_due(order), ways_to_pay(order.provider)
    given: dict[str, Any] = {"order": order, "ways": ways, "due": due, "owner": owner}
    form = TransferForm(**given, token=_token(request, order))
    if request.method == "POST":
        if not may_do("transfer", owner, times=TRIES, seconds=TRY_SECONDS):
            return render(request, "429.html", status=429)
        form = TransferForm(request.POST, request.FILES, **given)
        again = _is_told(order, form)
        if _claimed(order, by, form):
            drop_slip(owner=owner)
            if again:
                messages.info(request, _("You already sent this notice. It was noted only once."))
            else:
                thanks = _("Thank you. %(shop)s has been told and will look at its account.")
                messages.success(request, thanks % {"shop": order.provider.name})
            return redirect(back)
        form.keep_slip()
    context = {"order": order, "form": form, "ways": ways, "due": due, "back": back}
    return render(request, template, context, status=422 if form.is_bound else 200)


def payment_context(order: Order, *, is_shop: bool) -> dict[str, Any]:
    """What the order page says about being paid, to the customer and to the shop, and its timeline."""
    notices, is_known = notices_of(order), order.status != OrderStatus.DRAFT
    accepted = sum(notice.amount for notice in notices if notice.decision == NoticeDecision.ACCEPTED)
    expected = 0 if order.status == OrderStatus.CANCELLED else order.rest
    due = amount_due(order)
    to_pay = bool(due) and not is_shop
    form = "" if is_shop or not is_known else reverse("orders:notify_transfer", args=[order.pk])
    link = reverse("orders:link", args=[order.link_token]) if is_shop and order.link_token else ""
    return {
        "notices": notices,
        "due": due,
        "ways": ways_to_pay(order.provider) if to_pay else None,
        "is_waiting": any(notice.decision == NoticeDecision.WAITING for notice in notices),
        "overpaid": max(accepted - expected, 0),
        "timeline": timeline_of(order, notices),
        "transfer_url": form,
        "customer_link": f"{settings.BASE_URL}{link}" if link else "",
    }


def _token(request: HttpRequest, order: Order) -> UUID | None:
    """The filling-in that the address names (transfer.js puts it there): the back button finds the same one.

    Not once the shop has answered it, nor long after it was sent: then it is another transfer.
    """
    try:
        token = UUID(request.GET.get("form", ""))
    except ValueError:
        return None
    notice = order.notices.filter(form_token=token).first()
    if notice is None:
        return token
    is_fresh = timezone.now() - notice.created_at < timedelta(hours=1)
    return token if is_fresh and notice.decision == NoticeDecision.WAITING else None


def _is_told(order: Order, form: TransferForm) -> bool:
    """Whether this filling-in was sent before. A page kept open through a rejection tells something new."""
    if not form.is_valid():
        return False
    notice = order.notices.filter(form_token=form.cleaned_data["form_token"]).first()
    if notice is not None and notice.decision == NoticeDecision.REJECTED:
        form.begin_anew()
        return False
    return notice is not None


def _claimed(order: Order, by: User | None, form: TransferForm) -> bool:
    if not form.is_valid():
        return False
    try:
        domain.claim_transfer(order, by=by, **form.said)
    except DomainError as error:
        form.refuse(error)
        return False
    return True
