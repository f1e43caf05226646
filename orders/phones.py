"""How a shop's people write phones."""

from babel.core import get_global
from django.conf import settings
from phonenumbers import region_code_for_number

from accounts.models import Provider


def region_of(provider: Provider) -> str:
    """The country whose way of writing a number without country code is meant: that of the shop's own phone,
    else of its time zone, else the store's."""
    if provider.contact_phone:
        region = region_code_for_number(provider.contact_phone)
        if region:
            return str(region)
    return str(get_global("zone_territories").get(provider.time_zone) or settings.STORE_COUNTRY)
