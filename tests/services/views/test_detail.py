from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client

from accounts.models import Provider, User
from marketplace.common.images import reencode_photo
from services.domain import change_service, take_off_site, unlist_service
from services.models import Service


def get(client: Client, service: Service) -> str:
    page = client.get(f"/services/{service.pk}/", headers={"accept-language": "en"})
    assert page.status_code == 200
    return page.content.decode()


def test_price_order_shop_and_description_are_there(client: Client, service: Service) -> None:
    page = get(client, service)

    assert "฿1,500" in page
    assert f'href="/services/{service.pk}/order/">Order</a>' in page
    assert 'href="/shop/siam-legal/"' in page
    assert "An hour with a lawyer." in page
    assert "60 minutes" in page


def test_the_share_preview_has_absolute_addresses(
    client: Client, service: Service, media: Path, picture: Callable[..., Any], settings: Any
) -> None:
    settings.BASE_URL = "https://talad.example"
    change_service(service, new_photo=reencode_photo(picture()))

    page = get(client, service)

    assert f'<meta property="og:url" content="https://talad.example/services/{service.pk}/">' in page
    assert f'<meta property="og:image" content="https://talad.example/media/{service.photo.name}">' in page
    assert '<meta property="og:title" content="Legal advice by video">' in page


def test_what_is_not_on_the_site_is_not_found(
    client: Client, make_service: Callable[..., Service], operator: User, shop: Provider
) -> None:
    off, taken, suspended = make_service("A"), make_service("B"), make_service("C")
    unlist_service(off)
    take_off_site(taken, reason="No.", by=operator)

    assert client.get(f"/services/{off.pk}/").status_code == 404
    assert client.get(f"/services/{taken.pk}/").status_code == 404
    Provider.objects.filter(pk=shop.pk).update(is_suspended=True)
    assert client.get(f"/services/{suspended.pk}/").status_code == 404
    assert client.get("/services/99999999/").status_code == 404


def test_other_services_of_the_shop_are_shown(client: Client, make_service: Callable[..., Service]) -> None:
    service, other = make_service("This one"), make_service("The other one")

    page = get(client, service)

    assert "More from this shop" in page
    assert f'href="/services/{other.pk}/"' in page


def test_a_page_that_was_kept_is_dropped_on_change(
    client: Client, service: Service, django_capture_on_commit_callbacks: Any
) -> None:
    before = get(client, service)
    with django_capture_on_commit_callbacks(execute=True):
        change_service(service, title="Legal advice, new")

    assert "Legal advice, new" not in before
    assert "Legal advice, new" in get(client, service)


def test_a_title_with_markup_is_shown_as_text(client: Client, make_service: Callable[..., Service]) -> None:
    page = get(client, make_service('"><img src=x onerror=alert(1)>', description="<b>bold</b>"))

    assert "<img src=x" not in page
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_query_count_does_not_grow(
    client: Client, make_service: Callable[..., Service], django_assert_num_queries: Any
) -> None:
    service = make_service()
    client.get(f"/services/{service.pk}/?none")  # what many pages share is in the cache now
    with django_assert_num_queries(2):
        client.get(f"/services/{service.pk}/?one")
    make_service()
    make_service()
    with django_assert_num_queries(2):
        client.get(f"/services/{service.pk}/?three")
