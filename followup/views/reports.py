"""Reports: figures, charts, the tables behind them, and their export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Provider
from accounts.queries import own_shop_of, reader
from followup.prepared import is_left_to_worker, kept_report, make_report, usual_periods
from followup.reports import Figure, Period, Report
from followup.views.common import membership
from marketplace.common.calendars import base_language, format_date, format_month
from marketplace.common.export import export_response
from marketplace.common.fields import LocalDateField
from orders.enums import Symbol

MAX_DAYS = 3700
UNITS = [("day", _("Day")), ("week", _("Week")), ("month", _("Month"))]


class PeriodForm(forms.Form):
    since = LocalDateField(label=_("From day"))
    until = LocalDateField(label=_("To day"))
    unit = forms.ChoiceField(label=_("By"), choices=UNITS)

    def clean(self) -> None:
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if first and last and last < first:
            self.add_error("until", _("This day is before the first one. Choose a later day."))
        elif first and last and (last - first).days > MAX_DAYS:
            self.add_error("until", _("At most ten years at once. Choose a shorter period."))


@dataclass(frozen=True, slots=True)
class Table:
    """One breakdown. `rows` are figures whose label and address are filled in."""

    key: str
    title: str
    heading: str
    rows: list[tuple[str, Figure, str]]
    has_paid: bool = True
    is_money_last: bool = False


@require_safe
def reports(request: HttpRequest) -> HttpResponseBase:
    user, shop = reader(request), membership(request).provider
    zone = ZoneInfo(shop.time_zone)
    today = timezone.now().astimezone(zone).date()
    presets = _presets(today)
    data = request.GET if "since" in request.GET or "until" in request.GET else presets[1][1]
    form = PeriodForm(data)
    if not form.is_valid():
        context = {"form": form, "presets": _links(presets)}
        return render(request, "followup/reports.html", context, status=422)
    period = Period(form.cleaned_data["since"], form.cleaned_data["until"], zone)
    unit = form.cleaned_data["unit"]
    asked = (shop, period, user, unit, base_language(get_language()))
    found, as_of = kept_report(*asked) or (None, None)
    if found is None and "format" not in request.GET and is_left_to_worker(*asked):
        return _in_preparation(request, {"form": form, "presets": _links(presets, data)})
    if request.method == "HEAD":  # the page that waits asks whether it is there
        return HttpResponse()
    found = found or make_report(*asked)
    tables = _tables(found, period, unit)
    if "format" in request.GET:
        return _export(request, shop, tables)
    context = {
        "form": form,
        "presets": _links(presets, data),
        "report": found,
        "as_of": as_of,
        "tables": tables,
        "period": period,
        "currency": shop.currency,
        "leads": _lead_figures(found, period),
        "orders_url": _orders_url(period, {}),
        "chart": [
            {"label": label, "orders": figure.orders, "money": float(figure.money)}
            for label, figure, _url in tables[0].rows
        ],
        "time_zone": shop.time_zone,
        "own_shop": own_shop_of(user) == shop,
    }
    return render(request, "followup/reports.html", context)


def _in_preparation(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(status=204)
    return render(request, "followup/reports.html", context | {"in_preparation": True})


def _presets(today: date) -> list[tuple[str, dict[str, str]]]:
    words = [gettext("7 days"), gettext("30 days"), gettext("This month"), gettext("Last month")]
    periods = usual_periods(today, base_language(get_language()))
    return [
        (word, _period(*period)) for word, period in zip([*words, gettext("12 months")], periods, strict=True)
    ]


def _period(first: date, last: date, unit: str) -> dict[str, str]:
    return {"since": first.isoformat(), "until": last.isoformat(), "unit": unit}


def _links(presets: list[tuple[str, dict[str, str]]], shown: Any = None) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is the one shown)."""
    return [
        (label, f"?{urlencode(data)}", shown is not None and all(shown.get(k) == v for k, v in data.items()))
        for label, data in presets
    ]


def _tables(found: Report, period: Period, unit: str) -> list[Table]:
    return [
        Table("time", gettext("Orders over time"), str(dict(UNITS)[unit]), _over_time(found, period, unit)),
        Table("status", gettext("By state"), gettext("Status"), _rows(found.by_status, period)),
        Table("service", gettext("By service"), gettext("Service"), _rows(found.by_service, period), False),
        Table("channel", gettext("By channel"), gettext("Sales channel"), _rows(found.by_channel, period)),
        Table("agent", gettext("By agent"), gettext("Agent"), _rows(found.by_agent, period)),
    ]


def _rows(figures: list[Figure], period: Period) -> list[tuple[str, Figure, str]]:
    nobody = gettext("Nobody: ordered on the website")
    return [(figure.label or nobody, figure, _orders_url(period, figure.query)) for figure in figures]


def _over_time(found: Report, period: Period, unit: str) -> list[tuple[str, Figure, str]]:
    language = base_language(get_language())
    label = format_month if unit == "month" else format_date
    return [
        (label(figure.key, language), figure, _orders_url(period, figure.query)) for figure in found.over_time
    ]


def _orders_url(period: Period, query: dict[str, str]) -> str:
    dates = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return f"{reverse('followup:orders')}?{urlencode(dates | query)}"


def _lead_figures(found: Report, period: Period) -> list[tuple[str, int, str]]:
    """(words, number, address of the desk's list); the numbers are of the period's orders."""
    words: dict[str, str] = {symbol.value: str(symbol.label) for symbol in Symbol}
    words["overdue"] = gettext("Overdue")
    return [
        (words[key], number, _orders_url(period, {"state": str(key)}))
        for key, number in found.by_symbol.items()
    ]


def _export(request: HttpRequest, shop: Provider, tables: list[Table]) -> HttpResponseBase:
    table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
    headings = [
        table.heading,
        gettext("Orders"),
        gettext("Money"),
        *([gettext("Paid")] if table.has_paid else []),
    ]
    return export_response(
        "xlsx" if request.GET["format"] == "xlsx" else "csv",
        f"report-{table.key}",
        headings,
        _exported(table),
        zone=ZoneInfo(shop.time_zone),
        rtl=get_language_bidi(),
    )


def _exported(table: Table) -> Iterator[list[Any]]:
    for label, figure, _url in table.rows:
        first = figure.key if isinstance(figure.key, date) else label
        yield [first, figure.orders, figure.money, *([figure.paid] if table.has_paid else [])]
