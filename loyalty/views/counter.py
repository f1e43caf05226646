"""The counter on a phone: the branch, the two tasks, and giving points."""

import uuid
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyalty import domain
from loyalty.domain.counter import link_phone, undo_purchase
from loyalty.domain.earning import Quote
from loyalty.domain.ledger import spendable_points
from loyalty.domain.programme import programme, store_day, store_zone
from loyalty.domain.purchases import quote_for
from loyalty.domain.redeeming import UNDO_WITHIN
from loyalty.enums import EntryKind, Place, RuleKind
from loyalty.forms.counter import AmountForm, EarnForm, LinkPhoneForm, NewMemberForm
from loyalty.models import EarningRule, Member, Purchase
from loyalty.queries.points import counter_actions, given_for, member_by_card, member_by_phone
from loyalty.queries.steps import step_sentence
from loyalty.views.common import operator_of
from loyalty.views.counter_common import (
    CHOSEN_BRANCH,
    CounterRequest,
    at_counter,
    branches_for,
    counter_page,
    counter_staff,
    coupon_token,
)
from marketplace.common.errors import DomainError
from marketplace.common.limits import may_do

# Looking for a code in a photo costs up to half a second.
PHOTOS, PHOTO_SECONDS = 60, 600


@counter_staff
@require_GET
def counter_branch(request: HttpRequest) -> HttpResponse:
    choices, is_bound = branches_for(request)
    return counter_page(request, "loyalty/counter_branch.html", {"choices": choices, "is_bound": is_bound})


@counter_staff
@require_POST
def choose_branch(request: HttpRequest, pk: int) -> HttpResponse:
    choices, _is_bound = branches_for(request)
    if pk not in [branch.pk for branch in choices]:
        raise Http404
    request.session[CHOSEN_BRANCH] = pk
    return redirect("loyalty:counter")


