"""The call page, and what it asks of the server by HTTP."""

import math
import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries import reader
from appointments import queries
from appointments.domain import relays
from appointments.enums import Phase
from appointments.models import Appointment, Call
from appointments.queries import Row
from appointments.views.common import row_context
from marketplace.common.errors import DomainError
from marketplace.common.requests import as_page_or_fragment, wants_fragment
from messaging import domain as messaging
from messaging.queries import latest_messages, messages_after

_TEMPLATES = {
    Phase.UPCOMING: "appointments/call_waits.html",
    Phase.ENTERABLE: "appointments/call.html",
    Phase.PAST: "appointments/call_over.html",
    Phase.CANCELLED: "appointments/call_over.html",
}


@never_cache
@require_GET
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The door of the call: a countdown before its time, the call in it, a word after it."""
    row = _callable_row(request, pk)
    now = timezone.now()
    seconds_left = max(0, math.ceil((row.appointment.opens_at - now).total_seconds()))
    context = row_context(row, now=now, seconds_left=seconds_left)
    if row.phase == Phase.ENTERABLE:
        context["messages_so_far"] = [
            message
            for message in latest_messages(row.appointment.thread, reader(request), limit=50)
            if not message.is_hidden
        ]
    response = render(request, _TEMPLATES[row.phase], context)
    response.headers["Permissions-Policy"] = (
        "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
    )
    return response


@never_cache
@require_GET
def ice_servers(request: HttpRequest, pk: int) -> JsonResponse:
    """{"iceServers": […], "iceTransportPolicy": "all" | "relay"}, as RTCPeerConnection takes it."""
    _open_row(request, pk)
    return JsonResponse(
        {
            "iceServers": relays.ice_servers(reader(request)),
            "iceTransportPolicy": settings.ICE_TRANSPORT_POLICY,
        }
    )


@never_cache
@require_http_methods(["GET", "POST"])
def call_messages(request: HttpRequest, pk: int) -> JsonResponse:
    """What was written beside the call after `?after=seq`; a POST writes, for a page without a socket."""
    row = _open_row(request, pk)
    thread = row.appointment.thread
    if request.method == "POST":
        try:
            messaging.post_message(
                thread, by=reader(request), body=request.POST.get("body", ""), client_id=_client_id(request)
            )
        except DomainError as error:
            return JsonResponse({"error": error.sentence}, status=422)
    after = request.GET.get("after", "")
    found = messages_after(thread, reader(request), int(after) if after.isdecimal() else 0)
    return JsonResponse({"messages": [_message_shape(message) for message in found if not message.is_hidden]})


@as_page_or_fragment
@require_GET
def call_line(request: HttpRequest, pk: int) -> HttpResponse:
    """The outcome of one call, as a line in the chat; a page of its own when opened directly."""
    appointments = Appointment.objects.visible_to(reader(request))
    ended = Call.objects.filter(appointment__in=appointments).exclude(outcome="")
    found = get_object_or_404(ended.select_related("waited", "appointment"), pk=pk)
    template = "appointments/_call_line.html" if wants_fragment(request) else "appointments/call_line.html"
    return render(request, template, {"call": found, "appointment": found.appointment})


def _callable_row(request: HttpRequest, pk: int) -> Row:
    appointment = get_object_or_404(queries.for_rows(Appointment.objects.callable_by(request.user)), pk=pk)
    return queries.rows_for(reader(request), [appointment], now=timezone.now())[0]


def _open_row(request: HttpRequest, pk: int) -> Row:
    row = _callable_row(request, pk)
    if row.phase != Phase.ENTERABLE:
        raise Http404
    return row


def _client_id(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("client_id", ""))
    except ValueError:
        return uuid.uuid4()  # a form without scripts: nothing that could be a resend


def _message_shape(message: Any) -> dict[str, Any]:
    """The part of a message event that the call page shows."""
    return {
        "seq": message.seq,
        "author": message.author_id,
        "author_name": message.author.name if message.author else "",
        "kind": message.kind,
        "body": message.body,
        "client_id": str(message.client_id),
        "at": message.created_at.isoformat(),
    }
