"""The whole way over HTTP: a real site, a real outside system, a real open chat."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.test import Client
from websockets.asyncio.client import connect

from accounts.models import Provider, User
from messaging.models import Thread
from orders.domain import outside
from orders.models import Order, OutsideDelivery
from orders.tasks import outside_send
from tests.orders.outside.client import OutsideShop
from tests.orders.outside.conftest import ADDRESSES
from tests.support.daphne import running_daphne, session_key


@pytest.mark.django_db(transaction=True)
def test_from_a_card_in_a_chat_to_a_completed_order_outside(
    thread: Thread,
    agent: User,
    provider: User,
    shop: Provider,
    receiver: OutsideShop,
    client_of: Any,
    settings: Any,
    tmp_path: Path,
) -> None:
    with running_daphne(tmp_path / "daphne.log") as host:
        settings.BASE_URL = f"http://{host}"
        _, receiver.secret = outside.save_system(shop, by=provider, **ADDRESSES, webhook_url=receiver.url)

        pressed = client_of(agent).post(
            f"/inbox/{thread.pk}/create-order/", {"sale_kind": "new", "form_token": str(uuid4())}
        )
        card = Order.objects.get()
        way = client_of(agent).get(pressed["Location"])
        outside_send(OutsideDelivery.objects.get().pk)
        event = receiver.events[0]
        heard = async_to_sync(_told_while_listening)(host, agent, receiver, event)

    assert pressed["Location"] == f"/orders/{card.pk}/screen/"
    assert (
        f'content="0;url=https://orders.example/new?card={card.pk}&amp;name=Customer&amp;tel=&amp;by=agent%40people.example"'
        in way.content.decode()
    )
    assert (event["type"], event["data"]["order"]) == ("order.created", str(card.pk))
    assert event["data"]["updates_url"].startswith(f"http://{host}/hooks/orders/")
    card.refresh_from_db()
    assert (card.status, card.number, card.contract_number) == ("completed", "SC-1", "HD-1")
    assert (card.customer_name, card.created_by, card.total) == ("Lan", agent, Decimal(350_000))
    assert heard == [
        (200, "updated", [f"/orders/{card.pk}/card/"]),
        (200, "updated", [f"/orders/{card.pk}/card/"]),
        (200, "stale", []),
    ]


async def _told_while_listening(
    host: str, agent: User, shop: OutsideShop, event: dict[str, Any]
) -> list[tuple[int, str, list[str]]]:
    """Of each update: status, outcome, and the cards that the agent's open page was told to draw again."""
    url, order = event["data"]["updates_url"], event["data"]["order"]
    updates = [
        {
            "order": order,
            "status": "contract_created",
            "occurred_at": "2026-01-20T12:00:00Z",
            "order_number": "SC-1",
            "contract_number": "HD-1",
            "service": "Fibre",
            "customer_name": "Lan",
            "total": "350000.00",
        },
        {"order": order, "status": "completed", "occurred_at": "2026-01-20T13:00:00Z"},
        {"order": order, "status": "creating", "occurred_at": "2026-01-20T11:00:00Z"},
    ]
    key = await asyncio.to_thread(_session, agent)
    cookie = f"{django_settings.SESSION_COOKIE_NAME}={key}"
    told = []
    async with connect(
        f"ws://{host}/ws/live/", origin=f"http://{host}", additional_headers={"Cookie": cookie}
    ) as page:
        for update in updates:
            status, answer = await asyncio.to_thread(shop.tell, url, update)
            told.append((status, answer["outcome"], await _cards(page)))
    return told


def _session(agent: User) -> str:
    from django.db import connection

    try:
        return session_key(agent)
    finally:
        connection.close()


async def _cards(page: Any) -> list[str]:
    found = []
    while True:
        try:
            event = json.loads(await asyncio.wait_for(page.recv(), 1))
        except TimeoutError:
            return found
        if event.get("type") == "card":
            found.append(event["url"])


def test_an_update_needs_neither_log_in_nor_csrf_token(card: Order, receiver: OutsideShop) -> None:
    client = Client(enforce_csrf_checks=True)
    url = outside.updates_address(card.provider.outside_system)

    assert client.post(url.removeprefix(django_settings.BASE_URL)).status_code == 401
