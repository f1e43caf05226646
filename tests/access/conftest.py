"""A world with one of everything, all of it belonging to `customer` and `shop`."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from appointments.domain.feeds import renew_feed
from appointments.enums import CallOutcome
from appointments.models import Call
from messaging.domain import post_message
from messaging.enums import MessageKind
from messaging.models import Attachment


@pytest.fixture
def people(
    customer: User, provider: User, agent: User, stranger: User, courier: User, operator: User
) -> dict[str, User]:
    return {
        "customer": customer,
        "provider": provider,
        "agent": agent,
        "stranger": stranger,
        "courier": courier,
        "operator": operator,
    }


@pytest.fixture
def world(
    customer: User, service: Any, thread: Any, order: Any, appointment: Any, settings: Any
) -> dict[str, Any]:
    settings.DEBUG = True
    message = post_message(thread, by=customer, body="a file", kind=MessageKind.FILE)
    attachment = Attachment(message=message, name="note.txt", content_type="text/plain", size=4)
    attachment.file.save("note.txt", ContentFile(b"note"))
    photo = default_storage.save("services/world.txt", ContentFile(b"a photo"))
    return {
        "photo": photo,
        "feed_token": renew_feed(customer).token,
        "call": Call.objects.create(
            appointment=appointment,
            started_at=timezone.now(),
            ended_at=timezone.now(),
            outcome=CallOutcome.FAILED,
        ),
        "service": service,
        "thread": thread,
        "order": order,
        "appointment": appointment,
        "attachment": attachment,
    }
