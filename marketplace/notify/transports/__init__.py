"""One module for each way out. `deliver` raises TransportError and nothing else for an outside fault."""

from marketplace.notify.transports.base import Receipt, TransportError
from marketplace.notify.transports.registry import SMS_GATEWAYS, deliver

__all__ = ["SMS_GATEWAYS", "Receipt", "TransportError", "deliver"]
