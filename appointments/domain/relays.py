"""Time-limited credentials for the STUN and TURN servers of the settings."""

import base64
import hashlib
import hmac
import time
from typing import Any

from django.conf import settings

from accounts.models import User


def ice_servers(user: User) -> list[dict[str, Any]]:
    """RTCIceServer objects; TURN ones hold coturn's REST credentials, good for TURN_TTL_SECONDS."""
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS:
        servers.append({"urls": list(settings.STUN_URLS)})
    if settings.TURN_URLS:
        name = f"{int(time.time()) + settings.TURN_TTL_SECONDS}:{user.pk}"
        # SHA-1 is what coturn's --use-auth-secret speaks; as an HMAC it is not broken.
        digest = hmac.new(settings.TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
        servers.append(
            {
                "urls": list(settings.TURN_URLS),
                "username": name,
                "credential": base64.b64encode(digest).decode(),
            }
        )
    return servers
