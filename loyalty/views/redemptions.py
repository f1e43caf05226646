"""Who redeemed a reward, and the codes that go out with it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi, gettext, gettext_noop, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.domain import undo_redemption
from loyalty.domain.programme import store_day, store_zone
from loyalty.domain.reward_setup import CodesAdded, add_codes, remove_free_codes
from loyalty.enums import RedemptionStatus, Right
from loyalty.forms.rewards import CodesForm
from loyalty.models import Redemption, Reward, RewardCode
from loyalty.queries.rewards import code_counts, redemptions_of
from loyalty.views.common import backoffice, operator_of, page, sees_members
from marketplace.common.calendars import base_language, format_number
from marketplace.common.errors import DomainError
from marketplace.common.export import Cell, export_response

PER_PAGE = 50
EXPORTS = ("csv", "xlsx")


@backoffice(Right.REWARDS)
@require_safe
def reward_redemptions(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Newest first, in pages by key; `?export=` takes them all along, as they are filtered."""
    reward = get_object_or_404(Reward, pk=pk)
    status = request.GET.get("status", "")
    rows = redemptions_of(reward)
    if status in RedemptionStatus.values:
        rows = rows.filter(status=status)
    if "export" in request.GET:
        return _exported(
            request,
            f"redemptions-{reward.pk}",
            REDEMPTION_HEADINGS,
            _redemption_rows(rows, named=sees_members(request)),
        )
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: PER_PAGE + 1])
    context = {
        "reward": reward,
        "status": status,
        "statuses": RedemptionStatus,
        "redemptions": shown[:PER_PAGE],
        "older": shown[PER_PAGE - 1].pk if len(shown) > PER_PAGE else None,
        "today": store_day(),
    }
    return page(request, "loyalty/redemptions.html", "Redemptions", context)


@backoffice(Right.REWARDS)
@require_POST
def undo_reward_redemption(request: HttpRequest, pk: int) -> HttpResponseBase:
    redemption = get_object_or_404(Redemption.objects.select_related("member"), pk=pk)
    try:
        undo_redemption(redemption, by=operator_of(request))
        messages.success(request, gettext("Undone: the points are back with the member."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:reward_redemptions", pk=redemption.reward_id)


@backoffice(Right.REWARDS)
@require_http_methods(["GET", "HEAD", "POST"])
def reward_codes(request: HttpRequest, pk: int) -> HttpResponseBase:
    reward = get_object_or_404(Reward, pk=pk)
    if "export" in request.GET:
        rows = reward.codes.select_related("redemption__member").order_by("pk")
        return _exported(request, f"codes-{reward.pk}", CODE_HEADINGS, _code_rows(rows))
    form = CodesForm(request.POST, request.FILES) if request.method == "POST" else CodesForm()
    if form.is_bound and form.is_valid():
        _say_added(request, add_codes(reward, form.codes))
        return redirect("loyalty:reward_codes", pk=reward.pk)
    context = {"reward": reward, "form": form, "codes": code_counts(reward)}
    return page(request, "loyalty/reward_codes.html", "Codes", context, status=422 if form.errors else 200)


@backoffice(Right.REWARDS)
@require_POST
def remove_codes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What nobody has yet."""
    reward = get_object_or_404(Reward, pk=pk)
    count = remove_free_codes(reward)
    said = ngettext("%(count)s free code is removed.", "%(count)s free codes are removed.", count)
    messages.success(request, said % {"count": _number(count)})
    return redirect("loyalty:reward_codes", pk=reward.pk)


def _say_added(request: HttpRequest, found: CodesAdded) -> None:
    said = [
        ngettext("%(count)s code added.", "%(count)s codes added.", found.added)
        % {"count": _number(found.added)}
    ]
    if found.known:
        known = ngettext("%(count)s was there already.", "%(count)s were there already.", found.known)
        said.append(known % {"count": _number(found.known)})
    if found.repeated:
        again = ngettext("%(count)s stood in it twice.", "%(count)s stood in it twice.", found.repeated)
        said.append(again % {"count": _number(found.repeated)})
    (messages.success if found.added else messages.warning)(request, " ".join(said))


def _number(count: int) -> str:
    return format_number(count, base_language(get_language()))


# --- exports ----------------------------------------------------------------------------------------

REDEMPTION_HEADINGS = (
    gettext_noop("Redeemed"),
    gettext_noop("Member ID"),
    gettext_noop("Name"),
    gettext_noop("Code"),
    gettext_noop("Points"),
    gettext_noop("Status"),
    gettext_noop("Place"),
    gettext_noop("Branch"),
    gettext_noop("By"),
    gettext_noop("Good until"),
    gettext_noop("Used"),
    gettext_noop("Used on"),
    gettext_noop("Taken off"),
)
CODE_HEADINGS = (
    gettext_noop("Code"),
    gettext_noop("State"),
    gettext_noop("Member ID"),
    gettext_noop("Redeemed"),
)


def _exported(request: HttpRequest, stem: str, headings: Any, rows: Any) -> HttpResponseBase:
    wanted = request.GET["export"]
    if wanted not in EXPORTS:
        raise Http404
    zone = store_zone()
    named = [gettext(heading) for heading in headings]
    stem = f"{stem}-{timezone.now().astimezone(zone).date().isoformat()}"
    return export_response(
        "csv" if wanted == "csv" else "xlsx", stem, named, rows, zone=zone, rtl=get_language_bidi()
    )


def _redemption_rows(rows: Any, *, named: bool) -> Iterator[list[Cell]]:
    for one in rows.iterator(chunk_size=500):
        yield [
            one.created_at,
            one.member.number,
            one.member.name if named else "",
            one.code,
            one.points,
            one.get_status_display(),
            one.get_place_display(),
            one.branch.name if one.branch else None,
            one.by.name if one.by else None,
            one.expires_on,
            one.used_at,
            one.used_on,
            one.used_amount,
        ]


def _code_rows(rows: Any) -> Iterator[list[Cell]]:
    for code in rows.iterator(chunk_size=500):
        out: RewardCode = code
        taken = out.redemption
        yield [
            out.code,
            _state_of(taken),
            taken.member.number if taken else None,
            taken.created_at if taken else None,
        ]


def _state_of(taken: Redemption | None) -> str:
    if taken is None:
        return gettext("Free")
    return gettext("Spent (undone)") if taken.cancelled_at else gettext("Redeemed")
