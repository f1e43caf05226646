"""Whole pages for who is signed out, per language, in Redis.

Templates are 77 % of a page's cost; a cached page costs about one Redis read and is served without
a worker thread. A page is cached when its view says so (`signed_out_page`) and nothing about the
reader is in it but the language. `forget_pages_on_commit` drops them all, so what a provider saves
is on the site at once.
"""

import hashlib
import json
import logging
import time
import weakref
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import redis
import redis.asyncio
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

P = ParamSpec("P")

PAGES_KEY = "talad:pages"  # a hash: digest of (address, language, encoding) -> headers as JSON, newline, body
VERSION_KEY = "talad:pages-version"
KEEP_SECONDS = 60
MAX_PAGES = 2000  # of the same minute: whoever makes up addresses fills no memory
PAUSE_SECONDS = 5.0
_CONNECTION: dict[str, Any] = {"socket_connect_timeout": 1, "socket_timeout": 1}

_client = redis.Redis.from_url(settings.REDIS_CACHE_URL, retry=Retry(NoBackoff(), 0), **_CONNECTION)
_async_clients: "weakref.WeakKeyDictionary[AbstractEventLoop, redis.asyncio.Redis]" = (
    weakref.WeakKeyDictionary()
)


def signed_out_page(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Marks a view whose page, seen signed out, is the same for every reader of one language."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        response.is_signed_out_page = True  # type: ignore[attr-defined]
        return response

    return wrapper


def forget_pages_on_commit() -> None:
    """Drops every cached page once the current transaction is committed. Never raises."""
    transaction.on_commit(_forget_pages, robust=True)


def _forget_pages() -> None:
    try:
        with _client.pipeline() as pipe:
            pipe.incr(VERSION_KEY)  # a page rendered from older rows is then not stored
            pipe.delete(PAGES_KEY)
            pipe.execute()
    except (RedisError, OSError) as error:
        logger.warning("cached pages may be up to %s s old: %s", KEEP_SECONDS, error)


# In one step, so that no save comes between the look at the version and the storing.
_KEEP = """
if (redis.call('GET', KEYS[2]) or '') == ARGV[1] and redis.call('HLEN', KEYS[1]) < tonumber(ARGV[4]) then
    redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
    redis.call('EXPIRE', KEYS[1], ARGV[5], 'NX')
end
"""


class SignedOutPageCache:
    """Stands outermost, so that a cached page costs nothing of the rest."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._paused_until = 0.0
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self._respond_async(request) if self._is_async else self._respond(request)

    def _respond(self, request: HttpRequest) -> Any:
        field = self._field(request)
        if field is None:
            return self.get_response(request)
        try:
            stored, version = _client.hget(PAGES_KEY, field), None
            if stored is None:
                version = _client.get(VERSION_KEY)
        except (RedisError, OSError) as error:
            self._pause(error)
            return self.get_response(request)
        if stored is not None:
            return _response(stored)
        response = self.get_response(request)
        if _may_keep(response):
            try:
                _client.eval(_KEEP, 2, PAGES_KEY, VERSION_KEY, *_kept(version, field, response))
            except (RedisError, OSError) as error:
                self._pause(error)
        return response

    async def _respond_async(self, request: HttpRequest) -> Any:
        field = self._field(request)
        if field is None:
            return await self.get_response(request)
        client = _async_client()
        try:
            stored, version = await client.hget(PAGES_KEY, field), None
            if stored is None:
                version = await client.get(VERSION_KEY)
        except (RedisError, OSError) as error:
            self._pause(error)
            return await self.get_response(request)
        if stored is not None:
            return _response(stored)
        response = await self.get_response(request)
        if _may_keep(response):
            try:
                await client.eval(_KEEP, 2, PAGES_KEY, VERSION_KEY, *_kept(version, field, response))
            except (RedisError, OSError) as error:
                self._pause(error)
        return response

    def _field(self, request: HttpRequest) -> str | None:
        """The page's name in the cache, or None when this request may not be answered from it."""
        if (
            request.method != "GET"
            or settings.SESSION_COOKIE_NAME in request.COOKIES
            or "messages" in request.COOKIES
            or time.monotonic() < self._paused_until
        ):
            return None
        parts = (
            request.headers.get("Host", ""),  # addresses for sharing hold it
            request.get_full_path(),
            get_language_from_request(request),
            "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "",
            request.scheme or "",
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _pause(self, error: Exception) -> None:
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("the page cache is away: %s", error)


def _async_client() -> "redis.asyncio.Redis":
    loop = get_running_loop()
    client = _async_clients.get(loop)
    if client is None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_CACHE_URL, retry=AsyncRetry(NoBackoff(), 0), **_CONNECTION
        )
        _async_clients[loop] = client
    return client


def _may_keep(response: HttpResponse) -> bool:
    return (
        getattr(response, "is_signed_out_page", False)
        and response.status_code == 200
        and not response.cookies
        and not response.streaming
    )


def _kept(version: Any, field: str, response: HttpResponse) -> tuple[Any, ...]:
    page = json.dumps(list(response.headers.items())).encode() + b"\n" + response.content
    return version or b"", field, page, MAX_PAGES, KEEP_SECONDS


def _response(stored: Any) -> HttpResponse:
    headers, content = stored.split(b"\n", 1)
    response = HttpResponse(content)
    for name, value in json.loads(headers):
        response.headers[name] = value
    return response
