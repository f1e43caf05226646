"""What a member can have for points, and what came of it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from loyalty import domain
from loyalty.domain.offers import Shown
from loyalty.domain.programme import store_day
from loyalty.enums import Place
from loyalty.models import Member, Package, Redemption
from loyalty.queries.points import member_of_account
from loyalty.queries.rewards import coupons_of, to_be_used
from loyalty.views.common import operator_of as reader
from loyalty.views.my_common import members_page, my_page
from marketplace.common.errors import DomainError

COUPONS = 100
MOST_TO_USE = 1000


@members_page
@require_GET
def my_rewards(request: HttpRequest, member: Member) -> HttpResponse:
    return my_page(request, "loyalty/my_rewards.html", member, {"shelf": domain.shelf_for(member)})


@members_page
@require_GET
def my_reward(request: HttpRequest, member: Member, kind: str, pk: int) -> HttpResponse:
    """Each time it is opened it is a redemption of its own, which the address names."""
    return redirect("loyalty:my_redeem", kind, pk, uuid.uuid4())


@members_page
@require_http_methods(["GET", "POST"])
def my_redeem(
    request: HttpRequest, member: Member, kind: str, pk: int, form_token: uuid.UUID
) -> HttpResponse:
    """What it costs and what stays; then it is redeemed, once for each `form_token`."""
    done = Redemption.objects.filter(member=member, form_token=form_token, place_in_package=0).first()
    if done is not None:
        return redirect("loyalty:my_coupon", done.pk)
    shelf = domain.shelf_for(member)
    shown = _shown(shelf, kind, pk)
    problem = ""
    if request.method == "POST":
        try:
            redemption = _redeem(member, shown, form_token)
            messages.success(request, gettext("It is yours. Show the code at the counter."))
            return redirect("loyalty:my_coupon", redemption.pk)
        except DomainError as error:
            problem = error.sentence
    context = {"shown": shown, "offer": shown.offer, "spendable": shelf.spendable, "problem": problem}
    context["left"] = shelf.spendable - shown.offer.points
    return my_page(request, "loyalty/my_redeem.html", member, context, status=422 if problem else 200)


@members_page
@require_GET
def my_coupons(request: HttpRequest, member: Member) -> HttpResponse:
    """Those to be used first."""
    good = to_be_used(member, store_day())
    usable = list(good[:MOST_TO_USE])
    past = list(coupons_of(member).exclude(pk__in=good.values("pk"))[:COUPONS])
    return my_page(request, "loyalty/my_coupons.html", member, {"usable": usable, "past": past})


@require_GET
def my_coupon(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of_account(reader(request))
    if member is None:
        raise Http404
    redemption = get_object_or_404(coupons_of(member), pk=pk)
    is_over = redemption.status == "open" and domain.is_over(redemption)
    context: dict[str, Any] = {"redemption": redemption, "is_over": is_over, "others": []}
    if redemption.package_id is not None:
        whole = coupons_of(member).filter(form_token=redemption.form_token).exclude(pk=pk)
        context["others"] = whole.order_by("place_in_package")
    return my_page(request, "loyalty/my_coupon.html", member, context)


def _shown(shelf: domain.Shelf, kind: str, pk: int) -> Shown:
    """Of what this member sees; anything else is not there."""
    offers = shelf.packages if kind == "package" else shelf.rewards
    found = next((one for one in offers if one.offer.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _redeem(member: Member, shown: Shown, form_token: uuid.UUID) -> Redemption:
    if isinstance(shown.offer, Package):
        return domain.redeem_package(member, shown.offer, place=Place.ONLINE, form_token=form_token)[0]
    return domain.redeem(member, shown.offer, place=Place.ONLINE, form_token=form_token)
