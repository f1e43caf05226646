"""4.2 Member Level: the levels, what they go by, and who has them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.domain.figures import members_by_level
from loyalty.domain.level_setup import delete_level, refresh_everybody
from loyalty.domain.programme import programme
from loyalty.enums import LevelCriterion, Right
from loyalty.forms.levels import LevelForm, LevelSettingsForm
from loyalty.models import Level
from loyalty.queries.steps import money_text, number_text, points_text
from loyalty.views.common import backoffice, page
from marketplace.common.errors import DomainError

TITLE = "Member Level"


@backoffice(Right.LEVELS)
@require_safe
def levels(request: HttpRequest) -> HttpResponseBase:
    return _list_page(request, LevelSettingsForm(instance=programme()))


@backoffice(Right.LEVELS)
@require_POST
def save_level_settings(request: HttpRequest) -> HttpResponseBase:
    form = LevelSettingsForm(request.POST, instance=programme())
    if not form.is_valid():
        return _list_page(request, form)
    with transaction.atomic():
        refresh_everybody()
        form.save()
    messages.success(request, gettext("Saved. Everybody's level is being worked out anew."))
    return redirect("loyalty:levels")


@backoffice(Right.LEVELS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_level(request: HttpRequest) -> HttpResponseBase:
    return _level_page(request, Level())


@backoffice(Right.LEVELS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_level(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _level_page(request, get_object_or_404(Level, pk=pk))


@backoffice(Right.LEVELS)
@require_POST
def remove_level(request: HttpRequest, pk: int) -> HttpResponseBase:
    try:
        delete_level(get_object_or_404(Level, pk=pk))
        messages.success(request, gettext("The level is gone."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:levels")


def _level_page(request: HttpRequest, level: Level) -> HttpResponseBase:
    form = LevelForm(request.POST or None, instance=level, criterion=programme().level_criterion)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            refresh_everybody()
            form.save()
        messages.success(request, gettext("Saved. Everybody's level is being worked out anew."))
        return redirect("loyalty:levels")
    title = "Edit level" if level.pk else "Add level"
    return page(request, "loyalty/level_form.html", title, {"form": form}, status=422 if form.errors else 200)


def _list_page(request: HttpRequest, form: LevelSettingsForm) -> HttpResponseBase:
    by_points = programme().level_criterion == LevelCriterion.POINTS
    counts, as_of = members_by_level()
    context = {"rows": _rows(counts, by_points=by_points), "as_of": as_of, "form": form}
    return page(request, "loyalty/levels.html", TITLE, context, status=422 if form.errors else 200)


def _rows(counts: dict[str, int], *, by_points: bool) -> list[dict[str, Any]]:
    """The highest first, with how many members have it and their share in percent."""
    total = sum(counts.values())
    said = points_text if by_points else money_text
    return [
        {
            "level": level,
            "from": said(level.threshold),
            "times": number_text(level.multiplier) if level.multiplier > 1 else "",
            "members": counts.get(str(level.pk), 0),
            "share": round(100 * counts.get(str(level.pk), 0) / total) if total else 0,
        }
        for level in Level.objects.order_by("-threshold")
    ]
