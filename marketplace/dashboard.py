"""The overview of the member system. It reads from every app, so it stands above them all."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.models import Provider, User
from accounts.queries import current_membership, email_is_verified
from appointments.enums import Phase
from appointments.queries import Row, week_of
from delivery.queries.tasks import courier_of
from followup.queries import due_count
from loyalty.enums import Right
from loyalty.permissions import rights_of
from marketplace.common.calendars import base_language, format_date
from messaging.queries import unread_total
from orders.queries.orders import customer_order_counts, order_counts, orders_per_day, recent_orders
from services.models import Service

CHART_DAYS = 30
NEXT_APPOINTMENTS = 4


@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """Numbers that are links to what they count, today first; a customer's own version without a shop. Who
    delivers for shops has tasks instead, who stands at the counter the counter, and the operator's other
    people the backoffice: there they land after logging in."""
    user = cast(User, request.user)
    membership = current_membership(request)
    if membership is None and courier_of(user) is not None:
        return redirect("delivery:tasks")
    if user.is_staff and (rights := rights_of(user)):
        if rights == {Right.COUNTER}:
            return redirect("loyalty:counter")
        if membership is None:
            return redirect("admin:index")
    context = {"unread": unread_total(user), **_appointments(user, timezone.now())}
    if membership is None:
        context |= _as_customer(user)
        return render(request, "accounts/customer_dashboard.html", context)
    context |= _of_shop(membership.provider, user)
    return render(request, "accounts/shop_dashboard.html", context)


def _appointments(user: User, now: datetime) -> dict[str, Any]:
    """Today's number, and what comes next within a week; cancelled and past ones are not next."""
    days = week_of(user, first_day=timezone.localdate(now), now=now)
    today = [row for row in days[0][1] if row.phase != Phase.CANCELLED]
    coming: dict[int, Row] = {row.appointment.pk: row for _day, rows in days for row in rows if row.is_open}
    return {"today_count": len(today), "coming": list(coming.values())[:NEXT_APPOINTMENTS]}


def _as_customer(user: User) -> dict[str, Any]:
    return {"counts": customer_order_counts(user), "orders": recent_orders(user)}


def _of_shop(provider: Provider, user: User) -> dict[str, Any]:
    per_day = orders_per_day(provider, days=CHART_DAYS, tz=ZoneInfo(provider.time_zone), seen_by=user)
    language = base_language(get_language())
    chart = [{"day": format_date(day, language), "orders": number} for day, number in per_day]
    return {
        "provider": provider,
        "counts": order_counts(provider, seen_by=user),
        "orders": recent_orders(provider, seen_by=user),
        "due": due_count(provider, seen_by=user),
        "chart": chart,
        "chart_total": sum(number for _day, number in per_day),
        "steps": _first_steps(provider, user),
    }


def _first_steps(provider: Provider, user: User) -> dict[str, bool]:
    """What a new shop has done so far; empty when nothing is left to do."""
    steps = {
        "service": Service.objects.filter(provider=provider).exists(),
        "about": bool(provider.about),
        "email": email_is_verified(user),
    }
    return {} if all(steps.values()) else steps
