"""Composition root of the socket side: every live page shares one socket, calls have their own."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  (needs the app registry)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

import appointments.routing  # noqa: E402
import messaging.routing  # noqa: E402
from marketplace.common.realtime import later_during_outage, unknown_socket  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(
            later_during_outage(
                AuthMiddlewareStack(
                    URLRouter(
                        [
                            *messaging.routing.websocket_urlpatterns,
                            *appointments.routing.websocket_urlpatterns,
                            unknown_socket,
                        ]
                    )
                )
            )
        ),
    }
)
