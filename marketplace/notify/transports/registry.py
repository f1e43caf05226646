from collections.abc import Callable
from typing import NamedTuple

from marketplace.notify.enums import Channel, GatewayKind
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.transports import console, generic, kavenegar, smtp, twilio, webpush
from marketplace.notify.transports.base import Receipt

Ask = Callable[[Notification, SmsGateway], Receipt | None]


class Gateway(NamedTuple):
    """`find` tells whether an earlier attempt arrived, `ask` how far a message got; None: it cannot tell."""

    send: Callable[[Notification, SmsGateway], Receipt]
    find: Ask | None = None
    ask: Ask | None = None


SMS_GATEWAYS = {
    GatewayKind.CONSOLE: Gateway(console.send),
    GatewayKind.KAVENEGAR: Gateway(kavenegar.send, kavenegar.find, kavenegar.ask),
    GatewayKind.TWILIO: Gateway(twilio.send, twilio.find, twilio.ask),
    GatewayKind.GENERIC: Gateway(generic.send),
}


def deliver(notification: Notification) -> str:
    """Hands the rendered mail or notice to its channel; returns the channel's reference, maybe empty."""
    if notification.channel == Channel.EMAIL:
        return smtp.send(notification)
    if notification.channel == Channel.WEB_PUSH:
        return webpush.send(notification)
    raise ValueError(notification.channel)  # an SMS goes through its shop's gateway
