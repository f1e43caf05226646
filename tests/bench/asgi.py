from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path

import marketplace.asgi  # noqa: F401  (sets Django up)
from marketplace.asgi import application as product
from tests.bench.limits import Echo

application = ProtocolTypeRouter(
    {
        "http": product,
        "websocket": URLRouter(
            [path("bench/echo/<int:room>/", AuthMiddlewareStack(Echo.as_asgi())), re_path(r"", product)]
        ),
    }
)
