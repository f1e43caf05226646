import asyncio
import time
from collections.abc import Iterator

import pytest
from channels.layers import channel_layers, get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.db import transaction

from marketplace.common import realtime
from marketplace.common.realtime import broadcast, broadcast_on_commit


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "_paused_until", 0.0)


@pytest.fixture
def redis_away() -> Iterator[None]:
    before = channel_layers.set("default", RedisPubSubChannelLayer(hosts=["unix:///nowhere/valkey.sock"]))
    yield
    if before is None:
        del channel_layers.backends["default"]
    else:
        channel_layers.set("default", before)


@pytest.mark.asyncio
async def test_every_page_of_a_group_is_told_and_no_other() -> None:
    layer = get_channel_layer()
    mine, other = await layer.new_channel(), await layer.new_channel()
    await layer.group_add("user.1", mine)
    await layer.group_add("user.2", other)

    await broadcast("user.1", {"type": "card", "url": "/orders/1/card/"})

    assert await asyncio.wait_for(layer.receive(mine), 5) == {
        "type": "push",
        "group": "user.1",
        "event": {"type": "card", "url": "/orders/1/card/"},
    }
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(layer.receive(other), 0.2)
    await layer.flush()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_of_what_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    async def note(group: str, event: object, **options: object) -> None:
        told.append(group)

    monkeypatch.setattr(realtime, "broadcast", note)
    with transaction.atomic():
        broadcast_on_commit("user.1", {"type": "x"})
        transaction.set_rollback(True)
    with transaction.atomic():
        broadcast_on_commit("user.2", {"type": "x"})
        assert told == []

    assert told == ["user.2"]


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_is_away_costs_no_error_and_no_time(
    redis_away: None, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()

    for _ in range(20):
        broadcast_on_commit("user.1", {"type": "x"})

    assert time.monotonic() - began < 1
    assert len(caplog.messages) == 1  # after a failure it pauses
    assert caplog.messages[0].startswith("open pages in user.1 were not told")
