"""Calling an SMS gateway without telling anybody its secrets.

Nothing of an error's own words is passed on, since they may hold the address, and Kavenegar's holds the key;
what the gateway answered is passed on with the secrets struck out.
"""

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, quote_plus

from django.conf import settings

from marketplace.common.outgoing import Answer, OutgoingError, request
from marketplace.notify.enums import Problem
from marketplace.notify.models import SmsGateway
from marketplace.notify.transports.base import TransportError

KEEP_CHARS = 200_000  # a list of fifty messages fits in
SHOWN_CHARS = 2_000
FORM = "application/x-www-form-urlencoded; charset=utf-8"
_FORBIDDEN = ("address", "private")


def call(
    gateway: SmsGateway,
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The gateway's answer, secrets struck out. Raises TransportError when there is none."""
    try:
        answer = request(
            method,
            url,
            body,
            {"User-Agent": "Talad", "Accept": "application/json, */*", **(headers or {})},
            seconds=settings.OUTSIDE_TIMEOUT_SECONDS,
            allow_private=settings.OUTSIDE_ALLOW_PRIVATE,
            keep_chars=KEEP_CHARS,
        )
    except OutgoingError as error:
        problem = Problem.ADDRESS if error.code in _FORBIDDEN else Problem.NO_ANSWER
        # "from None": the cause's words are not for the log.
        raise TransportError(
            f"{gateway.kind}: {error.code}",
            permanent=error.code in _FORBIDDEN,
            problem=problem,
            may_have_arrived=error.may_have_arrived,
        ) from None
    return Answer(answer.status, scrubbed(answer.text, gateway))


def secret_of(gateway: SmsGateway) -> str:
    """Raises TransportError where the gateway cannot be used without one and there is none."""
    secret = gateway.secret
    if not secret:
        raise TransportError(f"{gateway.kind}: no key", permanent=True, problem=Problem.SETUP)
    return secret


def basic(account: str, secret: str) -> str:
    return b64encode(f"{account}:{secret}".encode()).decode()


def scrubbed(text: str, gateway: SmsGateway) -> str:
    """`text` without the gateway's secret, in whatever dress a gateway may echo it."""
    secret = gateway.secret
    if not secret:
        return text
    forms = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        b64encode(secret.encode()).decode(),
        basic(gateway.account, secret),
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "•••")
    return text


def as_json(answer: Answer) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(answer.text, parse_float=Decimal)
    except ValueError:
        return None


def refusal(
    gateway: SmsGateway,
    answer: Answer,
    *,
    code: int | None = None,
    temporary: Collection[int | None] = (),
) -> TransportError:
    """For an answer that says no; `code` is the gateway's own number for it. Those in `temporary`, and what
    HTTP calls temporary, may go better later."""
    is_temporary = answer.status in (408, 425, 429) or answer.status >= 500 or code in temporary
    return TransportError(
        f"{gateway.kind}: HTTP {answer.status}" + ("" if code is None else f", code {code}"),
        permanent=not is_temporary,
        problem=Problem.REFUSED,
        answer=answer.text[:SHOWN_CHARS],
        may_have_arrived=answer.status == 504,  # a proxy gave up waiting for who got it
    )


def unclear(gateway: SmsGateway, answer: Answer) -> TransportError:
    """For an answer that makes no sense: it may have gone out."""
    return TransportError(
        f"{gateway.kind}: HTTP {answer.status}, an answer that is not in its documentation",
        permanent=False,
        problem=Problem.UNCLEAR,
        answer=answer.text[:SHOWN_CHARS],
        may_have_arrived=True,
    )


def amount(value: object) -> Decimal | None:
    """A price as gateways write it: a number or a text, sometimes with a minus; None for none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = abs(Decimal(str(value)))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number < 10**9 else None
