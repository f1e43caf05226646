"""Whoever is in the call alone has the other side told: once by mail and on devices, once on open pages."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connection

from accounts.models import User
from appointments.domain.calls import close_calls, record
from appointments.enums import CallEventKind as Kind
from appointments.models import Appointment
from marketplace.notify import push
from marketplace.notify.enums import Channel
from marketplace.notify.models import Notification
from marketplace.notify.rendering import render

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
Tell = Callable[..., None]


@pytest.fixture
def tell(appointment: Appointment) -> Tell:
    """`tell(person, Kind.JOINED, 3 * MINUTE)`: reported so long after the start."""

    def report(person: User, kind: Kind, after: timedelta) -> None:
        record(appointment, by=person, kind=kind, now=appointment.start + after)

    return report


def told() -> list[tuple[str, str]]:
    """(who, by which channel) of those who were told that somebody waits."""
    rows = Notification.objects.filter(kind="call_waiting").order_by("pk")
    return list(rows.values_list("recipient__username", "channel"))


def test_the_other_side_is_told_when_the_first_has_joined(
    tell: Tell, customer: User, appointment: Appointment
) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)

    assert told() == [("provider", "email")]
    mail = Notification.objects.get(kind="call_waiting")
    render(mail)
    assert mail.subject == "Waiting for you in the VDO Call: First talk"
    assert "Customer is waiting for you in the VDO Call.\n" in mail.body
    assert f"http://127.0.0.1:8000/appointments/{appointment.pk}/call/\n" in mail.body


def test_a_host_who_waits_has_the_customer_told(tell: Tell, provider: User) -> None:
    tell(provider, Kind.JOINED, 0 * MINUTE)

    assert told() == [("customer", "email")]


def test_it_goes_to_the_devices_too(tell: Tell, customer: User, provider: User) -> None:
    push.subscribe(provider, endpoint="https://push.example/phone", p256dh="key", auth="secret")

    tell(customer, Kind.JOINED, 0 * MINUTE)

    assert told() == [("provider", "email"), ("provider", "web_push")]
    notice = Notification.objects.get(channel=Channel.WEB_PUSH)
    render(notice)
    assert notice.body == "Customer is waiting for you in the VDO Call.\n"


def test_the_second_to_join_finds_nobody_to_tell(tell: Tell, customer: User, provider: User) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    tell(provider, Kind.JOINED, MINUTE)
    tell(provider, Kind.CONNECTED, MINUTE)

    assert told() == [("provider", "email")]


def test_a_page_that_reloads_or_comes_back_tells_nobody_again(tell: Tell, customer: User) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    tell(customer, Kind.AWAY, MINUTE)
    tell(customer, Kind.JOINED, MINUTE + SECOND)
    tell(customer, Kind.LEFT, 2 * MINUTE)
    tell(customer, Kind.JOINED, 3 * MINUTE)

    assert told() == [("provider", "email")]


def test_whoever_lost_the_other_in_a_talk_tells_nobody(tell: Tell, customer: User, provider: User) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    tell(provider, Kind.JOINED, MINUTE)
    tell(customer, Kind.CONNECTED, MINUTE)
    tell(customer, Kind.AWAY, 2 * MINUTE)
    tell(provider, Kind.JOINED, 2 * MINUTE + SECOND)

    assert told() == [("provider", "email")]


def test_each_of_two_who_miss_each_other_is_told_once(tell: Tell, customer: User, provider: User) -> None:
    tell(customer, Kind.JOINED, 0 * MINUTE)
    tell(customer, Kind.LEFT, 5 * MINUTE)
    tell(provider, Kind.JOINED, 6 * MINUTE)
    tell(provider, Kind.LEFT, 7 * MINUTE)
    tell(provider, Kind.JOINED, 8 * MINUTE)

    assert told() == [("provider", "email"), ("customer", "email")]


def test_a_second_call_tells_of_itself(
    tell: Tell, customer: User, provider: User, appointment: Appointment
) -> None:
    for person in (customer, provider):
        tell(person, Kind.JOINED, 0 * MINUTE)
        tell(person, Kind.CONNECTED, 0 * MINUTE)
    tell(customer, Kind.LEFT, 5 * MINUTE)
    tell(provider, Kind.LEFT, 5 * MINUTE)

    tell(customer, Kind.JOINED, 10 * MINUTE)

    assert told() == [("provider", "email"), ("provider", "email")]
    assert close_calls(appointment.start + 11 * MINUTE) == 0


@pytest.mark.django_db(transaction=True)
def test_open_pages_show_a_line_once(
    tell: Tell, customer: User, provider: User, appointment: Appointment
) -> None:
    def join() -> None:
        try:
            for second in range(3):
                tell(customer, Kind.JOINED, second * SECOND)
        finally:
            connection.close()  # of the thread in which it runs

    heard = asyncio.run(_heard(provider, join))

    assert heard == [
        {
            "type": "toast",
            "text": "Customer is waiting for you in the VDO Call:",
            "about": "First talk",
            "url": f"/appointments/{appointment.pk}/call/",
        }
    ]


async def _heard(person: User, act: Callable[[], None]) -> list[dict[str, Any]]:
    """The toasts that an open page of the person gets until a mark that is sent last."""
    layer = get_channel_layer()
    page = await layer.new_channel()
    await layer.group_add(f"user.{person.pk}", page)
    await sync_to_async(act)()
    await layer.group_send(f"user.{person.pk}", {"type": "push", "event": {"type": "mark"}})
    heard = []
    async with asyncio.timeout(5):
        while (event := (await layer.receive(page))["event"])["type"] != "mark":
            heard.append(event)
    return heard


@pytest.mark.django_db(transaction=True)
def test_many_pages_that_join_at_once_tell_once(tell: Tell, customer: User) -> None:
    start = Barrier(5)

    def join(_number: int) -> None:
        try:
            start.wait()
            tell(customer, Kind.JOINED, 0 * MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(join, range(5)))

    assert told() == [("provider", "email")]
