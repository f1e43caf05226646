"""2.2 User Insight: regular, new and inactive customers, by a rule that the page shows and changes."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from loyalty.domain.figures import prepared_figures, refresh_figures
from loyalty.domain.insight import members_of_group, rule_of
from loyalty.domain.programme import programme, store_day
from loyalty.enums import CustomerGroup, Right
from loyalty.forms.home import RuleForm
from loyalty.models import Member, PreparedFigures
from loyalty.permissions import rights_in
from loyalty.views.common import backoffice, page
from loyalty.views.home_common import download
from marketplace.common.calendars import base_language, format_date
from marketplace.common.export import Cell

# The chart's colours, from the bottom up.
_TONES = {
    CustomerGroup.REGULAR: "brand",
    CustomerGroup.NEW: "accent",
    CustomerGroup.OCCASIONAL: "quiet",
    CustomerGroup.INACTIVE: "faint",
}


@backoffice(Right.USER_INSIGHT)
@require_safe
def user_insight(request: HttpRequest) -> HttpResponseBase:
    if "format" in request.GET:
        return _export(request.GET["format"], prepared_figures())
    return _insight_page(request, RuleForm(instance=programme()))


@backoffice(Right.ACCOUNT_SETUP)
@require_POST
def save_insight_rule(request: HttpRequest) -> HttpResponseBase:
    if Right.USER_INSIGHT not in rights_in(request):
        raise Http404
    form = RuleForm(request.POST, instance=programme())
    if not form.is_valid():
        return _insight_page(request, form)
    form.save()
    if refresh_figures():
        messages.success(request, gettext("Saved. The groups are counted by the new rule."))
    else:
        messages.success(request, gettext("Saved. The groups are being counted by the new rule."))
    return redirect("loyalty:user_insight")


@backoffice(Right.USER_INSIGHT)
@require_safe
def export_group(request: HttpRequest, group: str, file_format: str) -> HttpResponseBase:
    """Members with names and phones: only for who may open Member Detail, too."""
    if (
        group not in CustomerGroup.values
        or file_format not in ("csv", "xlsx")
        or Right.MEMBERS not in rights_in(request)
    ):
        raise Http404
    headings = [
        gettext("Member ID"),
        gettext("Name"),
        gettext("Phone"),
        gettext("Email"),
        gettext("Level"),
        gettext("Points"),
        gettext("Joined on"),
    ]
    members = members_of_group(CustomerGroup(group), as_of=prepared_figures().as_of)
    return download(file_format, f"{group}-{store_day():%Y-%m-%d}", headings, _members(members))


def _members(members: Any) -> Iterator[list[Cell]]:
    member: Member
    for member in members.select_related("level").iterator(chunk_size=2000):
        yield [
            member.number,
            member.name,
            str(member.phone or ""),
            member.email,
            member.level.name if member.level else "",
            member.balance,
            member.joined_at,
        ]


def _insight_page(request: HttpRequest, form: RuleForm) -> HttpResponseBase:
    prepared, settings = prepared_figures(), programme()
    rows = _rows(prepared)
    context = {
        "form": form,
        "may_change": Right.ACCOUNT_SETUP in rights_in(request),
        "may_export": Right.MEMBERS in rights_in(request),
        "rule": settings,
        "prepared": prepared,
        "is_old_rule": prepared.rule != rule_of(settings),
        "groups": _groups(prepared),
        "rows": rows,
        "headings": [group.label for group in CustomerGroup],
        "chart": _chart(rows),
        "page_name": "user_insight",
    }
    status = 422 if form.errors else 200
    return page(request, "loyalty/insight.html", "User Insight", context, status=status)


def _groups(prepared: PreparedFigures) -> list[dict[str, Any]]:
    return [
        {
            "group": group,
            "members": prepared.groups.get(group, 0),
            "part": prepared.groups.get(group, 0) / prepared.members if prepared.members else None,
        }
        for group in CustomerGroup
    ]


def _rows(prepared: PreparedFigures) -> list[tuple[date, list[int]]]:
    """(day, members of each group), oldest first: the ends of months in which there was somebody, and now."""
    days = {date.fromisoformat(day): found for day, found in prepared.months.items() if any(found.values())}
    days[store_day(prepared.as_of)] = prepared.groups
    return [(day, [days[day].get(group, 0) for group in CustomerGroup]) for day in sorted(days)]


def _chart(rows: list[tuple[date, list[int]]]) -> dict[str, Any]:
    language = base_language(get_language())
    return {
        "labels": [format_date(day, language) for day, _numbers in rows],
        "stacked": True,
        "series": [
            {
                "label": str(group.label),
                "data": [numbers[at] for _day, numbers in rows],
                "tone": _TONES[group],
            }
            for at, group in enumerate(CustomerGroup)
        ],
    }


def _export(file_format: str, prepared: PreparedFigures) -> HttpResponseBase:
    headings = [gettext("Day"), *(str(group.label) for group in CustomerGroup)]
    rows: list[list[Cell]] = [[day, *numbers] for day, numbers in _rows(prepared)]
    return download(file_format, "user-insight", headings, rows)
