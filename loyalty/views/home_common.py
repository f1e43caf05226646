"""What the three pages of Home have in common: the period, the words of a change, the export."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language, get_language_bidi, gettext
from django.views.decorators.http import require_POST

from loyalty.domain.figures import refresh_figures
from loyalty.domain.programme import store_day, store_zone
from loyalty.enums import Right
from loyalty.forms.home import presets
from loyalty.permissions import rights_in
from loyalty.views.common import backoffice
from marketplace.common.calendars import base_language, format_date, format_month, format_number
from marketplace.common.export import Cell, export_response

PAGES = {
    "dashboard": Right.DASHBOARD,
    "user_insight": Right.USER_INSIGHT,
    "activity_summary": Right.ACTIVITY_SUMMARY,
}


@dataclass(frozen=True, slots=True)
class Change:
    """Against the period before, in words; `direction` is up, down or nothing."""

    direction: str
    words: str


@backoffice()
@require_POST
def refresh(request: HttpRequest) -> HttpResponseBase:
    """Counts now instead of with the next hour; back to the page that asked."""
    asked = request.POST.get("page", "")
    if PAGES.get(asked) not in rights_in(request):
        raise Http404
    if refresh_figures():
        messages.success(request, gettext("Counted anew."))
    else:
        messages.info(request, gettext("Being counted anew. Look again in a few minutes."))
    return redirect(f"loyalty:{asked}")


def asked_period(request: HttpRequest) -> QueryDict | dict[str, str]:
    """What was asked for, else the last 30 days together with what narrows them."""
    if "since" in request.GET or "until" in request.GET:
        return request.GET
    return presets(store_day())[1][1] | request.GET.dict()


def preset_links(shown: Any, keep: dict[str, str] | None = None) -> list[tuple[str, str, bool]]:
    """(words, address, whether it is the one shown)."""
    return [
        (
            words,
            f"?{urlencode(data | (keep or {}))}",
            all(shown.get(name) == data[name] for name in ("since", "until")),
        )
        for words, data in presets(store_day())
    ]


def change(now: int, before: int) -> Change:
    if now == before:
        return Change("", gettext("as many as before"))
    language = get_language() or "en"
    if before <= 0 or now < 0:
        number = format_number(before, language)
        return Change("up" if now > before else "down", gettext("before: %(number)s") % {"number": number})
    percent = round(abs(now - before) * 100 / before)
    words = gettext("%(percent)s%% more (before: %(number)s)")
    if now < before:
        words = gettext("%(percent)s%% less (before: %(number)s)")
    parts = {"percent": format_number(percent, language), "number": format_number(before, language)}
    return Change("up" if now > before else "down", words % parts)


def bucket_label(day: date, unit: str) -> str:
    language = base_language(get_language())
    return format_month(day, language) if unit == "month" else format_date(day, language)


def download(
    file_format: str, stem: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponseBase:
    wanted: Literal["csv", "xlsx"] = "xlsx" if file_format == "xlsx" else "csv"
    return export_response(wanted, stem, headings, rows, zone=store_zone(), rtl=get_language_bidi())