@at_counter
@require_GET
def counter(request: CounterRequest) -> HttpResponse:
    """The two tasks, and what this person did here today."""
    now = timezone.now()
    midnight = datetime.combine(store_day(now), time.min, tzinfo=store_zone())
    actions = counter_actions(operator_of(request), request.branch, since=midnight)
    for action in actions:
        if action.use is not None:
            action.token = coupon_token(action.use.redemption)
    choices, is_bound = branches_for(request)
    context = {
        "actions": [(one, not one.is_undone and now - one.at <= UNDO_WITHIN) for one in actions],
        "minutes": int(UNDO_WITHIN.total_seconds() // 60),
        "may_change_branch": not is_bound and len(choices) > 1,
    }
    return counter_page(request, "loyalty/counter.html", context)


@at_counter
@require_GET
def counter_card(request: CounterRequest, token: str) -> HttpResponse:
    """A member's card, opened with the phone's own camera."""
    member = member_by_card(token)
    if member is None:
        raise Http404
    context = {"member": member, "link_form": LinkPhoneForm(), **_standing(member)}
    return counter_page(request, "loyalty/counter_card.html", context)


@at_counter
@require_POST
def counter_link_phone(request: CounterRequest, pk: int) -> HttpResponse:
    """Puts the phone of the person at the counter on the card."""
    member = get_object_or_404(Member.objects.current(), pk=pk)
    form = LinkPhoneForm(request.POST)
    if form.is_valid():
        try:
            link_phone(member, form.cleaned_data["phone"], by=operator_of(request))
        except DomainError as error:
            form.add_error("phone", error.sentence)
    if not form.is_valid():
        context = {"member": member, "link_form": form, **_standing(member)}
        return counter_page(request, "loyalty/counter_card.html", context, status=422)
    messages.success(request, gettext("The phone is on the card."))
    return redirect("loyalty:counter_card", member.qr_token)


# --- giving points ------------------------------------------------------------------------------------


@at_counter
@require_http_methods(["GET", "POST"])
def counter_earn(request: CounterRequest) -> HttpResponse:
    """An amount, and whose it is."""
    if request.method != "POST":
        card = request.GET.get("card", "")
        return _earn_page(request, EarnForm(initial={"card": card}), member_by_card(card) if card else None)
    if refusal := too_many_photos(request):
        return refusal
    form = EarnForm(request.POST, request.FILES)
    if form.is_valid():
        return _to_confirm(form.cleaned_data["member"], form.cleaned_data["amount"])
    return _earn_page(request, form, form.found)


def _earn_page(
    request: CounterRequest, form: EarnForm, member: Member | None, new: NewMemberForm | None = None
) -> HttpResponse:
    context = {"form": form, "found": member, "new_form": new, "title": gettext("Earn Points")}
    if form.new_phone and not form.has_error("amount"):
        given = {"phone": form.new_phone, "amount": form.cleaned_data.get("amount")}
        context["new_form"] = NewMemberForm(initial=given, auto_id="new_%s")
    is_wrong = form.is_bound or (new is not None and new.is_bound)
    return counter_page(request, "loyalty/counter_earn.html", context, status=422 if is_wrong else 200)


@at_counter
@require_POST
def counter_new_member(request: CounterRequest) -> HttpResponse:
    """A phone that nobody has yet becomes a member, and the purchase goes on."""
    form = NewMemberForm(request.POST, auto_id="new_%s")
    if not form.is_valid():
        typed = {name: request.POST.get(name, "") for name in ("phone", "amount")}
        return _earn_page(request, EarnForm(initial=typed), None, form)
    data = form.cleaned_data
    member = member_by_phone(data["phone"])
    if member is None:
        try:
            member = domain.add_member(by=operator_of(request), phone=data["phone"], name=data["name"])
        except DomainError:  # another till was quicker
            member = get_object_or_404(Member.objects.current(), phone=data["phone"])
    return _to_confirm(member, data["amount"])


def _to_confirm(member: Member, amount: Decimal) -> HttpResponse:
    """The address names this one purchase: going back, a reload, a second press find the same one."""
    address = reverse("loyalty:counter_give", args=[member.pk, uuid.uuid4()])
    return redirect(f"{address}?{urlencode({'amount': amount})}")


@at_counter
@require_http_methods(["GET", "POST"])
def counter_give(request: CounterRequest, member_pk: int, form_token: uuid.UUID) -> HttpResponseBase:
    """Who it is, what the purchase gives and why; then it is given, once for each `form_token`."""
    member = get_object_or_404(Member.objects.current().select_related("level"), pk=member_pk)
    form = AmountForm(request.GET)
    if not form.is_valid():
        return redirect("loyalty:counter_earn")
    done = Purchase.objects.filter(reference=f"counter:{form_token}").first()
    if done is not None:
        return redirect("loyalty:counter_given", done.pk)
    amount, problem = form.cleaned_data["amount"], ""
    if request.method == "POST":
        try:
            purchase = domain.spend_at_counter(
                member,
                amount=amount,
                branch=request.branch,
                by=operator_of(request),
                form_token=str(form_token),
            )
            return redirect("loyalty:counter_given", purchase.pk)
        except DomainError as error:
            problem = error.sentence
    context = {"member": member, "amount": amount, "problem": problem, **_standing(member)}
    context |= _explained(_quoted(request, member, amount))
    return counter_page(request, "loyalty/counter_give.html", context, status=422 if problem else 200)


@at_counter
@require_GET
def counter_given(request: CounterRequest, pk: int) -> HttpResponse:
    """ให้คะแนนสำเร็จ: what was given, and what the member has now."""
    purchase = _own_purchase(request, pk)
    assert purchase.member is not None
    entries = given_for(purchase)
    given = next((entry for entry in entries if entry.kind == EntryKind.PURCHASE), None)
    context = {
        "purchase": purchase,
        "member": purchase.member,
        "given": given.points if given else 0,
        "available_at": given.available_at if given else None,
        "paid_off": -sum(entry.points for entry in entries if entry.kind == EntryKind.OWED),
        "is_undone": purchase.refunded >= purchase.amount,
        "may_undo": timezone.now() - purchase.at <= UNDO_WITHIN,
        "minutes": int(UNDO_WITHIN.total_seconds() // 60),
    }
    return counter_page(request, "loyalty/counter_given.html", context)


@at_counter
@require_POST
def undo_counter_purchase(request: CounterRequest, pk: int) -> HttpResponse:
    try:
        undo_purchase(_own_purchase(request, pk), by=operator_of(request))
        messages.success(request, gettext("Undone: the points of this purchase went back."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:counter")


# --- parts ----------------------------------------------------------------------------------------------


def too_many_photos(request: HttpRequest) -> HttpResponse | None:
    if "picture" not in request.FILES:
        return None
    if may_do("counter-photo", operator_of(request).pk, times=PHOTOS, seconds=PHOTO_SECONDS):
        return None
    return counter_page(request, "429.html", {}, status=429)


def _own_purchase(request: HttpRequest, pk: int) -> Purchase:
    mine = Purchase.objects.filter(by=operator_of(request), place=Place.COUNTER, member__isnull=False)
    return get_object_or_404(mine.select_related("member__level", "branch"), pk=pk)


def _standing(member: Member) -> dict[str, Any]:
    now = timezone.now()
    return {
        "level": domain.standing_of(member, now=now).level,
        "spendable": spendable_points(member, now=now),
    }


def _quoted(request: CounterRequest, member: Member, amount: Decimal) -> Quote:
    if not programme().is_running:
        return Quote(0, [])
    bought = Purchase(
        member=member,
        amount=amount,
        by_category={"": str(amount)},
        branch=request.branch,
        place=Place.COUNTER,
        at=timezone.now(),
    )
    return quote_for(bought, member, now=bought.at)


def _explained(found: Quote) -> dict[str, Any]:
    """The points with the sentences of what gave them; for none, why, and from which amount there are."""
    gave = [step for step in found.steps if not step.why and step.points]
    missed = [step for step in found.steps if step.why and step.kind == RuleKind.SPENDING]
    low = [step.rule for step in missed if step.why == "minimum" and step.rule]
    smallest = EarningRule.objects.filter(pk__in=low).order_by("minimum").first() if low else None
    return {
        "points": found.points,
        "steps": [(step.name, step_sentence(step.as_json()), step.points) for step in gave],
        "reasons": [] if found.points else [(step.name, step_sentence(step.as_json())) for step in missed],
        "minimum": None if found.points or smallest is None else smallest.minimum,
    }
