"""One SMS on its way through its shop's gateway: within the day's limits, and not twice.

A gateway may have accepted a message of which we heard nothing: the connection dropped, or our worker died
before it could note it. So from the second attempt on a gateway that can tell is asked first. With one that
cannot, such an end is final: better to ask the shop than to send twice. The log says so and offers to send
again, which the gateway gets under the same number of ours (message_id).
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from marketplace.notify.enums import GatewayKind, NotificationStatus, Problem
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms_parts import count_parts
from marketplace.notify.transports import SMS_GATEWAYS, Receipt, TransportError

# What this module changes of a row beside what every channel does.
FIELDS = [
    "via",
    "parts",
    "handed_at",
    "reach",
    "ask_at",
    "cost",
    "cost_currency",
    "is_estimate",
    "problem",
    "answer",
]
TEST_KIND = "sms_test"  # goes out with the switch off, too
ASK_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720)]  # then what is known stays


def send_sms(notification: Notification) -> str:
    """Hands it to the gateway and returns the gateway's reference; fills FIELDS. Raises TransportError."""
    gateway = notification.gateway
    if gateway is None or not (gateway.is_on or notification.kind == TEST_KIND):
        raise TransportError("switched off", permanent=True, problem=Problem.SWITCHED_OFF)
    was_tried = notification.handed_at is not None
    ways = SMS_GATEWAYS[GatewayKind(gateway.kind)]
    can_tell = ways.find if was_tried and notification.via == gateway.kind else None
    if was_tried and can_tell is None and _is_open_ended(notification):
        raise _unknown("the attempt before was cut off")
    receipt = can_tell(notification, gateway) if can_tell else None
    if receipt is None:
        _reserve(notification, gateway)
        try:
            receipt = ways.send(notification, gateway)
        except TransportError as error:
            if error.may_have_arrived and ways.find is None:
                raise _unknown(str(error), answer=error.answer) from error
            raise
    note(notification, receipt)
    is_open = ways.ask is not None and not receipt.is_final
    notification.ask_at = timezone.now() + ASK_AFTER[0] if is_open else None
    return receipt.reference


def _is_open_ended(notification: Notification) -> bool:
    """Whether the last attempt ended without a word, its worker killed: one that ended otherwise has left a
    problem. The first attempt after "send again" is somebody's wish."""
    return not notification.problem and notification.attempts > 1


def _unknown(words: str, *, answer: str = "") -> TransportError:
    return TransportError(words, permanent=True, problem=Problem.UNKNOWN, answer=answer)


def note(notification: Notification, receipt: Receipt) -> None:
    """Fills the row with what the gateway said; a price that it does not say stays our estimate."""
    notification.reach = receipt.reach
    notification.answer = receipt.answer
    notification.problem = ""
    if receipt.cost is not None:
        notification.cost, notification.is_estimate = receipt.cost, False
        notification.cost_currency = receipt.currency or notification.cost_currency


def day_start(gateway: SmsGateway) -> datetime:
    zone = ZoneInfo(gateway.time_zone)
    return datetime.combine(timezone.now().astimezone(zone).date(), time.min, zone)


def sent_today(gateway: SmsGateway) -> "QuerySet[Notification]":
    """What counts for the limits: handed to the gateway today and not refused; what is unknown may cost."""
    today = Notification.objects.filter(gateway=gateway, handed_at__gte=day_start(gateway))
    return today.exclude(~Q(problem=Problem.UNKNOWN), status=NotificationStatus.FAILED)


def spent_today(gateway: SmsGateway) -> Decimal:
    """In the gateway's currency, with the estimates of what it has not priced in that one."""
    return _sum(sent_today(gateway), gateway, _part_price(gateway))


def _sum(messages: "QuerySet[Notification]", gateway: SmsGateway, price: Decimal | None) -> Decimal:
    """A cost in another currency (Twilio bills the account's, whatever the shop's is) counts as its parts at
    `price`; so does what went out while there was none."""
    told = Q(cost__isnull=False, cost_currency=gateway.currency)
    sums = messages.aggregate(priced=Sum("cost", filter=told), unpriced=Sum("parts", filter=~told))
    return (sums["priced"] or Decimal(0)) + (price or Decimal(0)) * (sums["unpriced"] or 0)


def _reserve(notification: Notification, gateway: SmsGateway) -> None:
    """Takes its place within the day's limits. The gateway's row is locked for it, so that two workers never
    share the last place; the call itself comes after the lock."""
    parts = count_parts(notification.body.strip()).count
    with transaction.atomic():
        gateway = SmsGateway.objects.select_for_update().get(pk=gateway.pk)
        price = _part_price(gateway)
        estimate = None if price is None else price * parts
        _check_limits(notification, gateway, price, estimate)
        notification.parts, notification.via = parts, gateway.kind
        notification.handed_at = timezone.now()
        notification.cost, notification.is_estimate = estimate, estimate is not None
        notification.cost_currency = gateway.currency if estimate is not None else ""
        notification.problem = ""  # of an attempt before; this one has no end yet
        reserved = ["parts", "via", "handed_at", "cost", "cost_currency", "is_estimate", "problem"]
        notification.save(update_fields=reserved)


def _check_limits(
    notification: Notification, gateway: SmsGateway, price: Decimal | None, estimate: Decimal | None
) -> None:
    others = sent_today(gateway).exclude(pk=notification.pk)
    to_same = others.filter(address=notification.address)
    if gateway.per_number is not None and to_same.count() >= gateway.per_number:
        raise TransportError("limit of the number", permanent=True, problem=Problem.NUMBER_LIMIT)
    if gateway.per_day is not None and others.count() >= gateway.per_day:
        raise TransportError("limit of the day", permanent=True, problem=Problem.DAY_LIMIT)
    if gateway.daily_cap is not None:
        spent = _sum(others, gateway, price)
        if spent >= gateway.daily_cap or spent + (estimate or 0) > gateway.daily_cap:
            raise TransportError("amount of the day", permanent=True, problem=Problem.COST_CAP)


def _part_price(gateway: SmsGateway) -> Decimal | None:
    """As the settings say, else as the last message that the gateway itself priced."""
    if gateway.part_price is not None:
        return gateway.part_price
    last = (
        Notification.objects.filter(
            gateway=gateway,
            via=gateway.kind,
            cost__isnull=False,
            is_estimate=False,
            cost_currency=gateway.currency,
            parts__gt=0,
        )
        .order_by("-pk")
        .first()
    )
    return last.cost / last.parts if last is not None and last.cost is not None else None
