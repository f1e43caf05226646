"""The first page in a new browser must be light: people come by phone, on a bad line."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request

from services.models import Service

pytestmark = pytest.mark.browser

LIMIT = 150_000  # bytes over the wire, without photos


@pytest.mark.parametrize("language", ["th", "fa", "vi", "en"])
def test_the_first_page_is_light(open_browser: Callable[..., Page], service: Service, language: str) -> None:
    page = open_browser(language=language)
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))

    page.goto("/", wait_until="networkidle")

    sizes = {request.url: sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
             for request in finished if "/media/" not in request.url}  # fmt: skip
    assert sum(sizes.values()) < LIMIT, sizes
    assert any("site." in url for url in sizes)
