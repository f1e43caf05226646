"""Events for the outside order system: written with their cause, sent after commit, never lost.

The receiver may get one twice (its answer may be lost), always under the same event id.
"""

import json
import logging
import secrets
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F
from django.utils import timezone

from marketplace.common.background import enqueue_on_commit
from marketplace.common.outgoing import Answer, OutgoingError, post
from orders.domain.outside.signing import sign
from orders.domain.outside.systems import agent_of, updates_address
from orders.enums import DeliveryStatus, SendProblem
from orders.models import Order, OutsideDelivery, OutsideSystem

logger = logging.getLogger(__name__)

BACKOFF = [timedelta(minutes=m) for m in (1, 5, 20, 60, 240)]  # then "failed", with "Send again"
# Longer than a call can take with its look-ups; a row still waiting then was left by a worker that died.
CLAIM_LASTS = timedelta(minutes=3)
SWEEP_SIZE = 200
SWEEP_SECONDS = 30.0
_GONE = 410


def announce(order: Order) -> None:
    """Tells the shop's outside system, if it has one that listens, of a card that has just been made."""
    system = OutsideSystem.objects.filter(provider_id=order.provider_id, is_active=True).first()
    if system is None or not system.webhook_url:
        return
    delivery = OutsideDelivery.objects.create(
        system=system,
        order=order,
        event_id=f"evt_{secrets.token_hex(16)}",
        kind="order.created",
        body=_order_created(system, order),
        due_at=timezone.now(),
    )
    enqueue_on_commit("orders.outside_send", delivery_id=delivery.pk)


def _order_created(system: OutsideSystem, order: Order) -> dict[str, Any]:
    return {
        "type": "order.created",
        "timestamp": order.created_at.isoformat(),
        "data": {
            "order": str(order.pk),
            "sale_kind": order.sale_kind,
            "customer_name": order.customer_name,
            "phone": order.phone,
            "agent": agent_of(order.created_by),
            "agent_name": order.created_by.name,
            "follows": str(order.follows_id) if order.follows_id else None,
            "follows_number": order.follows.number if order.follows else None,
            "updates_url": updates_address(system),
        },
    }


def send_delivery(pk: int) -> bool:
    """Sends one due event; True when this call delivered it. Safe to call any number of times at once.

    A filtered update claims the row first, by putting its due time behind the end of this attempt.
    """
    until = timezone.now() + CLAIM_LASTS
    claimed = OutsideDelivery.objects.filter(
        pk=pk, status=DeliveryStatus.PENDING, due_at__lte=timezone.now()
    ).update(due_at=until, attempts=F("attempts") + 1)
    if not claimed:
        return False
    delivery = OutsideDelivery.objects.select_related("system").get(pk=pk)
    changes = _attempt(delivery)
    # Only while the claim is still this one: "Send again" may have started anew meanwhile.
    OutsideDelivery.objects.filter(pk=pk, status=DeliveryStatus.PENDING, due_at=until).update(**changes)
    return bool(changes["status"] == DeliveryStatus.SENT)


def _attempt(delivery: OutsideDelivery) -> dict[str, Any]:
    """What the row becomes."""
    system = delivery.system
    if not system.is_active or not system.webhook_url:
        return _failed(None, SendProblem.DISCONNECTED)
    try:
        answer = _call(system, delivery)
    except OutgoingError as error:
        logger.warning("outside delivery %s: %s %s", delivery.pk, error.code, error)
        return _put_back(delivery, None, error.code)
    if 200 <= answer.status < 300:
        return {
            "status": DeliveryStatus.SENT,
            "sent_at": timezone.now(),
            "answer_status": answer.status,
            "answer": answer.text,
        }
    if answer.status == _GONE:  # the standard's word for "stop"; an address changed since has not said it
        OutsideSystem.objects.filter(pk=system.pk, webhook_url=system.webhook_url).update(is_active=False)
        return _failed(answer.status, answer.text)
    return _put_back(delivery, answer.status, answer.text)


def _call(system: OutsideSystem, delivery: OutsideDelivery) -> Answer:
    body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Talad",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(system.secret, event_id=delivery.event_id, timestamp=timestamp, body=body),
    }
    return post(
        system.webhook_url,
        body,
        headers,
        seconds=settings.OUTSIDE_TIMEOUT_SECONDS,
        allow_private=settings.OUTSIDE_ALLOW_PRIVATE,
    )


def _put_back(delivery: OutsideDelivery, answer_status: int | None, answer: str) -> dict[str, Any]:
    if delivery.attempts > len(BACKOFF):
        return _failed(answer_status, answer)
    due_at: datetime = timezone.now() + BACKOFF[delivery.attempts - 1]
    return {
        "status": DeliveryStatus.PENDING,
        "due_at": due_at,
        "answer_status": answer_status,
        "answer": answer,
    }


def _failed(answer_status: int | None, answer: str) -> dict[str, Any]:
    return {"status": DeliveryStatus.FAILED, "answer_status": answer_status, "answer": answer}


def send_again(delivery: OutsideDelivery) -> None:
    """From the log, whatever became of it: the same event under the same id, with all its attempts."""
    OutsideDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.PENDING, attempts=0, due_at=timezone.now(), answer_status=None, answer=""
    )
    enqueue_on_commit("orders.outside_send", delivery_id=delivery.pk)


def given_up_since(moment: datetime) -> list[tuple[str, int]]:
    """(shop's name, events that were given up since then), most first; one sent again is not among them."""
    # The last attempt put the due time behind its own end.
    failed = OutsideDelivery.objects.filter(status=DeliveryStatus.FAILED, due_at__gte=moment + CLAIM_LASTS)
    counts = failed.values_list("system__provider__name").annotate(number=Count("pk"))
    return list(counts.order_by("-number", "system__provider__name"))


def send_due() -> int:
    """The sweep: sends what is due and was not announced, oldest first; returns how many went out."""
    due = OutsideDelivery.objects.filter(status=DeliveryStatus.PENDING, due_at__lte=timezone.now())
    ends = time.monotonic() + SWEEP_SECONDS
    sent = 0
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:SWEEP_SIZE]):
        sent += send_delivery(pk)
        if time.monotonic() > ends:
            break
    return sent
