"""Any gateway that takes one HTTP request for each message, as the shop describes it. It cannot be asked what
became of a message: after an attempt with an unknown end it is not called again by itself (sms_sending). One
that keeps messages apart by our number gets it as {id}, the same at each attempt, and can drop a repeat."""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from marketplace.common.outgoing import Answer
from marketplace.notify.enums import BodyFormat, HttpMethod
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.transports.base import Receipt
from marketplace.notify.transports.calling import (
    FORM,
    SHOWN_CHARS,
    as_json,
    basic,
    call,
    refusal,
    secret_of,
)

PLACEHOLDERS = ("to", "text", "sender", "id", "account", "secret", "basic")
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_LINE = re.compile(r"\s*([^\s=:][^=:]*?)\s*[=:]\s?(.*)")


def send(notification: Notification, gateway: SmsGateway) -> Receipt:
    values = _values(notification, gateway)
    url = filled(gateway.address, {name: quote(value, safe="") for name, value in values.items()})
    fields = {name: filled(value, values) for name, value in lines_of(gateway.fields)}
    headers = {name: filled(value, values) for name, value in lines_of(gateway.headers)}
    body = None
    if gateway.method == HttpMethod.GET:
        joint = "&" if urlsplit(url).query else "?"
        url += f"{joint}{urlencode(fields)}" if fields else ""
    elif gateway.body_format == BodyFormat.JSON:
        body = json.dumps(nested(fields), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **headers}
    else:
        body = urlencode(fields).encode()
        headers = {"Content-Type": FORM, **headers}
    answer = call(gateway, gateway.method, url, body=body, headers=headers)
    if not 200 <= answer.status < 300:
        raise refusal(gateway, answer)
    if gateway.success_text and gateway.success_text not in answer.text:
        raise refusal(gateway, answer)
    return Receipt(reference=_reference(gateway, answer), is_final=True, answer=answer.text[:SHOWN_CHARS])


def lines_of(text: str) -> list[tuple[str, str]]:
    """(name, value) of lines like "to = {to}" or "X-Key: {secret}"; ValueError with another line."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(line.strip())
        found.append((match[1], match[2].strip()))
    return found


def unknown_placeholders(text: str) -> list[str]:
    return [found for found in _PLACEHOLDER.findall(text) if found not in PLACEHOLDERS]


def uses_secret(*texts: str) -> bool:
    return any("{secret}" in text or "{basic}" in text for text in texts)


def filled(template: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def nested(fields: dict[str, str]) -> dict[str, Any]:
    """{"message.text": "x", "numbers[]": "1"} as {"message": {"text": "x"}, "numbers": ["1"]}."""
    whole: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = whole
        for step in path:
            inner = place.setdefault(step, {})
            place = inner if isinstance(inner, dict) else place
        if last.endswith("[]"):
            place[last[:-2]] = [value]
        else:
            place[last] = value
    return whole


def _values(notification: Notification, gateway: SmsGateway) -> dict[str, str]:
    values = {
        "to": notification.address,
        "text": notification.body.strip(),
        "sender": gateway.sender,
        "id": str(notification.message_id),
        "account": gateway.account,
    }
    if uses_secret(gateway.address, gateway.fields, gateway.headers):
        secret = secret_of(gateway)
        values |= {"secret": secret, "basic": basic(gateway.account, secret)}
    return values


def _reference(gateway: SmsGateway, answer: Answer) -> str:
    """By the path into JSON, such as data.0.id; without one, what a plain answer of one line says."""
    if not gateway.reference_path:
        text = answer.text.strip()
        return text[:120] if text and len(text) <= 120 and "\n" not in text and text[0] not in "{[<" else ""
    place = as_json(answer)
    for step in gateway.reference_path.split("."):
        if isinstance(place, dict):
            place = place.get(step)
        elif isinstance(place, list) and step.isdecimal() and int(step) < len(place):
            place = place[int(step)]
        else:
            return ""
    return str(place)[:120] if isinstance(place, str | int) and not isinstance(place, bool) else ""
