"""Standard Webhooks signatures (standardwebhooks.com, specification 1.0), symmetric scheme "v1".

Our own twenty lines and not the `standardwebhooks` package: it answers a malformed header with an exception
of whatever kind. The example client in the tests signs with that package, so each checks the other.
"""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_KEY_BYTES = 32


class SignatureError(Exception):
    """Not signed by who holds the secret, or too long ago."""


def make_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def sign(secret: str, *, event_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`; `timestamp` in seconds since 1970, `body` as it is sent."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.digest(key, f"{event_id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(signed).decode()


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> tuple[str, datetime]:
    """The event's id and when it was sent, once it is certain who sent it; raises SignatureError.

    `headers` are looked up by their names in lower case. One right signature of several is enough.
    """
    event_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not event_id or not signatures or not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 11):
        raise SignatureError("webhook-id, webhook-timestamp or webhook-signature is missing or malformed")
    expected = sign(secret, event_id=event_id, timestamp=int(stamp), body=body).encode()
    # All are compared, each in constant time.
    if not sum(hmac.compare_digest(expected, given.encode()) for given in signatures.split()):
        raise SignatureError("the signature is wrong")
    sent_at = datetime.fromtimestamp(int(stamp), UTC)
    if abs(now - sent_at) > TOLERANCE:
        raise SignatureError("webhook-timestamp is more than five minutes away from our clock")
    return event_id, sent_at
