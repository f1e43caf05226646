"""Twilio's Messages (https://www.twilio.com/docs/messaging/api/message-resource). It takes no number of
ours: after an attempt with an unknown end, the message is looked for by receiver, text and time."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from marketplace.common.outgoing import Answer
from marketplace.notify.enums import Reach
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.transports.base import Receipt
from marketplace.notify.transports.calling import (
    FORM,
    SHOWN_CHARS,
    amount,
    as_json,
    basic,
    call,
    refusal,
    secret_of,
    unclear,
)

_REACH = {
    "delivered": Reach.DELIVERED,
    "read": Reach.DELIVERED,
    "undelivered": Reach.UNDELIVERED,
    "failed": Reach.UNDELIVERED,
    "canceled": Reach.UNDELIVERED,
}
_PAGE = 50  # newest first; nobody gets that many within one attempt's time
_CLOCKS_DIFFER = timedelta(minutes=2)


def send(notification: Notification, gateway: SmsGateway) -> Receipt:
    fields = {"To": notification.address, "Body": notification.body.strip()}
    is_service = gateway.sender.startswith("MG")
    fields["MessagingServiceSid" if is_service else "From"] = gateway.sender
    answer, message = _call(gateway, "POST", "Messages.json", body=urlencode(fields).encode())
    return _receipt(gateway, answer, message)


def find(notification: Notification, gateway: SmsGateway) -> Receipt | None:
    query = urlencode({"To": notification.address, "PageSize": _PAGE})
    answer, page = _call(gateway, "GET", f"Messages.json?{query}")
    messages = page.get("messages")
    if not isinstance(messages, list):
        raise unclear(gateway, answer)
    for message in messages:
        if isinstance(message, dict) and _is_it(message, notification) and not _is_anothers(message, gateway):
            return _receipt(gateway, Answer(answer.status, _shown(message)), message)
    return None


def ask(notification: Notification, gateway: SmsGateway) -> Receipt | None:
    answer, message = _call(gateway, "GET", f"Messages/{quote(notification.reference, safe='')}.json")
    return _receipt(gateway, answer, message)


def _call(
    gateway: SmsGateway, method: str, path: str, *, body: bytes | None = None
) -> tuple[Answer, dict[str, Any]]:
    secret = secret_of(gateway)
    headers = {"Authorization": f"Basic {basic(gateway.account, secret)}"}
    if body is not None:
        headers["Content-Type"] = FORM
    account = quote(gateway.account, safe="")
    url = f"{settings.TWILIO_URL}/2010-04-01/Accounts/{account}/{path}"
    answer = call(gateway, method, url, body=body, headers=headers)
    said = as_json(answer)
    if not 200 <= answer.status < 300:
        code = said.get("code") if isinstance(said, dict) else None
        raise refusal(gateway, answer, code=code if isinstance(code, int) else None)
    if not isinstance(said, dict):
        raise unclear(gateway, answer)
    return answer, said


def _is_it(message: dict[str, Any], notification: Notification) -> bool:
    """The same words to the same number, made since ours was written."""
    made = _moment(message.get("date_created"))
    return (
        message.get("body") == notification.body.strip()
        and message.get("to") == notification.address
        and str(message.get("direction", "outbound")).startswith("outbound")
        and made is not None
        and made >= notification.created_at - _CLOCKS_DIFFER
    )


def _is_anothers(message: dict[str, Any], gateway: SmsGateway) -> bool:
    """Of two that say the same to the same number, each is found once."""
    return Notification.objects.filter(gateway=gateway, reference=message.get("sid") or "").exists()


def _moment(text: object) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(text))
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else None


def _receipt(gateway: SmsGateway, answer: Answer, message: dict[str, Any]) -> Receipt:
    reference = message.get("sid")
    if not isinstance(reference, str) or not reference:
        raise unclear(gateway, answer)
    reach = _REACH.get(str(message.get("status")), Reach.ACCEPTED)
    return Receipt(
        reference=reference,
        reach=reach,
        is_final=reach != Reach.ACCEPTED,
        cost=amount(message.get("price")),
        currency=str(message.get("price_unit") or "")[:3].upper(),
        answer=answer.text[:SHOWN_CHARS],
    )


def _shown(message: dict[str, Any]) -> str:
    wanted = ("sid", "status", "to", "date_created", "error_code", "error_message")
    return ", ".join(f"{name}: {message[name]}" for name in wanted if message.get(name) is not None)
