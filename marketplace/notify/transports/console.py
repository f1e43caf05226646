"""SMS that no phone gets: readable in the shop's log, and at /outbox/ while DEBUG is on."""

from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.transports.base import Receipt


def send(notification: Notification, gateway: SmsGateway | None = None) -> Receipt:
    return Receipt(reference=f"console-{notification.message_id}", is_final=True)
