"""3.2 Reward Setup: what points buy."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.domain.programme import store_day
from loyalty.domain.reward_setup import save_reward, switch_offer
from loyalty.enums import CodeSource, Right
from loyalty.forms.rewards import FIELDS, OfferForm, RewardForm
from loyalty.models import Reward, RewardCode
from loyalty.queries.rewards import STATES, in_state, state_counts
from loyalty.views.common import backoffice, operator_of, page
from marketplace.common.errors import DomainError
from marketplace.common.uploads import drop_photo

TITLE = "Reward Setup"
CREATE = gettext_noop("Create New Reward")
PER_PAGE = 50


@backoffice(Right.REWARDS)
@require_safe
def rewards(request: HttpRequest) -> HttpResponseBase:
    context = listed(request, Reward.objects.order_by("-pk"))
    return page(request, "loyalty/rewards.html", TITLE, context)


@backoffice(Right.REWARDS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_reward(request: HttpRequest) -> HttpResponseBase:
    return _reward_form(request, Reward(), CREATE)


@backoffice(Right.REWARDS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_reward(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _reward_form(request, get_object_or_404(Reward, pk=pk), "Edit reward")


@backoffice(Right.REWARDS)
@require_POST
def switch_reward(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Off or on again, by the button that was pressed."""
    reward = get_object_or_404(Reward, pk=pk)
    switch_offer(reward, on=request.POST.get("to") == "on")
    say_switched(request, reward)
    return redirect("loyalty:rewards")


def _reward_form(request: HttpRequest, reward: Reward, title: str) -> HttpResponseBase:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RewardForm(*sent, offer=reward, user_id=operator_of(request).pk)
    if request.method == "POST" and form.is_valid():
        try:
            save_reward(Reward.objects.get(pk=reward.pk) if reward.pk else reward, **form.changes)
        except DomainError as error:
            refused(form, error)
        else:
            return _saved(request, form)
    if form.is_bound:
        form.keep_picture()
    kinds = {kind.value: list(names) for kind, names in FIELDS.items()}
    context = {"form": form, "reward": reward, "kind_fields": kinds}
    return page(request, "loyalty/reward_form.html", title, context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: RewardForm) -> HttpResponseBase:
    say_saved(request, form)
    wants_codes = form.cleaned_data["code_source"] == CodeSource.UPLOADED
    if wants_codes and not RewardCode.objects.filter(reward=form.offer.pk, redemption=None).exists():
        messages.info(request, gettext("Upload its codes now: until then nobody can redeem it."))
    return redirect("loyalty:rewards")


# --- shared with packages ---------------------------------------------------------------------------


def listed(request: HttpRequest, offers: "QuerySet[Any]", *prefetch: "Prefetch[Any] | str") -> dict[str, Any]:
    """The rows of the chosen tab, and how many are in each."""
    day = store_day()
    state = request.GET.get("state", "")
    state = state if state in STATES else STATES[0]
    rows = offers.filter(in_state(state, day)).prefetch_related(*prefetch)
    return {
        "state": state,
        "counts": state_counts(offers, day),
        "offers": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }


def say_saved(request: HttpRequest, form: OfferForm) -> None:
    drop_photo(user_id=form.user_id)
    messages.success(request, gettext("“%(name)s” is saved.") % {"name": form.cleaned_data["name"]})


def say_switched(request: HttpRequest, offer: Any) -> None:
    said = gettext("“%(name)s” is offered again.") if offer.is_active else gettext("“%(name)s” is off.")
    messages.success(request, said % {"name": offer.name})


def refused(form: OfferForm, error: DomainError) -> None:
    form.add_error("quantity" if error.code == "quantity" else None, error.sentence)
