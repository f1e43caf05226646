"""4.1 Member Detail: one member's points, with the reason of every one; purchases, and refunds."""

from collections.abc import Iterator
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language_bidi, gettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from loyalty.domain import refund
from loyalty.domain.lots import lots_of
from loyalty.domain.overview import level_now, points_now
from loyalty.domain.programme import store_zone
from loyalty.enums import EntryKind, LevelCriterion, Right
from loyalty.forms.members import KindForm, RefundForm
from loyalty.models import LedgerEntry, Member, Purchase
from loyalty.queries.edits import edits_of
from loyalty.queries.history import (
    account_of,
    history,
    lots_left,
    purchases_of,
    reason_of,
    with_reasons,
)
from loyalty.views.common import backoffice, operator_of, page
from loyalty.views.members import found_member, page_key
from marketplace.common.errors import DomainError
from marketplace.common.export import Format, export_response


@backoffice(Right.MEMBERS)
@require_safe
def member(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _member_page(request, found_member(pk))


@backoffice(Right.MEMBERS)
@require_POST
def refund_purchase(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Of a purchase: money went back outside, and its points go back here."""
    purchase = get_object_or_404(Purchase.objects.select_related("member"), pk=pk, member__isnull=False)
    owner = cast(Member, purchase.member)
    form = RefundForm(request.POST, purchase=purchase)
    if form.is_valid():
        try:
            refund(
                purchase,
                amount=form.cleaned_data["amount"],
                reference=f"refund:{form.cleaned_data['form_token']}",
                by=operator_of(request),
                note=form.cleaned_data["reason"],
            )
        except DomainError as error:
            form.add_error("amount", error.sentence)
        else:
            messages.success(request, gettext("The refund is noted, and its points went back."))
            return redirect("loyalty:member", owner.pk)
    return _member_page(request, found_member(owner.pk), refused=form)


@backoffice(Right.MEMBERS)
@require_safe
def export_member(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The ledger, oldest first."""
    owner = found_member(pk)
    request_format = request.GET.get("format", "csv")
    if request_format not in ("csv", "xlsx"):
        raise Http404
    zone = store_zone()
    headings = [
        gettext("When (%(zone)s)") % {"zone": zone.key},
        gettext("Kind"),
        gettext("Points"),
        gettext("Balance"),
        gettext("Owed"),
        gettext("Reason"),
        gettext("Good until"),
        gettext("Reference"),
        pgettext("person", "By"),
    ]
    name = f"member-{owner.number}"
    return export_response(
        cast(Format, request_format), name, headings, _rows(owner), zone=zone, rtl=get_language_bidi()
    )


def _rows(owner: Member) -> Iterator[list[Any]]:
    balance = 0
    entries = with_reasons(LedgerEntry.objects.filter(member=owner)).order_by("pk")
    for entry in entries.iterator(chunk_size=1000):
        balance += entry.points
        yield [
            entry.created_at,
            entry.get_kind_display(),
            entry.points,
            balance,
            entry.shortfall or None,
            reason_of(entry),
            entry.expires_on,
            entry.reference,
            str(entry.by or ""),
        ]


def _member_page(
    request: HttpRequest, owner: Member, *, refused: RefundForm | None = None
) -> HttpResponseBase:
    now = timezone.now()
    account = account_of(owner)
    lots = lots_of(account.entries)
    kind = request.GET.get("kind", "")
    kind = kind if kind in EntryKind.values else ""
    lines, older = history(owner, account, kind=kind, before=page_key(request))
    purchases, older_purchases = purchases_of(owner, before=page_key(request, "bought_before"))
    if refused is not None and refused.purchase not in purchases:  # it was on a page of older ones
        purchases, older_purchases = purchases_of(owner, upto=refused.purchase)
    is_open = owner.merged_into_id is None and owner.erased_at is None
    level = level_now(owner, now=now)
    context = {
        "member": owner,
        "is_open": is_open,
        "points": points_now(owner, lots, now=now),
        "level": level,
        "by_points": level.settings.level_criterion == LevelCriterion.POINTS,
        "sums": account.by_kind(),
        "lots": lots_left(lots, now=now),
        "lines": lines,
        "older": older,
        "kind": kind,
        "kind_form": KindForm(initial={"kind": kind}),
        "purchases": [(one, _form_for(one, refused, is_open)) for one in purchases],
        "older_purchases": older_purchases,
        "edits": edits_of(owner),
        "merged": list(owner.merged.order_by("pk")),
    }
    # A person's name is no word to translate.
    context |= {"title": owner.name or owner.number, "currency": settings.STORE_CURRENCY}
    return page(request, "loyalty/member.html", "", context, status=422 if refused else 200)


def _form_for(purchase: Purchase, refused: RefundForm | None, is_open: bool) -> RefundForm | None:
    if refused is not None and refused.purchase.pk == purchase.pk:
        return refused
    return RefundForm(purchase=purchase) if is_open and purchase.refunded < purchase.amount else None
