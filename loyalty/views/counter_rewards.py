"""The counter on a phone: rewards for points, and coupons that are handed in."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyalty import domain
from loyalty.domain.counter import take_in_coupon, undo_at_counter, undo_coupon
from loyalty.domain.ledger import spendable_points
from loyalty.domain.offers import SENTENCES, Shown
from loyalty.domain.redeeming import UNDO_WITHIN
from loyalty.enums import Place, RedemptionStatus
from loyalty.forms.counter import CouponForm, MemberForm
from loyalty.models import CouponUse, Member, Package, Redemption, Reward
from loyalty.queries.points import member_by_card, open_coupons_with
from loyalty.views.common import operator_of
from loyalty.views.counter import too_many_photos
from loyalty.views.counter_common import (
    COUPON,
    COUPON_SECONDS,
    CounterRequest,
    at_counter,
    counter_page,
    coupon_token,
)
from marketplace.common.errors import DomainError


@at_counter
@require_http_methods(["GET", "POST"])
def counter_redeem(request: CounterRequest) -> HttpResponse:
    """Whose points."""
    card = member_by_card(request.GET.get("card", ""))
    if request.method != "POST":
        if card is not None:
            return redirect("loyalty:counter_rewards", card.pk)
        return counter_page(request, "loyalty/counter_redeem.html", {"form": MemberForm()})
    if refusal := too_many_photos(request):
        return refusal
    form = MemberForm(request.POST, request.FILES)
    if form.is_valid():
        return redirect("loyalty:counter_rewards", form.cleaned_data["member"].pk)
    return counter_page(request, "loyalty/counter_redeem.html", {"form": form}, status=422)


@at_counter
@require_GET
def counter_rewards(request: CounterRequest, member_pk: int) -> HttpResponse:
    """What this member can have here now; the others with why not."""
    member = _member(member_pk)
    shelf = domain.shelf_for(member, branch=request.branch)
    shown = [*shelf.rewards, *shelf.packages]
    context = {
        "member": member,
        "level": member.level,
        "spendable": shelf.spendable,
        "ready": [one for one in shown if one.can_redeem],
        "others": [one for one in shown if not one.can_redeem],
    }
    return counter_page(request, "loyalty/counter_rewards.html", context)


@at_counter
@require_GET
def counter_choose(request: CounterRequest, member_pk: int, kind: str, pk: int) -> HttpResponse:
    """Each choice is one redemption of its own: the address that confirms it names it."""
    return redirect("loyalty:counter_confirm", member_pk, kind, pk, uuid.uuid4())


@at_counter
@require_http_methods(["GET", "POST"])
def counter_confirm(
    request: CounterRequest, member_pk: int, kind: str, pk: int, form_token: uuid.UUID
) -> HttpResponseBase:
    """What it costs and what stays; then it is handed out, once for each `form_token`."""
    member = _member(member_pk)
    done = Redemption.objects.filter(member=member, form_token=form_token, place_in_package=0).first()
    if done is not None:
        return redirect("loyalty:counter_redeemed", done.pk)
    offer = _offer(kind, pk)
    problem = ""
    if request.method == "POST":
        try:
            return redirect("loyalty:counter_redeemed", _hand_out(request, member, offer, form_token).pk)
        except DomainError as error:
            problem = error.sentence
    shown = _shown(request, member, offer)
    context = {
        "member": member,
        "level": member.level,
        "offer": offer,
        "shown": shown,
        "problem": problem or (shown.sentence if shown else str(SENTENCES["not_offered"])),
        "spendable": (spendable := spendable_points(member, now=timezone.now())),
        "left": spendable - offer.points,
    }
    return counter_page(request, "loyalty/counter_confirm.html", context, status=422 if problem else 200)


@at_counter
@require_GET
def counter_redeemed(request: CounterRequest, pk: int) -> HttpResponse:
    """The remaining points, and the coupon's code."""
    redemption = _own_redemption(request, pk)
    pieces = [redemption]
    if redemption.package_id is not None:
        whole = Redemption.objects.filter(member=redemption.member, form_token=redemption.form_token)
        pieces = list(whole.select_related("reward").order_by("place_in_package"))
    for piece in pieces:
        piece.token = coupon_token(piece)  # type: ignore[attr-defined]  # for its link
    context = {
        "redemption": redemption,
        "pieces": pieces,
        "member": redemption.member,
        "remaining": spendable_points(redemption.member, now=timezone.now()),
        "is_undone": redemption.status == RedemptionStatus.CANCELLED,
        "may_undo": timezone.now() - redemption.created_at <= UNDO_WITHIN,
        "minutes": int(UNDO_WITHIN.total_seconds() // 60),
    }
    return counter_page(request, "loyalty/counter_redeemed.html", context)


@at_counter
@require_POST
def undo_counter_redemption(request: CounterRequest, pk: int) -> HttpResponse:
    try:
        undo_at_counter(_own_redemption(request, pk), by=operator_of(request))
        messages.success(request, gettext("Undone: the points are back."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:counter")


@at_counter
@require_http_methods(["GET", "POST"])
def counter_coupon(request: CounterRequest) -> HttpResponse:
    """A coupon that somebody hands in, by its code."""
    if refusal := too_many_photos(request):
        return refusal
    form = CouponForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        found = list(open_coupons_with(form.cleaned_data["code"]))
        if len(found) == 1:
            return redirect("loyalty:counter_use_coupon", coupon_token(found[0]))
        for one in found:
            one.token = coupon_token(one)  # type: ignore[attr-defined]  # for its link
        if not found:
            form.add_error("code", gettext("There is no coupon with this code. Look at it again."))
        else:
            return counter_page(request, "loyalty/counter_coupon.html", {"form": form, "found": found})
    status = 422 if form.is_bound else 200
    return counter_page(request, "loyalty/counter_coupon.html", {"form": form}, status=status)


@at_counter
@require_http_methods(["GET", "POST"])
def counter_use_coupon(request: CounterRequest, token: str) -> HttpResponse:
    """Only for who has seen the code: the token comes from the page that asked for it."""
    rows = Redemption.objects.select_related("reward", "member__level", "branch")
    try:
        redemption = get_object_or_404(rows, pk=signing.loads(token, salt=COUPON, max_age=COUPON_SECONDS))
    except signing.SignatureExpired:
        messages.warning(
            request, gettext("This coupon lay open for more than an hour. Enter its code once more.")
        )
        return redirect("loyalty:counter_coupon")
    except signing.BadSignature as error:
        raise Http404 from error
    problem = ""
    if request.method == "POST":
        try:
            take_in_coupon(
                redemption,
                form_token=request.POST.get("form_token", "").replace("\0", "")[:36],
                amount=_taken_off(redemption),
                by=operator_of(request),
                branch=request.branch,
            )
            messages.success(request, gettext("The coupon is used."))
            return redirect("loyalty:counter_use_coupon", token)
        except DomainError as error:
            problem = error.sentence
    use = _own_uses(request).filter(redemption=redemption, undone_at=None).first()
    context = {
        "use": use if use and timezone.now() - use.at <= UNDO_WITHIN else None,
        "minutes": int(UNDO_WITHIN.total_seconds() // 60),
        "redemption": redemption,
        "member": redemption.member,
        "problem": problem,
        "form_token": request.POST.get("form_token") or uuid.uuid4(),
        "is_over": domain.is_over(redemption),
        "may_use": redemption.status == RedemptionStatus.OPEN and not domain.is_over(redemption),
    }
    return counter_page(request, "loyalty/counter_use_coupon.html", context, status=422 if problem else 200)


@at_counter
@require_POST
def undo_counter_coupon(request: CounterRequest, pk: int) -> HttpResponse:
    try:
        undo_coupon(get_object_or_404(_own_uses(request), pk=pk), by=operator_of(request))
        messages.success(request, gettext("Undone: the coupon can be used again."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:counter")


# --- parts ----------------------------------------------------------------------------------------------


def _taken_off(redemption: Redemption) -> Decimal | None:
    """What is known of it here: a share depends on a bill that this counter does not see."""
    return redemption.reward.discount or None


def _member(pk: int) -> Member:
    return get_object_or_404(Member.objects.current().select_related("level"), pk=pk)


def _offer(kind: str, pk: int) -> Reward | Package:
    return get_object_or_404(Package, pk=pk) if kind == "package" else get_object_or_404(Reward, pk=pk)


def _own_redemption(request: HttpRequest, pk: int) -> Redemption:
    mine = Redemption.objects.filter(by=operator_of(request), place=Place.COUNTER)
    return get_object_or_404(mine.select_related("member__level", "reward", "package", "branch"), pk=pk)


def _own_uses(request: HttpRequest) -> "QuerySet[CouponUse]":
    return CouponUse.objects.filter(by=operator_of(request)).select_related("redemption__member")


def _shown(request: CounterRequest, member: Member, offer: Reward | Package) -> Shown | None:
    shelf = domain.shelf_for(member, branch=request.branch)
    offers = shelf.packages if isinstance(offer, Package) else shelf.rewards
    return next((one for one in offers if one.offer == offer), None)


def _hand_out(
    request: CounterRequest, member: Member, offer: Reward | Package, form_token: uuid.UUID
) -> Redemption:
    how: dict[str, Any] = {
        "place": Place.COUNTER,
        "by": operator_of(request),
        "branch": request.branch,
        "form_token": form_token,
    }
    if isinstance(offer, Package):
        return domain.redeem_package(member, offer, **how)[0]
    return domain.redeem(member, offer, **how)
