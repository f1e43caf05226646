"""Listing services."""

from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import owner_of
from marketplace.common.errors import DomainError
from marketplace.common.images import Photo, thumbnail
from marketplace.common.page_cache import forget_pages_on_commit
from marketplace.common.text import fold, search_chunks
from marketplace.notify.domain import notify
from services.models import SearchWord, Service
from services.queries.terms import facts_to_store, words_to_store

_INDEXED_DESCRIPTION = 400  # characters: a longer text would make every search column larger than its row


def add_service(provider: Provider, *, new_photo: Photo | None = None, **fields: Any) -> Service:
    """A new service of the shop, on the site at once."""
    service = Service(provider=provider, **fields)
    if new_photo is not None:
        _set_photo(service, new_photo)
    return save_service(service)


def change_service(service: Service, *, new_photo: Photo | None = None, **fields: Any) -> Service:
    """Stores the changed `fields`; without `new_photo` the old one stays."""
    with transaction.atomic():
        _lock(service)
        for name, value in fields.items():
            setattr(service, name, value)
        if new_photo is not None:
            _delete_files_on_commit(service)
            _set_photo(service, new_photo)
        return save_service(service)


def save_service(service: Service) -> Service:
    """Stores a new or changed service with its search columns; it is on the site at once."""
    with transaction.atomic():
        service.is_public = service.is_listed and not service.unlisted_reason
        service.search_text = _search_text(service)
        service.save()
        _index_words(service)
        forget_pages_on_commit()
    return service


def list_service(service: Service) -> None:
    """The provider puts it on the site; the operator's reason, if any, still holds."""
    change_service(service, is_listed=True)


def unlist_service(service: Service) -> None:
    change_service(service, is_listed=False)


def take_off_site(service: Service, *, reason: str, by: User) -> None:
    """The operator unlists a service; the provider sees and is mailed the reason."""
    reason = reason.strip()
    if not reason:
        raise DomainError(_("Say why: the provider will see it."), code="reason_missing")
    with transaction.atomic():
        change_service(service, unlisted_reason=reason)
        notify(
            owner_of(service.provider),
            "service_taken_off",
            f"service:{service.pk}:off:{service.updated_at.timestamp()}",
            title=service.title,
            reason=reason,
            path="/my/services/",
        )


def put_back_on_site(service: Service) -> None:
    change_service(service, unlisted_reason="")


def index_renamed_shops() -> None:
    """The services of shops with a new name are found by it."""
    for renamed in Provider.objects.filter(renamed_at__isnull=False):
        with transaction.atomic():
            provider = Provider.objects.select_for_update().get(pk=renamed.pk)
            services = Service.objects.of_provider(provider).select_for_update(of=("self",)).order_by("pk")
            for service in services.select_related("provider").iterator():
                Service.objects.filter(pk=service.pk).update(search_text=_search_text(service))
                _index_words(service)
            Provider.objects.filter(pk=provider.pk).update(renamed_at=None)


def _search_text(service: Service) -> str:
    """A line for the title and one for the shop, each with a space before its first word: what the search
    looks at without opening search_vector."""
    return f" {fold(service.title)}\n {fold(service.provider.name)}"


def _lock(service: Service) -> None:
    """Reads the row anew under a lock, so that the operator and the provider do not undo each other."""
    service.refresh_from_db(from_queryset=Service.objects.select_for_update())


def _set_photo(service: Service, photo: Photo) -> None:
    service.photo = photo.as_file()
    service.thumbnail = thumbnail(photo).as_file()


def _delete_files_on_commit(service: Service) -> None:
    for file in (service.photo, service.thumbnail):
        if file:
            transaction.on_commit(partial(file.storage.delete, str(file.name)), robust=True)


def _index_words(service: Service) -> None:
    words = words_to_store(
        f"{service.title} {service.provider.name}", service.description[:_INDEXED_DESCRIPTION]
    )
    facts = facts_to_store(service.pk, service.category_id, service.kind, service.price)
    with connection.cursor() as cursor:
        # array_to_tsvector, because to_tsvector drops what a Thai gram may start with.
        cursor.execute(
            "UPDATE services_service SET search_vector = array_to_tsvector(%s) WHERE id = %s",
            [words + facts, service.pk],
        )
    chunks = search_chunks(service.title)
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in chunks], ignore_conflicts=True)
