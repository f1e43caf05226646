"""Couriers and what a shop lets them see."""

from accounts.models import Provider
from delivery.models import DeliverySettings


def settings_of(provider: Provider) -> DeliverySettings:
    """The stored ones, or the first values, not stored."""
    return DeliverySettings.objects.filter(provider=provider).first() or DeliverySettings(provider=provider)
