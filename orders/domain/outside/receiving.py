"""Updates from the outside order system: kept first, then done, each once.

They may come twice, at once and out of order. Whatever the order of arrival, the card ends in the same
state: the newest word on each thing that any update mentioned, the status furthest along.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from orders.domain.outside.applying import apply_update
from orders.domain.outside.updates import RefusalError, Update, raw_text, read_update
from orders.enums import UpdateOutcome
from orders.models import OutsideEvent, OutsideSystem

MAX_BYTES = 64 * 1024
MAX_EVENT_ID = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: an HTTP status and a JSON object, described in openapi.json."""

    status: int
    content: dict[str, Any]


def receive_update(system: OutsideSystem, *, event_id: str, sent_at: datetime, raw: bytes) -> Answer:
    """Of a request whose signature was right. The same event again gets the first outcome and has no
    second effect; one that was refused is judged again, since it may have been mended on either side."""
    if len(event_id) > MAX_EVENT_ID:
        return refuse(400, UpdateOutcome.MALFORMED, f"webhook-id has more than {MAX_EVENT_ID} characters.")
    OutsideEvent.objects.bulk_create(
        [
            OutsideEvent(
                system=system,
                event_id=event_id,
                sent_at=sent_at,
                body=raw_text(raw),
                outcome=UpdateOutcome.RECEIVED,
            )
        ],
        ignore_conflicts=True,
    )
    with transaction.atomic():
        event = OutsideEvent.objects.select_for_update(of=("self",)).get(system=system, event_id=event_id)
        if event.is_accepted:
            return _accepted(event)
        event.sent_at, event.body = sent_at, raw_text(raw)
        try:
            _do(event, read_update(raw, now=timezone.now()))
            answer, event.detail = _accepted(event), ""
        except RefusalError as refusal:
            event.outcome, event.detail = refusal.outcome, str(refusal)
            answer = refuse(refusal.status, refusal.outcome, str(refusal), refusal.fields)
        event.save()
    return answer


def refuse(status: int, code: str, message: str, fields: dict[str, str] | None = None) -> Answer:
    error: dict[str, Any] = {"code": str(code), "message": message}
    if fields:
        error["fields"] = fields
    return Answer(status, {"error": error})


def _do(event: OutsideEvent, update: Update) -> None:
    event.body = update.stored()
    try:
        with transaction.atomic():
            event.outcome = apply_update(event, update)
    except IntegrityError as error:  # the number went to another order in this very moment
        raise RefusalError(409, UpdateOutcome.NUMBER_TAKEN, "Another order has this order_number.") from error


def _accepted(event: OutsideEvent) -> Answer:
    content = {"event": event.event_id, "order": str(event.order_id or ""), "outcome": str(event.outcome)}
    return Answer(200, content)
