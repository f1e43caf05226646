"""The text of an alert, in its reader's language, calendar and time zone."""

import re
import zoneinfo
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from marketplace.notify.enums import Channel
from marketplace.notify.models import Notification


def render(notification: Notification) -> None:
    """Fills `subject` and `body` from the kind's templates, unless they came ready made."""
    if notification.body:
        return
    context = {
        "store_name": settings.STORE_NAME,
        "base_url": settings.BASE_URL,
        "recipient": notification.recipient,
        "is_short": notification.channel == Channel.WEB_PUSH,
        **{key: _decode(value) for key, value in notification.context.items()},
    }
    with (
        translation.override(notification.language),
        timezone.override(zoneinfo.ZoneInfo(notification.time_zone)),
    ):
        # The head of a mail is one line, whatever a title holds.
        subject = _text(f"notify/{notification.kind}.subject.txt", context)
        notification.subject = " ".join(subject.split())[:255]
        body = _text(f"notify/{notification.kind}.txt", context).strip()
    if context["is_short"]:  # a notice has room for a sentence; the page that it opens says the rest
        body = body.partition("\n")[0]
    notification.body = body + "\n"


def _text(name: str, context: dict[str, Any]) -> str:
    """Plain text: nothing in it is HTML, so nothing is escaped."""
    template = get_template(name).template  # type: ignore[attr-defined]  # Django's own engine has it
    text: str = template.render(Context(context, autoescape=False))
    return re.sub(r"\n{3,}", "\n\n", text)


def _decode(value: Any) -> Any:
    if isinstance(value, dict) and "$datetime" in value:
        return datetime.fromisoformat(value["$datetime"])
    if isinstance(value, dict) and "$decimal" in value:
        return Decimal(value["$decimal"])
    return value
