"""What an open page is told about messages: the same shape by socket and by HTTP."""

from collections.abc import Container, Iterable
from typing import Any

from django.urls import reverse

from marketplace.common.realtime import Event
from messaging.models import Attachment, Message


def private_to(only_for_id: int, customer_id: int, provider_id: int) -> dict[str, int]:
    """Goes into an event as "private": of the shop's people only these two kinds may hear it."""
    return {"only_for": only_for_id, "customer": customer_id, "provider": provider_id}


def as_heard_by(event: Event, user_id: int, owned: Container[int]) -> Event | None:
    """`event` as this person's pages may hear it; `owned` are the ids of the person's own shops.

    Of a private message a colleague hears only that the number is taken, of its later changes nothing.
    """
    private = event.get("private")
    if private is None:
        return event
    if user_id in (private["only_for"], private["customer"]) or private["provider"] in owned:
        return {key: value for key, value in event.items() if key != "private"}
    if event["type"] != "message":
        return None
    return {"type": "message", "thread": event["thread"], "message": hidden_shape(event["message"]["seq"])}


def hidden_shape(seq: int) -> dict[str, Any]:
    return {"seq": seq, "kind": "hidden"}


def message_shape(message: Message) -> dict[str, Any]:
    """{id, seq, author, author_name, kind, body, data, client_id, at (ISO, UTC), attachments: […]}.

    {seq, kind: "hidden"} for one that queries.hide_private marked. Reads `message.author` and
    `message.attachments`, so fetch them with the messages.
    """
    if message.is_hidden:
        return hidden_shape(message.seq)
    return {
        "id": message.pk,
        "seq": message.seq,
        "author": message.author_id,
        "author_name": message.author.name if message.author else "",
        "kind": message.kind,
        "body": message.body,
        "data": message.data,
        "client_id": str(message.client_id),
        "at": message.created_at.isoformat(),
        "attachments": attachment_shapes(message.attachments.all()),
    }


def attachment_shapes(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    """[{id, url, name, size (bytes), image, width, height (pixels or null)}]."""
    return [
        {
            "id": attachment.pk,
            "url": reverse("messaging:attachment", args=[attachment.pk]),
            "name": attachment.name,
            "size": attachment.size,
            "image": attachment.is_image,
            "width": attachment.width,
            "height": attachment.height,
        }
        for attachment in attachments
    ]
