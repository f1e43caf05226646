"""A shop with an outside order system, and cards that it knows."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Provider, User
from messaging.models import Thread
from orders.domain import create_card, outside
from orders.enums import SaleKind
from orders.models import Order, OutsideSystem
from tests.orders.outside.client import OutsideShop, listening, signed

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)
ADDRESSES = {
    "new_sale_url": "https://orders.example/new?card={order}&name={customer_name}&tel={phone}&by={agent}",
    "additional_sale_url": "https://orders.example/add/{order}",
}

Post = Callable[..., HttpResponse]


def at(minutes: float) -> str:
    """Minutes after NOON, as an update says it."""
    return (NOON + timedelta(minutes=minutes)).isoformat()


def update(
    order: Order, status: str = "contract_created", minutes: float = 0, **texts: Any
) -> dict[str, Any]:
    return {"order": str(order.pk), "status": status, "occurred_at": at(minutes), **texts}


@pytest.fixture
def receiver() -> Iterator[OutsideShop]:
    with listening(OutsideShop()) as shop:
        yield shop


@pytest.fixture
def system(shop: Provider, provider: User, receiver: OutsideShop) -> OutsideSystem:
    system, receiver.secret = outside.save_system(shop, by=provider, **ADDRESSES, webhook_url=receiver.url)
    return system


@pytest.fixture
def card(thread: Thread, agent: User, system: OutsideSystem) -> Order:
    """The agent's; it has been announced."""
    return create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())


@pytest.fixture
def post(system: OutsideSystem, receiver: OutsideShop) -> Post:
    """Posts an update to the view, signed as the outside system does."""

    def send(
        body: Any,
        *,
        event_id: str = "",
        secret: str = "",
        signed_at: datetime | None = None,
        token: Any = None,
        **headers: str,
    ) -> HttpResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        own = signed(secret or receiver.secret, event_id or f"msg_{uuid4().hex}", text, at=signed_at)
        return Client().post(
            f"/hooks/orders/{token or system.token}/",
            text,
            content_type="application/json",
            headers={**own, **headers},
        )

    return send
