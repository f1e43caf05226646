"""Cards that an agent made, and the colleague who must not find them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.domain import add_agent
from accounts.models import Provider, User
from messaging.models import Thread
from orders.domain import Item, create_card, fill_order
from orders.enums import SaleKind
from orders.models import Order
from services.enums import ServiceKind
from services.models import Service


@pytest.fixture
def colleague(make_person: Callable[..., User], shop: Provider) -> User:
    """Another agent of `shop`."""
    user = make_person("colleague")
    add_agent(shop, user)
    return user


@pytest.fixture
def tea(make_service: Callable[..., Service]) -> Service:
    return make_service("Jasmine tea", kind=ServiceKind.GOODS, price=Decimal("120.50"))


@pytest.fixture
def draft(thread: Thread, agent: User) -> Order:
    return create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())


@pytest.fixture
def card(draft: Order, agent: User, service: Service) -> Any:
    """The agent's card, filled: placed."""
    return fill_order(draft, by=agent, items=[Item(service)])
