"""What an open page is told about messages: the same shape by socket and by HTTP."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from messaging.models import Attachment, Message


def message_shape(message: Message) -> dict[str, Any]:
    """{id, seq, author, author_name, kind, body, data, client_id, at (ISO, UTC), attachments: […]}.

    Reads `message.author` and `message.attachments`, so fetch them with the messages.
    """
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
