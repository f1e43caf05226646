"""`notify` writes to the outbox; `send_notification` empties it.

An alert is never sent for something that rolled back, since its row rolled back too, and never lost
because Redis or the mail server was away, since the sweep finds every row that is due.
"""

import logging
import time
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise

from marketplace.common.background import enqueue_on_commit
from marketplace.notify import push, sms_sending
from marketplace.notify.enums import Channel, NotificationStatus, Problem
from marketplace.notify.models import Notification
from marketplace.notify.rendering import render
from marketplace.notify.transports import TransportError, deliver

logger = logging.getLogger(__name__)

BACKOFF = [timedelta(minutes=m) for m in (1, 5, 20, 60, 240)]  # then "failed", with "send again"
SWEEP_SIZE = 200
# A mail server that hangs must not keep one sweep, and the worker with it, for hours: the next one goes on.
SWEEP_SECONDS = 30.0
# What somebody has to know now; these go to the person's devices too, where notices are turned on.
URGENT_KINDS = {
    "appointment_reminder",
    "call_waiting",
    "callback_requested",
    "delivery_conflict",
    "delivery_failed",
    "delivery_on_the_way",
    "follow_up_due",
    "order_placed",
    "task_assigned",
    "task_taken_back",
    "transfer_claimed",
}
# A day's limits; the shop's owner is told when one is reached.
_ALARMS = (Problem.DAY_LIMIT, Problem.COST_CAP)


def notify(
    recipient: Any,
    kind: str,
    unique_key: str,
    *,
    attachment: tuple[str, str, str] | None = None,
    **context: Any,
) -> None:
    """Tells one person of one cause, once, by mail; an SMS needs its shop's gateway: sms.notify_sms.

    `recipient` is a user; `kind` names the templates `notify/<kind>.txt` and `.subject.txt`, which
    are rendered in the recipient's language with `context` (JSON values, datetimes, Decimals).
    `unique_key` names the cause and the recipient: the same key again writes nothing. `attachment`
    is (file name, MIME type, text). A channel for which the recipient has no address is left out; one of
    URGENT_KINDS also goes to the recipient's devices, in one row for all of them.
    """
    name, mime, text = attachment or ("", "", "")
    channels = [Channel.EMAIL, *([Channel.WEB_PUSH] if kind in URGENT_KINDS else [])]
    for channel in channels:
        if address := _address(recipient, channel):
            write(
                unique_key=unique_key,
                channel=channel,
                recipient=recipient,
                address=address,
                kind=kind,
                language=recipient.language or settings.LANGUAGE_CODE,
                time_zone=recipient.time_zone or settings.TIME_ZONE,
                context={key: _encode(value) for key, value in context.items()},
                attachment_name=name,
                attachment_type=mime,
                attachment=text,
            )


def _address(recipient: Any, channel: Channel) -> str:
    """What an operator reads in the outbox; of devices only whose they are. "" for none."""
    if channel == Channel.EMAIL:
        return str(recipient.email)
    return str(recipient.username) if push.is_available() and push.devices_of(recipient).exists() else ""


def notify_address(
    address: str, kind: str, unique_key: str, *, subject: str, body: str, language: str
) -> None:
    """Mails a ready text to an address that need not belong to anybody, such as a password reset."""
    write(
        unique_key=unique_key,
        channel=Channel.EMAIL,
        address=address,
        kind=kind,
        language=language,
        time_zone=settings.TIME_ZONE,
        subject=" ".join(subject.split())[:255],
        body=body,
    )


def notify_stranger(
    address: str, kind: str, unique_key: str, *, language: str = "", time_zone: str = "", **context: Any
) -> None:
    """`notify` for an email that need not belong to anybody: the kind's templates have no `recipient`."""
    write(
        unique_key=unique_key,
        channel=Channel.EMAIL,
        address=address,
        kind=kind,
        language=language or settings.LANGUAGE_CODE,
        time_zone=time_zone or settings.TIME_ZONE,
        context={key: _encode(value) for key, value in context.items()},
    )


def write(**fields: Any) -> None:
    """Puts a row into the outbox, once for each (unique_key, channel), and starts its sending on commit."""
    # ON CONFLICT DO NOTHING: two transactions with one cause leave one row and no error.
    Notification.objects.bulk_create([Notification(**fields)], ignore_conflicts=True)
    # Whoever says the same again, as reminders do every minute, starts nothing for a row that is through.
    waiting = Notification.objects.claimable().filter(
        unique_key=fields["unique_key"], channel=fields["channel"]
    )
    for pk in waiting.values_list("pk", flat=True):
        enqueue_on_commit("notify.send", notification_id=pk)


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, str | Promise):
        return str(value).replace("\x00", "")  # PostgreSQL keeps none in JSON
    return value


