"""The time zones that a person may choose."""

import zoneinfo
from functools import cache

from django.conf import settings


@cache
def time_zones() -> tuple[str, ...]:
    """Names such as Asia/Bangkok, sorted; without the machine's own aliases ("localtime", "Factory")."""
    return tuple(
        sorted(
            name
            for name in zoneinfo.available_timezones()
            if name == "UTC" or ("/" in name and not name.startswith(("Etc/", "SystemV/")))
        )
    )


def known_time_zone(name: str) -> str:
    """`name` if it is one of ours, else the store's."""
    return name if name in time_zones() else settings.TIME_ZONE
