from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from marketplace.notify.enums import Channel
from marketplace.notify.models import Notification
from marketplace.notify.transports import console, smtp, webpush

SMS_GATEWAYS: dict[str, Callable[[Notification], str]] = {"console": console.send}


def deliver(notification: Notification) -> str:
    """Hands the rendered notification to its channel; returns the channel's reference, maybe empty."""
    if notification.channel == Channel.EMAIL:
        return smtp.send(notification)
    if notification.channel == Channel.WEB_PUSH:
        return webpush.send(notification)
    gateway = SMS_GATEWAYS.get(settings.SMS_GATEWAY)
    if gateway is None:
        raise ImproperlyConfigured(f"SMS_GATEWAY must be one of {', '.join(SMS_GATEWAYS)}.")
    return gateway(notification)
