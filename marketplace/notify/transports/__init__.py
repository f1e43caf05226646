"""One module for each way out. `deliver` raises TransportError and nothing else for an outside fault."""

from marketplace.notify.transports.base import TransportError
from marketplace.notify.transports.registry import deliver

__all__ = ["TransportError", "deliver"]
