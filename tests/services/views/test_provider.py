from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import Provider
from services.models import Service


def test_a_shop_shows_its_words_and_its_services(client: Client, service: Service, shop: Provider) -> None:
    Provider.objects.filter(pk=shop.pk).update(about="Since 1990 <b>", city="Bangkok")

    page = client.get("/shop/siam-legal/").content.decode()

    assert "Since 1990 &lt;b&gt;" in page
    assert "Bangkok" in page
    assert f'href="/services/{service.pk}/"' in page


def test_a_shop_with_a_thai_name_has_an_address(client: Client, shop: Provider) -> None:
    Provider.objects.filter(pk=shop.pk).update(slug="ร้านกาแฟ")

    assert client.get("/shop/ร้านกาแฟ/").status_code == 200


def test_a_shop_without_services_says_so(client: Client, shop: Provider) -> None:
    page = client.get("/shop/siam-legal/", headers={"accept-language": "en"}).content.decode()

    assert "Nothing on offer at the moment" in page


def test_a_suspended_or_unknown_shop_is_not_found(client: Client, shop: Provider) -> None:
    Provider.objects.filter(pk=shop.pk).update(is_suspended=True)

    assert client.get("/shop/siam-legal/").status_code == 404
    assert client.get("/shop/nobody/").status_code == 404


def test_query_count_does_not_grow(
    client: Client, make_service: Callable[..., Service], django_assert_num_queries: Any
) -> None:
    make_service()
    client.get("/shop/siam-legal/?none")  # what many pages share is in the cache now
    with django_assert_num_queries(2):
        client.get("/shop/siam-legal/?one")
    make_service()
    make_service()
    with django_assert_num_queries(2):
        client.get("/shop/siam-legal/?three")
