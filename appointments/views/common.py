"""What several of this app's views need."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from appointments import queries
from appointments.models import Appointment
from appointments.queries import Row

# A page's script asks for the inner part alone.
as_page_or_fragment = vary_on_headers("X-Requested-With", "HX-Request")


def wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or bool(request.headers.get("HX-Request"))


def reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


def visible_row(request: HttpRequest, pk: int) -> Row:
    """404 for strangers."""
    appointment = get_object_or_404(queries.for_rows(Appointment.objects.visible_to(request.user)), pk=pk)
    return queries.rows_for(reader(request), [appointment], now=timezone.now())[0]


def row_context(row: Row, **more: Any) -> dict[str, Any]:
    return {
        "row": row,
        "appointment": row.appointment,
        "thread_url": reverse("messaging:thread", args=[row.appointment.thread_id]),
        **more,
    }


def way_back(request: HttpRequest, default: str) -> str:
    """The form's `next`, if it stays on this site."""
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else default
