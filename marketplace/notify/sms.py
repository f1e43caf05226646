"""What shops do with SMS: write one to the outbox, try the gateway out, send again, hear how far it got."""

import logging
import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from marketplace.notify import domain
from marketplace.notify.enums import Channel, GatewayKind, NotificationStatus
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms_parts import count_parts
from marketplace.notify.sms_sending import ASK_AFTER, TEST_KIND, note
from marketplace.notify.transports import SMS_GATEWAYS, TransportError

logger = logging.getLogger(__name__)


def gateway_of(provider: Any) -> SmsGateway | None:
    """The shop's, switched on or off."""
    return SmsGateway.objects.filter(provider=provider).first()


def save_gateway(provider: Any, *, owner: Any, kind: str, secret: str, **fields: Any) -> SmsGateway:
    """The shop's settings as they are from now on; `fields` are the model's own. An empty `secret` keeps the
    stored one, unless that was another kind of gateway's."""
    with transaction.atomic():
        gateway = SmsGateway.objects.select_for_update().filter(provider=provider).first()
        gateway = gateway or SmsGateway(provider=provider, kind=kind)
        if secret or gateway.kind != kind:
            gateway.secret = secret
        gateway.owner, gateway.kind, gateway.time_zone = owner, kind, provider.time_zone
        for name, value in fields.items():
            setattr(gateway, name, value)
        gateway.save()
    return gateway


def notify_sms(
    provider: Any,
    address: str,
    kind: str,
    unique_key: str,
    *,
    text: str,
    recipient: Any = None,
    language: str = "",
    time_zone: str = "",
) -> bool:
    """Writes an SMS with a ready text to the outbox of `provider`'s gateway; True when one goes out (the same
    key again writes none: the one before does). False without a gateway that is switched on, without a number
    (E.164) and without a text: then nobody is told, and the caller says so."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    gateway = gateway_of(provider)
    if gateway is None or not gateway.is_on or not address or not text:
        return False
    domain.write(**_fields(gateway, address, kind, unique_key, text, recipient, language, time_zone))
    return True


def _fields(
    gateway: SmsGateway,
    address: str,
    kind: str,
    unique_key: str,
    text: str,
    recipient: Any,
    language: str,
    time_zone: str,
) -> dict[str, Any]:
    return {
        "unique_key": unique_key,
        "channel": Channel.SMS,
        "recipient": recipient,
        "address": address,
        "kind": kind,
        "language": language or settings.LANGUAGE_CODE,
        "time_zone": time_zone or settings.TIME_ZONE,
        "body": text + "\n",
        "gateway": gateway,
        "via": gateway.kind,
        "parts": count_parts(text).count,
    }


def send_test(
    gateway: SmsGateway, address: str, *, text: str, unique_key: str, language: str
) -> Notification:
    """Sends one now, as the day's limits allow, and gives its row with the gateway's answer. Whatever becomes
    of it, it is not tried again: who tries a gateway out wants to know, and gets no SMS hours later."""
    notification = Notification.objects.create(
        **_fields(gateway, address, TEST_KIND, unique_key, text, None, language, gateway.time_zone),
        status=NotificationStatus.SENDING,  # nobody else's from the start
        claimed_at=timezone.now(),
        attempts=1,
    )
    domain.attempt(notification, may_wait=False)
    notification.refresh_from_db()
    return notification


def send_again(notification: Notification) -> bool:
    """From the log. One that failed is tried anew, and the gateway asked first whether it has it; of one that
    went out, another is sent, once for each row. False when nothing was to be done."""
    if notification.status == NotificationStatus.FAILED:
        return domain.send_again(notification)
    if notification.status != NotificationStatus.SENT or notification.gateway is None:
        return False
    key = f"again:{notification.pk}"
    if Notification.objects.filter(unique_key=key).exists():
        return False
    fields = _fields(
        notification.gateway,
        notification.address,
        notification.kind,
        key,
        notification.body.strip(),
        notification.recipient,
        notification.language,
        notification.time_zone,
    )
    domain.write(**fields)
    return True


def ask_due() -> int:
    """The sweep that asks gateways how far messages got; returns how many answers it noted."""
    due = Notification.objects.filter(ask_at__lte=timezone.now()).order_by("ask_at", "pk")
    ends = time.monotonic() + domain.SWEEP_SECONDS
    noted = 0
    for pk in list(due.values_list("pk", flat=True)[: domain.SWEEP_SIZE]):
        noted += ask(pk)
        if time.monotonic() > ends:
            break
    return noted


def ask(pk: int) -> bool:
    """Asks for one that is due. Its next time is written first: two workers never ask together, and a gateway
    that does not answer is not asked for ever."""
    notification = Notification.objects.select_related("gateway").get(pk=pk)
    asked = notification.asked + 1
    claimed = Notification.objects.filter(pk=pk, ask_at=notification.ask_at, asked=notification.asked)
    next_time = timezone.now() + ASK_AFTER[asked] if asked < len(ASK_AFTER) else None
    if not claimed.update(asked=F("asked") + 1, ask_at=next_time):
        return False
    gateway = notification.gateway
    ways = SMS_GATEWAYS.get(GatewayKind(notification.via)) if notification.via else None
    if gateway is None or gateway.kind != notification.via or ways is None or ways.ask is None:
        Notification.objects.filter(pk=pk).update(ask_at=None)
        return False
    try:
        receipt = ways.ask(notification, gateway)
    except TransportError as error:
        logger.warning("SMS %s: %s", pk, error)
        return False
    if receipt is None:
        return False
    note(notification, receipt)
    has_price = notification.cost is not None and not notification.is_estimate
    notification.ask_at = None if receipt.is_final and has_price else next_time
    notification.save(
        update_fields=["reach", "answer", "cost", "cost_currency", "is_estimate", "problem", "ask_at"]
    )
    return True
