import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connection

from accounts.domain import remove_agent, suspend
from accounts.models import Provider, User
from followup.domain import end_follow_up, reopen_follow_up, send_reminders
from followup.models import FollowUp
from marketplace.notify.models import Notification
from orders.models import Order


def told() -> list[str]:
    return list(
        Notification.objects.filter(kind="follow_up_due").order_by("pk").values_list("address", flat=True)
    )


def test_the_author_is_told_at_the_moment_and_once(
    order: Order, agent: User, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "Call about the price", now + timedelta(hours=1), by=agent)

    assert send_reminders(now + timedelta(minutes=59)) == 0
    assert told() == []
    assert send_reminders(now + timedelta(minutes=61)) == 1
    assert send_reminders(now + timedelta(minutes=62)) == 0
    assert told() == ["agent@people.example"]
    sent = Notification.objects.get(kind="follow_up_due").context
    assert (sent["note"], sent["path"]) == ("Call about the price", f"/sales/orders/{order.pk}/")


@pytest.mark.django_db(transaction=True)
def test_open_pages_are_told_too(
    order: Order, agent: User, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "Call", now + timedelta(hours=1), by=agent)

    event = asyncio.run(_heard(agent, now + timedelta(hours=2)))

    assert event == {
        "type": "toast",
        "text": "Due for follow-up: Customer.",
        "about": "Call",
        "url": f"/sales/orders/{order.pk}/",
    }


async def _heard(person: User, at: datetime) -> Any:
    """What an open page of the person gets."""

    def sweep() -> None:
        try:
            send_reminders(at)
        finally:
            connection.close()  # of the thread in which it runs

    layer = get_channel_layer()
    page = await layer.new_channel()
    await layer.group_add(f"user.{person.pk}", page)
    await sync_to_async(sweep)()
    async with asyncio.timeout(5):
        return (await layer.receive(page))["event"]


def test_now_needs_no_reminder(order: Order, note: Callable[..., FollowUp], now: datetime) -> None:
    note(order, "No further contact", now)

    assert (send_reminders(now + timedelta(hours=1)), told()) == (0, [])


def test_a_newer_note_takes_the_reminder_over(
    order: Order, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "first", now + timedelta(hours=1))
    note(order, "second", now + timedelta(hours=5))

    assert send_reminders(now + timedelta(hours=2)) == 0
    assert send_reminders(now + timedelta(hours=6)) == 1
    assert told() == ["provider@people.example"]


def test_an_ended_lead_reminds_nobody_nor_does_opening_it_again_later(
    order: Order, provider: User, note: Callable[..., FollowUp], now: datetime
) -> None:
    ended = note(order, "Sold", now - timedelta(seconds=1))
    FollowUp.objects.filter(pk=ended.pk).update(reminded_at=None)
    end_follow_up(ended, by=provider)

    assert send_reminders(now + timedelta(hours=2)) == 0
    reopen_follow_up(ended, by=provider)
    assert (send_reminders(now + timedelta(hours=3)), told()) == (0, [])


def test_the_owner_is_told_once_the_author_has_left(
    order: Order, agent: User, shop: Provider, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "Call", now + timedelta(hours=1), by=agent)
    remove_agent(shop.members.get(user=agent))

    assert send_reminders(now + timedelta(hours=2)) == 1
    assert told() == ["provider@people.example"]


def test_nobody_is_told_of_a_suspended_shop(
    order: Order, provider: User, operator: User, note: Callable[..., FollowUp], now: datetime
) -> None:
    note(order, "Call", now + timedelta(hours=1))
    suspend(provider, reason="Fraud", by=operator)

    assert (send_reminders(now + timedelta(hours=2)), told()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_remind_once(order: Order, note: Callable[..., FollowUp], now: datetime) -> None:
    note(order, "Call", now + timedelta(hours=1))
    start = Barrier(5)

    def sweep(_number: int) -> int:
        try:
            start.wait()
            return send_reminders(now + timedelta(hours=2))
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(sweep, range(5))) == 1

    assert told() == ["provider@people.example"]
