from collections.abc import Callable
from typing import Any

from django.test import Client

from services.models import Category, Service


def test_home_shows_search_categories_and_the_newest(
    client: Client, service: Service, category: Category
) -> None:
    page = client.get("/", headers={"accept-language": "en"})

    text = page.content.decode()
    assert page.status_code == 200
    assert 'action="/services/"' in text
    assert 'href="/category/law/"' in text
    assert f'href="/services/{service.pk}/"' in text
    assert "฿1,500" in text


def test_signed_out_pages_set_no_cookie_and_are_kept(client: Client, service: Service) -> None:
    for path in (
        "/",
        "/services/",
        "/category/law/",
        f"/services/{service.pk}/",
        service.provider.get_absolute_url(),
    ):
        page = client.get(path)

        assert page.status_code == 200
        assert not page.cookies
        assert "csrfmiddlewaretoken" not in page.content.decode()
        assert page.is_signed_out_page is True  # type: ignore[attr-defined]


def test_an_empty_market_says_what_to_do(client: Client, db: None) -> None:
    page = client.get("/", headers={"accept-language": "en"}).content.decode()

    assert "The market opens with the first service" in page
    assert 'href="/my/services/add/"' in page


def test_query_count_does_not_grow(
    client: Client, make_service: Callable[..., Service], django_assert_num_queries: Any
) -> None:
    make_service()
    client.get("/?none")  # what many pages share is in the cache now
    with django_assert_num_queries(2):
        client.get("/?one")
    make_service()
    make_service()
    with django_assert_num_queries(2):
        client.get("/?three")
