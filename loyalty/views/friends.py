"""3.4 Friend Get Friend: campaigns, and who brought whom."""

from collections.abc import Iterator
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_http_methods, require_safe

from loyalty.domain import save_campaign
from loyalty.domain.programme import store_day, store_zone
from loyalty.enums import ReferralStatus, Right
from loyalty.forms.friends import CampaignForm
from loyalty.models import ReferralCampaign
from loyalty.queries.friends import campaign_row, campaign_rows, reason_text, referrals_of, referrals_page
from loyalty.views.common import backoffice, page, sees_members
from loyalty.views.members import page_key
from marketplace.common.errors import DomainError
from marketplace.common.export import Format, export_response

TITLE = "Friend Get Friend"


@backoffice(Right.FRIENDS)
@require_safe
def campaigns(request: HttpRequest) -> HttpResponseBase:
    rows = campaign_rows()
    context = {
        "rows": [(row, _state(row.campaign)) for row in rows],
        "friends": sum(row.total for row in rows),
        "waiting": sum(row.counts[ReferralStatus.WAITING] for row in rows),
        "rewarded": sum(row.counts[ReferralStatus.REWARDED] for row in rows),
        "points": sum(row.points for row in rows),
    }
    return page(request, "loyalty/campaigns.html", TITLE, context)


@backoffice(Right.FRIENDS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_campaign(request: HttpRequest) -> HttpResponseBase:
    return _form_page(request, None)


@backoffice(Right.FRIENDS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_campaign(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _form_page(request, get_object_or_404(ReferralCampaign, pk=pk))


@backoffice(Right.FRIENDS)
@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(ReferralCampaign, pk=pk)
    status = request.GET.get("status", "")
    referrals, older = referrals_page(found, status=status, before=page_key(request))
    row = campaign_row(found)
    context = {
        "row": row,
        "state": _state(found),
        "status": status if status in ReferralStatus.values else "",
        "filters": [(value, label, row.counts[value]) for value, label in ReferralStatus.choices],
        "referrals": [(referral, reason_text(referral)) for referral in referrals],
        "older": older,
    }
    context |= {"title": found.name, "currency": settings.STORE_CURRENCY}
    return page(request, "loyalty/campaign.html", "", context)


@backoffice(Right.FRIENDS)
@require_safe
def export_campaign(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = get_object_or_404(ReferralCampaign, pk=pk)
    request_format = request.GET.get("format", "csv")
    if request_format not in ("csv", "xlsx"):
        raise Http404
    zone = store_zone()
    headings = [
        gettext("Joined (%(zone)s)") % {"zone": zone.key},
        gettext("Invited by"),
        gettext("Member ID"),
        gettext("Friend"),
        gettext("Member ID"),
        gettext("Status"),
        gettext("Reason"),
        gettext("Points are given"),
        gettext("Rewarded"),
    ]
    return export_response(
        cast(Format, request_format),
        f"friends-{found.pk}",
        headings,
        _rows(found, request.GET.get("status", ""), named=sees_members(request)),
        zone=zone,
        rtl=get_language_bidi(),
    )


def _rows(found: ReferralCampaign, status: str, *, named: bool) -> Iterator[list[Any]]:
    for one in referrals_of(found, status=status).iterator(chunk_size=1000):
        yield [
            one.created_at,
            one.inviter.name if named else "",
            one.inviter.number,
            one.friend.name if named else "",
            one.friend.number,
            one.get_status_display(),
            reason_text(one),
            one.due_at,
            one.rewarded_at,
        ]


def _form_page(request: HttpRequest, found: ReferralCampaign | None) -> HttpResponseBase:
    form = CampaignForm(request.POST or None, campaign=found)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_campaign(found or ReferralCampaign(), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("loyalty:campaign", saved.pk)
    title = gettext("Edit campaign") if found else gettext("Add campaign")
    context = {"form": form, "campaign": found}
    return page(request, "loyalty/campaign_form.html", title, context, status=422 if form.errors else 200)


def _state(found: ReferralCampaign) -> str:
    """on, off, coming or over."""
    today = store_day()
    if found.ends_on < today:
        return "over"
    if not found.is_active:
        return "off"
    return "coming" if found.starts_on > today else "on"
