"""An order system of the shop's own: connecting it, telling it of cards, hearing what became of them."""

from orders.domain.outside.receiving import Answer, receive_update
from orders.domain.outside.sending import announce, given_up_since, send_again, send_delivery, send_due
from orders.domain.outside.signing import SignatureError, sign, verify
from orders.domain.outside.systems import (
    PLACEHOLDERS,
    check_template,
    disconnect,
    new_secret,
    reconnect,
    save_system,
    screen_address,
    updates_address,
)

__all__ = [
    "PLACEHOLDERS",
    "Answer",
    "SignatureError",
    "announce",
    "check_template",
    "disconnect",
    "given_up_since",
    "new_secret",
    "receive_update",
    "reconnect",
    "save_system",
    "screen_address",
    "send_again",
    "send_delivery",
    "send_due",
    "sign",
    "updates_address",
    "verify",
]
