"""Listing services."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import owner_of
from marketplace.common.errors import DomainError
from marketplace.common.page_cache import forget_pages_on_commit
from marketplace.common.text import fold, search_chunks, search_lexemes
from marketplace.notify.domain import notify
from services.models import SearchWord, Service


def save_service(service: Service) -> Service:
    """Stores a new or changed service with its search columns; it is on the site at once."""
    with transaction.atomic():
        service.is_public = service.is_listed and not service.unlisted_reason
        service.search_text = fold(f"{service.title} {service.provider.name} {service.category.name_en}")
        service.save()
        _index_words(service)
        forget_pages_on_commit()
    return service


def add_service(provider: Provider, **fields: Any) -> Service:
    return save_service(Service(provider=provider, **fields))


def list_service(service: Service) -> None:
    """The provider puts it on the site; the operator's reason, if any, still holds."""
    service.is_listed = True
    save_service(service)


def unlist_service(service: Service) -> None:
    service.is_listed = False
    save_service(service)


def take_off_site(service: Service, *, reason: str, by: User) -> None:
    """The operator unlists a service; the provider sees and is mailed the reason."""
    if not reason.strip():
        raise DomainError(_("Say why: the provider will see it."), code="reason_missing")
    service.unlisted_reason = reason.strip()
    with transaction.atomic():
        save_service(service)
        owner = owner_of(service.provider)
        notify(
            owner,
            "service_taken_off",
            f"service:{service.pk}:off:{service.updated_at.timestamp()}",
            title=service.title,
            reason=service.unlisted_reason,
            path="/my/services/",
        )


def put_back_on_site(service: Service) -> None:
    service.unlisted_reason = ""
    save_service(service)


def _index_words(service: Service) -> None:
    text = f"{service.title} {service.provider.name} {service.description[:400]}"
    lexemes = search_lexemes(text)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE services_service SET search_vector = array_to_tsvector(%s) WHERE id = %s",
            [sorted(set(lexemes)), service.pk],
        )
    words = sorted(set(search_chunks(service.title)))
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in words], ignore_conflicts=True)
