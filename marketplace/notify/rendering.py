"""The text of an alert, in its reader's language, calendar and time zone."""

import zoneinfo
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from marketplace.notify.models import Notification


def render(notification: Notification) -> None:
    """Fills `subject` and `body` from the kind's templates, unless they came ready made."""
    if notification.body:
        return
    context = {
        "store_name": settings.STORE_NAME,
        "base_url": settings.BASE_URL,
        "recipient": notification.recipient,
        **{key: _decode(value) for key, value in notification.context.items()},
    }
    with (
        translation.override(notification.language),
        timezone.override(zoneinfo.ZoneInfo(notification.time_zone)),
    ):
        subject = render_to_string(f"notify/{notification.kind}.subject.txt", context)
        notification.subject = " ".join(subject.split())[:255]
        notification.body = render_to_string(f"notify/{notification.kind}.txt", context).strip() + "\n"


def _decode(value: Any) -> Any:
    if isinstance(value, dict) and "$datetime" in value:
        return datetime.fromisoformat(value["$datetime"])
    if isinstance(value, dict) and "$decimal" in value:
        return Decimal(value["$decimal"])
    return value
