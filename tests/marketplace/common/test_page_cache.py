import asyncio
import gzip
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.models import User
from marketplace.common import page_cache
from marketplace.common.page_cache import SignedOutPageCache, forget_pages_on_commit, signed_out_page
from services.models import Service


@pytest.fixture(autouse=True)
def _no_pages() -> None:
    cache.clear()


class Pages:
    """A site whose every page says how many were made; in both kinds, sync and async."""

    def __init__(self, kind: str) -> None:
        self.made = 0
        self.while_rendering: Callable[[], None] = lambda: None
        self.kind = kind
        self.cache = SignedOutPageCache(self._render_async if kind == "async" else self._render)

    def _render(self, request: HttpRequest) -> HttpResponse:
        self.made += 1
        response = signed_out_page(
            lambda request: HttpResponse(f"page {self.made}", headers={"X-Mark": "ü1"})
        )
        made = response(request)
        self.while_rendering()
        return made

    async def _render_async(self, request: HttpRequest) -> HttpResponse:
        return self._render(request)

    def get(self, path: str = "/", *, method: str = "GET", cookies: str = "", **headers: str) -> HttpResponse:
        request = RequestFactory(headers=headers).generic(method, path)
        if cookies:
            request.COOKIES.update(dict([cookies.split("=")]))

        async def answer() -> Any:
            return await self.cache(request)

        return asyncio.run(answer()) if self.kind == "async" else self.cache(request)


@pytest.fixture(params=["sync", "async"])
def pages(request: pytest.FixtureRequest) -> Pages:
    return Pages(request.param)


def test_a_page_is_made_once_and_served_with_its_headers(pages: Pages) -> None:
    answers = [pages.get(), pages.get(), pages.get()]

    assert [answer.content for answer in answers] == [b"page 1"] * 3
    assert {answer.headers["X-Mark"] for answer in answers} == {answers[0].headers["X-Mark"]}
    assert answers[2].status_code == 200


@pytest.mark.parametrize(
    "difference",
    [
        {"path": "/other"},
        {"path": "/?q=1"},
        {"accept_language": "th"},
        {"cookies": "django_language=fa"},
        {"accept_encoding": "gzip"},
        {"host": "127.0.0.1"},
    ],
)
def test_pages_that_differ_are_kept_apart(difference: dict[str, str], pages: Pages) -> None:
    first = pages.get()

    assert pages.get(**difference).content == b"page 2"
    assert pages.get(**difference).content == b"page 2"
    assert pages.get().content == first.content


@pytest.mark.parametrize("cookies", ["sessionid=abc", "messages=one"])
def test_who_is_signed_in_or_has_a_message_gets_an_own_page(cookies: str, pages: Pages) -> None:
    pages.get()

    assert [pages.get(cookies=cookies).content for _ in range(2)] == [b"page 2", b"page 3"]
    assert pages.get().content == b"page 1"


@pytest.mark.parametrize("method", ["POST", "HEAD"])
def test_only_a_get_is_answered_from_it(method: str, pages: Pages) -> None:
    pages.get()

    pages.get(method=method)

    assert pages.made == 2


@pytest.mark.django_db(transaction=True)
def test_a_save_forgets_every_page_on_commit_and_not_before(pages: Pages) -> None:
    pages.get("/a")
    with transaction.atomic():
        forget_pages_on_commit()
        assert pages.get("/a").content == b"page 1"

    assert pages.get("/a").content == b"page 2"


def test_a_page_rendered_while_something_was_saved_is_not_kept(pages: Pages) -> None:
    pages.while_rendering = page_cache._forget_pages
    assert pages.get().content == b"page 1"
    pages.while_rendering = lambda: None

    assert [pages.get().content for _ in range(2)] == [b"page 2", b"page 2"]


def test_made_up_addresses_do_not_fill_the_memory(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MAX_PAGES", 2)

    for number in range(4):
        pages.get(f"/?{number}")

    assert page_cache._client.hlen(page_cache.PAGES_KEY) == 2
    assert 0 < int(page_cache._client.ttl(page_cache.PAGES_KEY)) <= 60  # type: ignore[arg-type]


def test_without_redis_pages_are_made_and_answered_at_once(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = "unix:///nowhere/valkey.sock"
    monkeypatch.setattr(page_cache, "_client", page_cache.redis.Redis.from_url(away))
    monkeypatch.setattr(page_cache, "_async_client", lambda: page_cache.redis.asyncio.Redis.from_url(away))
    began = time.monotonic()

    answers = [pages.get().content for _ in range(3)]

    assert answers == [b"page 1", b"page 2", b"page 3"]
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "response",
    [HttpResponse("no", status=404), HttpResponse("no", status=302), HttpResponse("not marked")],
    ids=["404", "302", "not marked"],
)
def test_only_marked_pages_that_are_well_are_kept(response: HttpResponse) -> None:
    if response.status_code != 200:
        signed_out_page(lambda: response)()
    middleware, asked = SignedOutPageCache(lambda request: response), RequestFactory().get("/")

    middleware(asked)

    assert page_cache._client.hlen(page_cache.PAGES_KEY) == 0


def test_a_page_that_sets_a_cookie_is_not_kept() -> None:
    response = signed_out_page(lambda: HttpResponse("with a form"))()
    response.set_cookie("csrftoken", "secret")

    SignedOutPageCache(lambda request: response)(RequestFactory().get("/"))

    assert page_cache._client.hlen(page_cache.PAGES_KEY) == 0


# --- the site's own pages -----------------------------------------------------------------------


def test_the_service_page_is_kept_signed_out_and_never_with_anybodys_name(
    client: Client, client_of: Callable[[User], Client], customer: User, service: Service
) -> None:
    first = client.get(service.get_absolute_url())
    signed_in = client_of(customer).get(service.get_absolute_url())
    again = client.get(service.get_absolute_url())

    assert page_cache._client.hlen(page_cache.PAGES_KEY) == 1
    assert again.content == first.content
    assert b"Log out" in signed_in.content
    assert b"Log out" not in again.content
    assert not again.cookies


def test_a_kept_page_is_kept_compressed(client: Client, service: Service) -> None:
    headers = {"Accept-Encoding": "gzip"}
    made = client.get(service.get_absolute_url(), headers=headers)
    kept = client.get(service.get_absolute_url(), headers=headers)

    assert kept.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(kept.content) == gzip.decompress(made.content)
    assert kept.headers["Content-Security-Policy"] == made.headers["Content-Security-Policy"]
