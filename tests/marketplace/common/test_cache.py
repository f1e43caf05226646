import os
import signal
import time
from collections.abc import Iterator

import pytest

from marketplace.common.cache import OutageTolerantRedisCache
from marketplace.dev.embedded import EmbeddedServers
from tests.support.private import private_servers


@pytest.fixture(scope="module")
def servers() -> Iterator[EmbeddedServers]:
    with private_servers(database_url="postgresql:///none") as servers:
        yield servers


@pytest.fixture
def cache(servers: EmbeddedServers) -> OutageTolerantRedisCache:
    return OutageTolerantRedisCache(servers.redis_url, {})


def test_it_keeps_what_it_is_given(cache: OutageTolerantRedisCache) -> None:
    cache.set("a", 1)

    assert (cache.get("a"), cache.incr("a"), cache.add("a", 5), cache.get_many(["a", "b"])) == (
        1,
        2,
        False,
        {"a": 2},
    )


def test_while_redis_is_away_it_is_empty_and_quick_and_comes_back(
    cache: OutageTolerantRedisCache, servers: EmbeddedServers
) -> None:
    assert servers.valkey
    cache.set("a", 1)
    servers.valkey.stop()
    began = time.monotonic()

    assert cache.get("a") is None
    assert cache.get("a", "default") == "default"
    assert cache.get("a", default="default") == "default"
    assert cache.add("a", 1) is True
    assert cache.get_or_set("a", lambda: "made") == "made"
    assert cache.get_many(["a"]) == {}
    assert cache.set_many({"a": 1, "b": 2}) == ["a", "b"]
    assert cache.has_key("a") is False
    assert cache.incr("a") == 1
    assert cache.touch("a") is False
    assert cache.delete("a") is False
    cache.set("a", 1)
    cache.delete_many(["a"])
    cache.clear()
    assert time.monotonic() - began < 1

    servers.valkey.begin()
    servers.valkey.wait_ready()
    cache._paused_until = 0.0
    cache.set("a", 2)
    assert cache.get("a") == 2


def test_a_redis_that_hangs_costs_one_second_and_then_nothing(
    cache: OutageTolerantRedisCache, servers: EmbeddedServers
) -> None:
    assert servers.valkey
    assert servers.valkey.pid
    cache.set("a", 1)
    os.kill(servers.valkey.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert cache.get("a", "default") == "default"
        first = time.monotonic() - began
        for _ in range(50):
            cache.get("a")
        rest = time.monotonic() - began - first
    finally:
        os.kill(servers.valkey.pid, signal.SIGCONT)

    assert first < 1.5
    assert rest < 0.2
