"""What several of this app's views need."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.queries import reader
from appointments import queries
from appointments.models import Appointment
from appointments.queries import Row


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
