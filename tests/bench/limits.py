"""What the product is measured against: a bare list view, and an echo through the channel layer."""

import json
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines

from services.models import Service

_TEMPLATE = engines["django"].from_string(
    """<!doctype html><html><head><title>Services</title></head><body><ul>
    {% for service in services %}<li><a href="/services/{{ service.pk }}/">
    <img src="{{ service.thumbnail_url }}" alt="">{{ service.title }}</a>
    {{ service.provider.name }} {{ service.price }}</li>{% endfor %}</ul></body></html>"""
)


@login_not_required
def bare_list(request: HttpRequest) -> HttpResponse:
    """24 rows of one query by a plain template."""
    services = Service.objects.filter(is_public=True).select_related("provider").order_by("-id")[:24]
    return HttpResponse(_TEMPLATE.render({"services": services}, request))


class Echo(AsyncWebsocketConsumer):
    """What comes in goes to the room's group and so to both of its sockets; nothing is stored."""

    async def connect(self) -> None:
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(f"echo.{self.room}", self.channel_name)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        event = json.loads(text_data or "{}")
        await self.channel_layer.group_send(f"echo.{self.room}", {"type": "push", "event": event})

    async def push(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message["event"]))
