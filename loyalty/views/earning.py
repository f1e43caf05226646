"""3.1 Point Earning Setup: the rules in their order, and a box to try them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.domain.earning import Facts, Quote, quote
from loyalty.domain.levels import standing_of
from loyalty.domain.programme import programme, store_day, store_zone
from loyalty.domain.purchases import has_bought, listed_rules
from loyalty.domain.rules import add_rule, move_rule
from loyalty.enums import Right
from loyalty.forms.earning import FIELDS, OF_PURCHASE, EarningRuleForm, TryForm, category_choices
from loyalty.models import EarningRule, Level
from loyalty.queries.rules import rule_rows
from loyalty.queries.steps import step_sentence
from loyalty.views.common import backoffice, page, sees_members

TITLE = "Point Earning Setup"


@backoffice(Right.POINT_EARNING)
@require_safe
def earning_rules(request: HttpRequest) -> HttpResponseBase:
    tried = TryForm(request.GET if "amount" in request.GET else None, sees_members=sees_members(request))
    context: dict[str, Any] = {
        "rows": rule_rows(store_day(), dict(category_choices())),
        "programme": programme(),
        "try_form": tried,
    }
    if tried.is_bound and tried.is_valid():
        context |= _tried(tried.cleaned_data)
    return page(request, "loyalty/earning_rules.html", TITLE, context, status=422 if tried.errors else 200)


@backoffice(Right.POINT_EARNING)
@require_http_methods(["GET", "HEAD", "POST"])
def add_earning_rule(request: HttpRequest) -> HttpResponseBase:
    form = EarningRuleForm(request.POST or None, instance=EarningRule(kind="spending", rounding="down"))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():  # without its limits it would be for everybody
            add_rule(form.save(commit=False))
            form.save_m2m()
        messages.success(request, gettext("Saved."))
        return redirect("loyalty:earning_rules")
    return _form_page(request, form)


@backoffice(Right.POINT_EARNING)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_earning_rule(request: HttpRequest, pk: int) -> HttpResponseBase:
    form = EarningRuleForm(request.POST or None, instance=get_object_or_404(EarningRule, pk=pk))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
        messages.success(request, gettext("Saved."))
        return redirect("loyalty:earning_rules")
    return _form_page(request, form)


@backoffice(Right.POINT_EARNING)
@require_POST
def move_earning_rule(request: HttpRequest, pk: int) -> HttpResponseBase:
    move_rule(get_object_or_404(EarningRule, pk=pk), up=request.POST.get("to") == "up")
    return redirect("loyalty:earning_rules")


def _form_page(request: HttpRequest, form: EarningRuleForm) -> HttpResponseBase:
    context = {
        "form": form,
        "kind_fields": {kind: list(names) for kind, names in FIELDS.items()},
        "purchase_fields": list(OF_PURCHASE),
    }
    title = "Edit rule" if form.instance.pk else "Create New Rule"
    return page(request, "loyalty/earning_rule_form.html", title, context, status=422 if form.errors else 200)


def _tried(data: dict[str, Any]) -> dict[str, Any]:
    """What the purchase would give, rule by rule."""
    member, at = data["member"], data["at"] or timezone.now()
    lowest = Level.objects.filter(threshold=0).first()
    if not programme().is_running:
        return {"quote": Quote(0, []), "steps": [], "tried_member": member, "tried_level": None}
    facts = Facts(
        amount=data["amount"],
        at=at.astimezone(store_zone()),
        by_category={data["category"]: data["amount"]},
        provider_id=data["provider"].pk if data["provider"] else None,
        branch_id=data["branch"].pk if data["branch"] else None,
        level=standing_of(member, now=at).level if member else lowest,
        birthday=member.birthday if member else None,
        is_first=member is None or not has_bought(member),
    )
    found = quote(facts, listed_rules())
    steps = [(step, step_sentence(step.as_json())) for step in found.steps]
    return {"quote": found, "steps": steps, "tried_member": member, "tried_level": facts.level}
