"""Where a shop's outside order system talks to us. No log-in: the signature says who it is."""

import uuid
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from orders.domain.outside import SignatureError, receive_update, verify
from orders.domain.outside.receiving import MAX_BYTES, Answer, refuse
from orders.models import OutsideSystem

_OPENAPI = Path(__file__).resolve().parent.parent / "openapi.json"


@csrf_exempt
@login_not_required
@require_POST
def outside_updates(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """An update of one card: the signature first, then the inbox, then the work."""
    system = OutsideSystem.objects.filter(token=token, is_active=True).first()
    if system is None:
        return _json(refuse(404, "unknown_address", "There is no order system at this address."))
    if int(request.headers.get("content-length") or 0) > MAX_BYTES or len(request.body) > MAX_BYTES:
        return _json(refuse(413, "too_large", f"The body has more than {MAX_BYTES} bytes."))
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        event_id, sent_at = verify(system.secret, headers, request.body, now=timezone.now())
    except SignatureError as error:
        return _json(refuse(401, "signature", f"{error}."))
    return _json(receive_update(system, event_id=event_id, sent_at=sent_at, raw=request.body))


@login_not_required
@require_GET
def outside_openapi(request: HttpRequest) -> HttpResponse:
    """The description of both directions, for who writes the other side."""
    return HttpResponse(_description(), content_type="application/json")


@cache
def _description() -> bytes:
    return _OPENAPI.read_bytes()


def _json(answer: Answer) -> JsonResponse:
    return JsonResponse(answer.content, status=answer.status)
