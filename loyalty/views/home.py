"""2.1 Dashboard: the programme in a period, against the one before."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe

from loyalty.domain.checking import last_check
from loyalty.domain.expiring_ahead import LATER
from loyalty.domain.figures import prepared_figures
from loyalty.domain.programme import programme
from loyalty.enums import Right
from loyalty.forms.home import UNITS, PeriodForm
from loyalty.models import LedgerEntry, Level, PreparedFigures
from loyalty.permissions import rights_in
from loyalty.queries.figures import Totals, outstanding, over_time, totals
from loyalty.queries.history import reason_of, with_reasons
from loyalty.views.common import backoffice, page
from loyalty.views.home_common import asked_period, bucket_label, change, download, preset_links
from marketplace.common.calendars import base_language
from marketplace.common.export import Cell
from marketplace.common.money import currency_decimals

NEWEST = 10
NEXT_MONTHS = 3
_BESIDE = ("levels", "expiring")  # tables that are as of now, whatever the period
Row = tuple[Any, str, Totals]


@backoffice(Right.DASHBOARD)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponseBase:
    data = asked_period(request)
    form = PeriodForm(data)
    context: dict[str, Any] = {"form": form, "presets": preset_links(data), "page_name": "dashboard"}
    if not form.is_valid():
        return page(request, "loyalty/dashboard.html", "Dashboard", context, status=422)
    first, last, unit = (form.cleaned_data[name] for name in ("since", "until", "unit"))
    prepared = prepared_figures()
    language = base_language(get_language())
    rows: list[Row] = [
        (day, bucket_label(day, unit), sums) for day, sums in over_time(first, last, unit, language)
    ]
    if "format" in request.GET:
        return _export(request.GET["format"], request.GET.get("table", ""), prepared, rows, unit)
    now, before = totals(first, last)
    context |= {
        "prepared": prepared,
        "now": now,
        "rows": rows,
        "unit": dict(UNITS)[unit],
        "changes": _changes(now, before),
        "chart": _chart(rows),
        "expiring": _expiring(prepared),
        **_worth(),
        "levels": _levels(prepared),
        "entries": [(entry, reason_of(entry)) for entry in _newest()],
        "check": last_check(),
        "opens_members": Right.MEMBERS in rights_in(request),
    }
    return page(request, "loyalty/dashboard.html", "Dashboard", context)


def _changes(now: Totals, before: Totals) -> dict[str, Any]:
    names = ("joined", "given", "spent", "expired", "redemptions", "invited")
    return {name: change(getattr(now, name), getattr(before, name)) for name in names}


def _worth() -> dict[str, Any]:
    """What is outstanding now, and what it is worth."""
    points, value = outstanding(), programme().point_value
    return {
        "outstanding": points,
        "liability": points * value,
        "thousand": 1000 * value,
        "currency": settings.STORE_CURRENCY,
    }


def _expiring(prepared: PreparedFigures) -> list[tuple[date | None, int, Decimal]]:
    """(last day of the month, None for later or never; points; their worth): the next months, and the others
    that have any."""
    value = programme().point_value
    months = sorted(prepared.expiring.items(), key=lambda one: one[0] or "later")
    return [
        (date.fromisoformat(day) if day != LATER else None, points, points * value)
        for number, (day, points) in enumerate(months)
        if points or number < NEXT_MONTHS
    ]


def _levels(prepared: PreparedFigures) -> list[dict[str, Any]]:
    """The highest first, with how many have it and their part of all; then those without one."""
    rows: list[dict[str, Any]] = [
        {"name": level.name, "colour": level.colour, "members": prepared.by_level.get(str(level.pk), 0)}
        for level in Level.objects.order_by("-threshold")
    ]
    if none := prepared.by_level.get("", 0):
        rows.append({"name": gettext("Without a level"), "colour": "", "members": none})
    for row in rows:
        row["part"] = row["members"] / prepared.members if prepared.members else None
    return rows


def _newest() -> Any:
    return with_reasons(LedgerEntry.objects.select_related("member")).order_by("-pk")[:NEWEST]


def _chart(rows: list[Row]) -> dict[str, Any]:
    found = [sums for _day, _label, sums in rows]
    return {
        "labels": [label for _day, label, _sums in rows],
        "series": [
            {"label": gettext("Points given"), "data": [sums.given for sums in found], "tone": "brand"},
            {"label": gettext("Points spent"), "data": [sums.spent for sums in found], "tone": "quiet"},
            {
                "label": gettext("Redemptions"),
                "data": [sums.redemptions for sums in found],
                "tone": "accent",
                "line": True,
            },
        ],
    }


def _export(
    file_format: str, table: str, prepared: PreparedFigures, rows: list[Row], unit: str
) -> HttpResponseBase:
    headings, lines = _table(table, prepared, rows, unit)
    return download(file_format, f"dashboard-{table}" if table in _BESIDE else "dashboard", headings, lines)


def _table(
    table: str, prepared: PreparedFigures, rows: list[Row], unit: str
) -> tuple[list[str], list[list[Cell]]]:
    """One of _BESIDE, or the one over time."""
    if table == "levels":
        levels = [[str(row["name"]), row["members"]] for row in _levels(prepared)]
        return [gettext("Level"), gettext("Members")], levels
    if table == "expiring":
        worth = f"{gettext('Worth')} ({settings.STORE_CURRENCY})"
        months, decimals = _expiring(prepared), currency_decimals(settings.STORE_CURRENCY)
        return [gettext("Last day"), gettext("Points"), worth], [
            [day or gettext("Later or never"), points, round(value, decimals)]
            for day, points, value in months
        ]
    headings = [
        str(dict(UNITS)[unit]),
        gettext("Members who joined"),
        gettext("Points given"),
        pgettext("points", "Taken back"),
        gettext("Points spent"),
        gettext("Points expired"),
        gettext("Redemptions"),
        gettext("Friends who joined"),
    ]
    return headings, [
        [day, s.joined, s.given, s.taken_back, s.spent, s.expired, s.redemptions, s.invited]
        for day, _label, s in rows
    ]
