"""Notices on people's devices: encrypted for each browser (RFC 8291), signed by the store (RFC 8292), handed
to the push service that the browser named (RFC 8030)."""

import json
import time
from base64 import urlsafe_b64decode
from email.utils import parseaddr
from functools import cache
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.templatetags.static import static
from django.utils.text import Truncator
from py_vapid import Vapid, VapidException

from marketplace.common.outgoing import OutgoingError, post
from marketplace.notify.models import Notification, PushSubscription
from marketplace.notify.transports.base import TransportError

SECONDS = 10  # for one device; ten of them stay below CLAIM_LASTS
KEPT_FOR = 24 * 3600  # seconds that a push service holds a notice for a device that is off
TOKEN_LASTS = 12 * 3600  # seconds; a push service refuses more than 24 hours
BODY_LENGTH = 300  # characters; a push service takes 4096 bytes, and a character may have four


class _GoneError(Exception):
    """The browser has withdrawn its subscription."""


def send(notification: Notification) -> str:
    """Told when one device was; a device that is gone is forgotten, and with none left there is nobody to
    tell. Returns how many took it."""
    devices = PushSubscription.objects.filter(user=notification.recipient).order_by("pk")
    payload = _payload(notification)
    reached, troubles = 0, []
    for device in devices:
        try:
            _push(device, payload, topic=notification.message_id.hex)
            reached += 1
        except _GoneError:
            PushSubscription.objects.filter(pk=device.pk, endpoint=device.endpoint).delete()
        except TransportError as error:
            troubles.append(error)
    if troubles and not reached:
        permanent = all(trouble.permanent for trouble in troubles)
        raise TransportError("; ".join(map(str, troubles)), permanent=permanent)
    return f"devices: {reached}"


def _payload(notification: Notification) -> bytes:
    """What static/common/sw.js shows."""
    notice = {
        "title": notification.subject,
        "body": Truncator(notification.body.strip()).chars(BODY_LENGTH),
        "url": notification.context.get("path") or "/",
        "icon": static("brand/icon-192.png"),
        "lang": notification.language,
        "tag": notification.message_id.hex,  # a second attempt takes the first one's place
    }
    return json.dumps(notice, ensure_ascii=False).encode()


def _push(device: PushSubscription, payload: bytes, *, topic: str) -> None:
    try:
        headers = {
            "TTL": str(KEPT_FOR),
            "Urgency": "high",
            "Topic": topic,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            **_signature(device.endpoint),
        }
        body = _encrypted(device, payload)
    except (ValueError, VapidException) as error:  # keys that are none
        raise TransportError(f"{device.service}: {error}", permanent=True) from error
    try:
        answer = post(device.endpoint, body, headers, seconds=SECONDS, allow_private=settings.DEBUG)
    except OutgoingError as error:
        refused = error.code in ("address", "private")
        raise TransportError(f"{device.service}: {error.code}: {error}", permanent=refused) from error
    if answer.status in (404, 410):
        raise _GoneError
    if not 200 <= answer.status < 300:
        is_temporary = answer.status in (408, 429) or answer.status >= 500
        words = f"{device.service}: {answer.status} {answer.text}"
        raise TransportError(words, permanent=not is_temporary)


def _signature(endpoint: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + TOKEN_LASTS,
        "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
    }
    headers: dict[str, str] = _key(settings.VAPID_PRIVATE_KEY).sign(claims)
    return headers


@cache
def _key(private: str) -> Vapid:
    return Vapid.from_raw(private.encode())


def _encrypted(device: PushSubscription, payload: bytes) -> bytes:
    encrypted: bytes = http_ece.encrypt(
        payload,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_decode(device.p256dh),
        auth_secret=_decode(device.auth),
        version="aes128gcm",
    )
    return encrypted


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
