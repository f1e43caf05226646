"""Couriers, parcels on their way, and the texts that tell of them."""

from delivery.models.courier import Courier, DeliverySettings
from delivery.models.delivery import Assignment, Delivery, DeliveryEvent, HandIn
from delivery.models.texts import MessageSwitch, MessageText

__all__ = [
    "Assignment",
    "Courier",
    "Delivery",
    "DeliveryEvent",
    "DeliverySettings",
    "HandIn",
    "MessageSwitch",
    "MessageText",
]
