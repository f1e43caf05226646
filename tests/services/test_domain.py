from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.domain import save_shop
from accounts.models import Provider, User
from marketplace.common.errors import DomainError
from marketplace.common.images import reencode_photo
from marketplace.notify.models import Notification
from services.domain import (
    add_service,
    change_service,
    index_renamed_shops,
    list_service,
    put_back_on_site,
    take_off_site,
    unlist_service,
)
from services.models import SearchWord, Service
from services.queries.search import Filters, search


def test_a_new_service_is_on_the_site_at_once(service: Service) -> None:
    assert list(Service.objects.public()) == [service]


def test_the_provider_takes_it_off_and_puts_it_back(service: Service) -> None:
    unlist_service(service)
    off = list(Service.objects.public())
    list_service(service)

    assert off == []
    assert list(Service.objects.public()) == [service]


def test_the_operator_takes_it_off_with_a_reason_and_the_owner_is_told(
    service: Service, operator: User, provider: User
) -> None:
    take_off_site(service, reason=" The photo is not yours. ", by=operator)

    service.refresh_from_db()
    assert (service.is_public, service.unlisted_reason) == (False, "The photo is not yours.")
    assert [(n.recipient_id, n.kind) for n in Notification.objects.all()] == [
        (provider.pk, "service_taken_off")
    ]


def test_taking_off_without_a_reason_is_refused(service: Service, operator: User) -> None:
    with pytest.raises(DomainError, match="Say why"):
        take_off_site(service, reason="  ", by=operator)

    service.refresh_from_db()
    assert service.is_public is True
    assert Notification.objects.count() == 0


def test_the_provider_cannot_put_back_what_the_operator_took_off(service: Service, operator: User) -> None:
    take_off_site(service, reason="Not allowed here.", by=operator)

    list_service(Service.objects.get(pk=service.pk))
    still_off = list(Service.objects.public())
    put_back_on_site(service)

    assert still_off == []
    assert list(Service.objects.public()) == [service]


def test_an_old_copy_does_not_undo_what_the_operator_did(service: Service, operator: User) -> None:
    held_by_the_provider = Service.objects.get(pk=service.pk)
    take_off_site(service, reason="Not allowed here.", by=operator)

    change_service(held_by_the_provider, title="New title")

    service.refresh_from_db()
    assert (service.title, service.unlisted_reason, service.is_public) == (
        "New title",
        "Not allowed here.",
        False,
    )


def test_services_of_a_suspended_shop_are_not_public(service: Service, shop: Provider) -> None:
    Provider.objects.filter(pk=shop.pk).update(is_suspended=True)

    assert list(Service.objects.public()) == []


def test_a_new_photo_replaces_the_files_of_the_old_one(
    service: Service, media: Path, picture: Callable[..., Any], django_capture_on_commit_callbacks: Any
) -> None:
    change_service(service, new_photo=reencode_photo(picture()))
    first = sorted(path.name for path in (media / "services").iterdir())

    with django_capture_on_commit_callbacks(execute=True):
        change_service(service, new_photo=reencode_photo(picture(size=(400, 400))))

    second = sorted(path.name for path in (media / "services").iterdir())
    assert (len(first), len(second)) == (2, 2)
    assert not set(first) & set(second)


def test_the_words_of_the_title_are_known_for_typing_slips(shop: Provider, service: Service) -> None:
    assert sorted(SearchWord.objects.values_list("word", flat=True)) == ["advice", "legal", "video"]


def test_a_changed_title_is_found_by_its_new_words(service: Service) -> None:
    from services.queries.search import Filters, search

    change_service(service, title="Piano lesson")

    assert search("piano", Filters()).ids == [service.pk]
    assert search("advice", Filters()).ids == []


def test_every_column_of_search_is_kept_by_add_service(shop: Provider, service: Service) -> None:
    other = add_service(
        shop,
        category=service.category,
        title="Nhà ĐẸP",
        description="x",
        price=5,
        duration_minutes=30,
        kind="goods",
    )

    other.refresh_from_db()
    assert other.search_text == " nha dep\n siam legal"


def test_a_shop_with_a_new_name_is_found_by_it_and_not_by_the_old(service: Service, shop: Provider) -> None:
    shop.name = "Chiang Mai Notary"
    save_shop(shop)
    index_renamed_shops()

    service.refresh_from_db()
    assert service.search_text == " legal advice by video\n chiang mai notary"
    assert [search(word, Filters()).ids for word in ("notary", "siam")] == [[service.pk], []]
