"""Kavenegar (https://kavenegar.com/rest.html): the key is part of the address, an answer has a status of its
own, and `localid` is our number for a message, by which it tells whether it has it."""

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
    call,
    refusal,
    secret_of,
    unclear,
)

CURRENCY = "IRR"
_GOOD = 200
_TEMPORARY = (402, 409, 451)  # "operation failed", "the server cannot answer", "too many calls"
_UNKNOWN = 100  # the status of a message that it does not have
_REACH = {10: Reach.DELIVERED, 6: Reach.UNDELIVERED, 11: Reach.UNDELIVERED, 13: Reach.UNDELIVERED}
_REACH[14] = Reach.UNDELIVERED  # the receiver has blocked such messages
_IRAN = "+98"


def send(notification: Notification, gateway: SmsGateway) -> Receipt:
    fields = {
        "receptor": _number(notification.address),
        "message": notification.body.strip(),
        "localid": local_id(notification),
        **({"sender": gateway.sender} if gateway.sender else {}),
    }
    answer, entries = _call(gateway, "sms/send", fields)
    entry = entries[0] if entries else None
    if entry is None or not entry.get("messageid"):
        raise unclear(gateway, answer)
    return _receipt(entry, answer)


def find(notification: Notification, gateway: SmsGateway) -> Receipt | None:
    answer, entries = _call(
        gateway, "sms/statuslocalmessageid", {"localid": local_id(notification)}, none_is_fine=True
    )
    return next((_receipt(entry, answer) for entry in entries if _is_known(entry)), None)


def ask(notification: Notification, gateway: SmsGateway) -> Receipt | None:
    answer, entries = _call(gateway, "sms/status", {"messageid": notification.reference}, none_is_fine=True)
    return next((_receipt(entry, answer) for entry in entries if _is_known(entry)), None)


def local_id(notification: Notification) -> str:
    """A number that fits into 63 bits; two stores with one account must not have the same."""
    return str(notification.message_id.int >> 66)


def _call(
    gateway: SmsGateway, action: str, fields: dict[str, str], *, none_is_fine: bool = False
) -> tuple[Answer, list[dict[str, Any]]]:
    key = quote(secret_of(gateway), safe="")
    answer = call(
        gateway,
        "POST",
        f"{settings.KAVENEGAR_URL}/v1/{key}/{action}.json",
        body=urlencode(fields).encode(),
        headers={"Content-Type": FORM},
    )
    said = as_json(answer)
    result = said.get("return") if isinstance(said, dict) else None
    status = result.get("status") if isinstance(result, dict) else None
    if not isinstance(status, int):
        raise refusal(gateway, answer) if answer.status >= 400 else unclear(gateway, answer)
    if status != _GOOD:
        raise refusal(gateway, answer, code=status, temporary=_TEMPORARY)
    entries = said.get("entries")
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        return answer, entries
    if none_is_fine and entries is None:
        return answer, []
    raise unclear(gateway, answer)


def _is_known(entry: dict[str, Any]) -> bool:
    return bool(entry.get("messageid")) and entry.get("status") != _UNKNOWN


def _receipt(entry: dict[str, Any], answer: Answer) -> Receipt:
    status = entry.get("status")
    reach = _REACH.get(status, Reach.ACCEPTED) if isinstance(status, int) else Reach.ACCEPTED
    return Receipt(
        reference=str(entry["messageid"]),
        reach=reach,
        is_final=reach != Reach.ACCEPTED,
        cost=amount(entry.get("cost")),
        currency=CURRENCY,
        answer=answer.text[:SHOWN_CHARS],
    )


def _number(phone: str) -> str:
    """As its documentation writes numbers: 09… in Iran, 00 and the country's code elsewhere."""
    return f"0{phone.removeprefix(_IRAN)}" if phone.startswith(_IRAN) else phone.replace("+", "00", 1)
