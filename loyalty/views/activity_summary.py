"""2.3 Activity Summary: what members did, by day, activity and place."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from loyalty.domain.figures import prepared_figures
from loyalty.enums import Activity, Place, Right
from loyalty.forms.home import UNITS, SummaryForm
from loyalty.queries.figures import FIELDS, Sums, Where, by_activity, by_place, by_time, finest
from loyalty.views.common import backoffice, page
from loyalty.views.home_common import asked_period, bucket_label, download, preset_links
from marketplace.common.calendars import base_language
from marketplace.common.export import Cell


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are (what an export has in its first cell, words, sums)."""

    key: str
    title: str
    heading: str
    rows: list[tuple[date | str, str, Sums]]

    @property
    def total(self) -> Sums:
        total = Sums()
        for _key, _label, sums in self.rows:
            total.add({name: getattr(sums, name) for name in FIELDS})
        return total


@backoffice(Right.ACTIVITY_SUMMARY)
@require_safe
def activity_summary(request: HttpRequest) -> HttpResponseBase:
    data = asked_period(request)
    form = SummaryForm(data)
    narrowed = {name: data.get(name, "") for name in ("activity", "where") if data.get(name)}
    context: dict[str, Any] = {
        "form": form,
        "presets": preset_links(data, narrowed),
        "page_name": "activity_summary",
    }
    if not form.is_valid():
        return page(request, "loyalty/summary.html", "Activity Summary", context, status=422)
    prepared = prepared_figures()
    if request.GET.get("table") == "all" and "format" in request.GET:
        return download(request.GET["format"], "activity-all", _all_headings(), _all_rows(form.cleaned_data))
    tables = _tables(form.cleaned_data)
    if "format" in request.GET:
        return _export(request, tables)
    context |= {
        "prepared": prepared,
        "tables": tables,
        "total": tables[0].total,
        "chart": _chart(tables[0]),
    }
    return page(request, "loyalty/summary.html", "Activity Summary", context)


def _tables(wanted: dict[str, Any]) -> list[Table]:
    first, last, unit = wanted["since"], wanted["until"], wanted["unit"]
    narrowed = {"activity": wanted["activity"], "where": Where.of(wanted["where"])}
    language = base_language(get_language())
    times = [
        (day, bucket_label(day, unit), sums) for day, sums in by_time(first, last, unit, language, **narrowed)
    ]
    activities = [
        (str(activity.label), str(activity.label), sums)
        for activity, sums in by_activity(first, last, **narrowed)
    ]
    places = [
        (_place(place, branch), _place(place, branch), sums)
        for place, branch, sums in by_place(first, last, **narrowed)
    ]
    return [
        Table("time", gettext("Over time"), str(dict(UNITS)[unit]), list(times)),
        Table("activity", gettext("By activity"), gettext("Activity"), list(activities)),
        Table("place", gettext("By branch and place"), gettext("Branch or place"), list(places)),
    ]


def _place(place: str, branch: str | None) -> str:
    return branch or str(Place(place).label)


def _chart(table: Table) -> dict[str, Any]:
    rows = [sums for _key, _label, sums in table.rows]
    return {
        "labels": [label for _key, label, _sums in table.rows],
        "series": [
            {"label": gettext("Points given"), "data": [sums.points_in for sums in rows], "tone": "brand"},
            {"label": gettext("Points taken"), "data": [sums.points_out for sums in rows], "tone": "quiet"},
            {
                "label": gettext("Entries"),
                "data": [sums.entries for sums in rows],
                "tone": "accent",
                "line": True,
            },
        ],
    }


def _sum_headings() -> list[str]:
    return [
        gettext("Entries"),
        gettext("Members"),
        gettext("Points given"),
        gettext("Points taken"),
        gettext("Redemptions"),
    ]


def _export(request: HttpRequest, tables: list[Table]) -> HttpResponseBase:
    table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
    rows = ([key, *(getattr(sums, name) for name in FIELDS)] for key, _label, sums in table.rows)
    headings = [table.heading, *_sum_headings()]
    return download(request.GET["format"], f"activity-{table.key}", headings, rows)


def _all_headings() -> list[str]:
    return [gettext("Day"), gettext("Activity"), gettext("Branch or place"), *_sum_headings()]


def _all_rows(wanted: dict[str, Any]) -> Iterator[list[Cell]]:
    for figure in finest(
        wanted["since"],
        wanted["until"],
        activity=wanted["activity"],
        where=Where.of(wanted["where"]),
    ):
        yield [
            figure.day,
            str(Activity(figure.kind).label),
            _place(figure.place, figure.branch.name if figure.branch else None),
            *(getattr(figure, name) for name in FIELDS),
        ]
