from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services import sitemaps
from services.models import Service


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.BASE_URL = "https://talad.example"


def test_the_index_names_every_part(client: Client, service: Service) -> None:
    text = client.get("/sitemap.xml").content.decode()

    assert "<loc>https://talad.example/sitemap-services.xml</loc>" in text
    assert "<loc>https://talad.example/sitemap-shops.xml</loc>" in text
    assert "<loc>https://talad.example/sitemap-pages.xml</loc>" in text


def test_parts_hold_public_pages_only(client: Client, make_service: Callable[..., Service]) -> None:
    listed, off = make_service("A"), make_service("B", is_listed=False)

    services = client.get("/sitemap-services.xml").content.decode()
    shops = client.get("/sitemap-shops.xml").content.decode()
    pages = client.get("/sitemap-pages.xml").content.decode()

    assert f"<loc>https://talad.example/services/{listed.pk}/</loc>" in services
    assert f"/services/{off.pk}/" not in services
    assert "<loc>https://talad.example/shop/siam-legal/</loc>" in shops
    assert "<loc>https://talad.example/category/law/</loc>" in pages


def test_parts_are_cut_by_id_and_nothing_is_counted(
    client: Client, make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    services = [make_service(f"Service {n}") for n in range(5)]
    monkeypatch.setattr(sitemaps, "IDS_PER_PART", 2)
    last_part = -(-services[-1].pk // 2)

    with CaptureQueriesContext(connection) as queries:
        index = client.get("/sitemap.xml").content.decode()
    found = "".join(
        client.get(f"/sitemap-services.xml?p={part}").content.decode() for part in range(1, last_part + 1)
    )

    assert f"sitemap-services.xml?p={last_part}<" in index
    assert [found.count(f"/services/{service.pk}/<") for service in services] == [1, 1, 1, 1, 1]
    assert "COUNT(" not in " ".join(query["sql"] for query in queries)


def test_unknown_parts_are_not_found(client: Client, service: Service) -> None:
    assert client.get("/sitemap-people.xml").status_code == 404
    assert client.get("/sitemap-services.xml?p=999").status_code == 404


def test_robots_are_shown_the_map_and_kept_out_of_private_pages(client: Client, db: None) -> None:
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /my/\n" in text
    assert "Sitemap: https://talad.example/sitemap.xml\n" in text
