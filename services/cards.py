"""Rendered cards from the cache, per language: a card's template costs more than all the rest of it."""

from collections.abc import Sequence

from django.core.cache import cache
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from services.models import Service

KEEP_SECONDS = 600
_VERSION = 1  # raise it when the template changes


def rendered_cards(services: Sequence[Service]) -> list[SafeString]:
    """The `_card.html` of each service, in order. A changed service or shop has another key."""
    keys = {service.pk: _key(service) for service in services}
    stored: dict[str, str] = cache.get_many(list(keys.values()))
    missing = [service for service in services if keys[service.pk] not in stored]
    if missing:
        template = get_template("services/_card.html")
        fresh = {keys[service.pk]: template.render({"service": service}) for service in missing}
        cache.set_many(fresh, KEEP_SECONDS)
        stored |= fresh
    return [mark_safe(stored[keys[service.pk]]) for service in services]  # our own template's output


def _key(service: Service) -> str:
    shop = f"{service.provider.name}\n{service.provider.currency}".encode().hex()
    return f"card:{_VERSION}:{get_language()}:{service.pk}:{service.updated_at.timestamp()}:{shop}"