def send_notification(pk: int) -> bool:
    """Sends one due row; True when this call delivered it. Safe to call any number of times at once.

    The row is claimed by a filtered update first, so two workers never send it together; a row left
    "being sent" by a worker that died is claimed again after CLAIM_LASTS with the same message id.
    """
    claimed = (
        Notification.objects.claimable()
        .filter(pk=pk)
        .update(status=NotificationStatus.SENDING, claimed_at=timezone.now(), attempts=F("attempts") + 1)
    )
    if not claimed:
        return False
    return attempt(Notification.objects.select_related("recipient", "gateway").get(pk=pk))


def attempt(notification: Notification, *, may_wait: bool = True) -> bool:
    """Sends a row that the caller has claimed; without `may_wait`, a temporary refusal is final too."""
    pk = notification.pk
    try:
        render(notification)
        if notification.channel == Channel.SMS:
            reference = sms_sending.send_sms(notification)
        else:
            reference = deliver(notification)
    except TransportError as error:
        logger.warning("notification %s: %s", pk, error)
        notification.problem, notification.answer = error.problem, error.answer
        _put_back(notification, error, permanent=error.permanent or not may_wait)
        return False
    except Exception as error:  # a broken template must not block the queue for ever
        logger.exception("notification %s", pk)
        _put_back(notification, error, permanent=not may_wait)
        return False
    notification.status = NotificationStatus.SENT
    notification.sent_at = timezone.now()
    notification.reference = reference[:120]
    notification.last_error = ""
    changed = ["status", "sent_at", "reference", "last_error", "subject", "body"]
    if notification.channel == Channel.SMS:
        changed += sms_sending.FIELDS
    notification.save(update_fields=changed)
    return True


def _put_back(notification: Notification, error: Exception, *, permanent: bool) -> None:
    changes: dict[str, Any] = {
        "last_error": f"{type(error).__name__}: {error}".replace("\x00", "")[:2000],
        "subject": notification.subject,
        "body": notification.body,
        "problem": notification.problem,
        "answer": notification.answer,
    }
    if permanent or notification.attempts > len(BACKOFF):
        changes["status"] = NotificationStatus.FAILED
    else:
        changes["status"] = NotificationStatus.PENDING
        changes["due_at"] = timezone.now() + BACKOFF[notification.attempts - 1]
    # Only while the claim is still this one: whoever took the row over after CLAIM_LASTS may have sent it.
    Notification.objects.filter(
        pk=notification.pk, status=NotificationStatus.SENDING, claimed_at=notification.claimed_at
    ).update(**changes)
    if notification.problem in _ALARMS:
        _alarm(notification)


def _alarm(notification: Notification) -> None:
    """Once for each limit and day."""
    gateway = notification.gateway
    if gateway is None:
        return
    day = sms_sending.day_start(gateway).date()
    notify(
        gateway.owner,
        "sms_limit_reached",
        f"sms:{gateway.pk}:{notification.problem}:{day}",
        is_cost=notification.problem == Problem.COST_CAP,
        per_day=gateway.per_day,
        amount=gateway.daily_cap,
        currency=gateway.currency,
        path="/settings/sms/",
    )


def send_again(notification: Notification) -> bool:
    """An operator's "send again" for a row that ended in failed; nothing happens to any other."""
    changed = Notification.objects.filter(pk=notification.pk, status=NotificationStatus.FAILED).update(
        status=NotificationStatus.PENDING,
        attempts=0,
        due_at=timezone.now(),
        last_error="",
    )
    if changed:
        enqueue_on_commit("notify.send", notification_id=notification.pk)
    return bool(changed)


def send_due() -> int:
    """The sweep: sends what is due and was not announced, oldest first; returns how many went out."""
    due = Notification.objects.claimable().order_by("due_at", "pk").values_list("pk", flat=True)[:SWEEP_SIZE]
    ends = time.monotonic() + SWEEP_SECONDS
    sent = 0
    for pk in list(due):
        sent += send_notification(pk)
        if time.monotonic() > ends:
            break
    return sent
