from typing import Any

from django.urls import path

from appointments.consumers import CallConsumer

websocket_urlpatterns: list[Any] = [
    path("ws/call/<int:pk>/", CallConsumer.as_asgi()),
]
