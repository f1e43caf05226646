"""SMS for a shop that has no gateway yet: readable in the log and at /outbox/."""

import logging

from marketplace.notify.models import Notification

logger = logging.getLogger(__name__)


def send(notification: Notification) -> str:
    logger.info("SMS to %s: %s", notification.address, notification.body.strip())
    return f"console-{notification.message_id}"
