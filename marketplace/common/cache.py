"""A Redis cache that is a help and never a condition: while Redis is down it is simply empty."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0


def _tolerant(method: str, fallback: Any) -> Callable[..., Any]:
    def call(self: "OutageTolerantRedisCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._paused_until:
            return fallback(args, kwargs)
        try:
            return getattr(RedisCache, method)(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("the cache is away: %s", error)
            return fallback(args, kwargs)

    return call


class OutageTolerantRedisCache(RedisCache):
    """Django's Redis cache; errors of the connection read as "not there" and pause it for a while.

    Rate limits that live in it are then not counted, which is the price of answering at all.
    """

    _paused_until = 0.0

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = params.setdefault("OPTIONS", {})
        # redis-py's own retries with backoff would cost four seconds a page.
        options.setdefault("retry", Retry(NoBackoff(), 0))
        options.setdefault("socket_connect_timeout", 1)
        options.setdefault("socket_timeout", 1)
        super().__init__(server, params)

    add = _tolerant("add", lambda args, kwargs: True)
    get = _tolerant("get", lambda args, kwargs: args[1] if len(args) > 1 else kwargs.get("default"))
    set = _tolerant("set", lambda args, kwargs: None)
    touch = _tolerant("touch", lambda args, kwargs: False)
    delete = _tolerant("delete", lambda args, kwargs: False)
    get_many = _tolerant("get_many", lambda args, kwargs: {})
    set_many = _tolerant("set_many", lambda args, kwargs: list(args[0]))
    delete_many = _tolerant("delete_many", lambda args, kwargs: None)
    has_key = _tolerant("has_key", lambda args, kwargs: False)
    incr = _tolerant("incr", lambda args, kwargs: 1)
    clear = _tolerant("clear", lambda args, kwargs: False)
