"""The list and week of appointments, and the calendar files."""

import re
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import reader
from appointments import queries
from appointments.calendar_file import calendar_file
from appointments.domain import feeds
from appointments.enums import Phase
from appointments.models import Appointment, CalendarFeed
from appointments.views.common import visible_row
from marketplace.common.calendars import base_language, format_weekday

# The day on which the reader's week begins, as date.weekday() counts; Monday for the others.
_FIRST_WEEKDAY = {"fa": 5, "th": 6}
_FEED_REACHES_BACK = timedelta(days=90)
_FEED_LIMIT = 1000


@require_GET
def schedule(request: HttpRequest) -> HttpResponse:
    """All of the person's appointments: as a list by phase, or a week (`?view=week&week=2026-W47`)."""
    feed = CalendarFeed.objects.filter(user=reader(request)).first()
    address = request.build_absolute_uri(reverse("appointments:feed", args=[feed.token])) if feed else ""
    if request.GET.get("view") == "week":
        context = _week_context(request)
        return render(request, "appointments/week.html", {**context, "view": "week", "feed_url": address})
    context = _list_context(request)
    return render(request, "appointments/list.html", {**context, "view": "list", "feed_url": address})


def _list_context(request: HttpRequest) -> dict[str, Any]:
    now, show = timezone.now(), request.GET.get("show", "")
    only = Phase(show) if show in Phase.values else None
    after = request.GET.get("after", "")
    groups = queries.schedule_of(reader(request), now=now, only=only, after=after)
    return {
        "now": now,
        "only": only,
        "groups": [group for group in groups if group.rows],
        "is_first_page": not after,
    }


def _week_context(request: HttpRequest) -> dict[str, Any]:
    now, language = timezone.now(), base_language(get_language())
    today = timezone.localdate(now)
    first_day = _first_day_of_week(_monday_of(request.GET.get("week", "")) or today)
    return {
        "now": now,
        "today": today,
        "first_day": first_day,
        "last_day": first_day + timedelta(days=6),
        "days": [
            (day, format_weekday(day, language), rows)
            for day, rows in queries.week_of(reader(request), first_day=first_day, now=now)
        ],
        "my_zone": queries.named_zone(timezone.get_current_timezone_name(), now),
        "previous_week": _week_name(first_day - timedelta(days=7)),
        "next_week": _week_name(first_day + timedelta(days=7)),
        "shows_today": first_day <= today < first_day + timedelta(days=7),
    }


def _first_day_of_week(day: date) -> date:
    """The first day, by the reader's custom, of the week that holds `day`."""
    first = _FIRST_WEEKDAY.get(base_language(get_language()), 0)
    return day - timedelta(days=(day.weekday() - first) % 7)


def _week_name(first_day: date) -> str:
    """The ISO name of the Monday in the seven days from `first_day`."""
    year, week, _day = (first_day + timedelta(days=-first_day.weekday() % 7)).isocalendar()
    return f"{year}-W{week:02}"


def _monday_of(name: str) -> date | None:
    found = re.fullmatch(r"([12]\d{3})-W(\d{2})", name, re.ASCII)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


@require_POST
def renew_feed(request: HttpRequest) -> HttpResponse:
    feeds.renew_feed(reader(request))
    messages.success(request, _("Your calendar address is ready. An older one no longer works."))
    return redirect(reverse("appointments:list") + "#calendar-address")


@login_not_required
@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The appointments of whoever owns the token, for calendar programs; the token is the only key."""
    owner = get_object_or_404(
        CalendarFeed.objects.select_related("user"), token=token, user__is_active=True
    ).user
    since = timezone.now() - _FEED_REACHES_BACK
    appointments = (
        Appointment.objects.visible_to(owner)
        .filter(period__endswith__gt=since)
        .select_related("provider", "customer", "host")
        .order_by("period__startswith")[:_FEED_LIMIT]
    )
    return _calendar_response(calendar_file(appointments, reader=owner))


@require_GET
def ics(request: HttpRequest, pk: int) -> HttpResponse:
    appointment = visible_row(request, pk).appointment
    response = _calendar_response(calendar_file([appointment], reader=reader(request)))
    response.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


def _calendar_response(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
