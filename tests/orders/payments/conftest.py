"""Transfers for the one order of the cast: 1,500 baht at Siam Legal."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Provider, User
from orders.domain import add_account, claim_transfer
from orders.enums import SalesChannel
from orders.models import BankAccount, Order, TransferNotice
from orders.transfers.slips import Slip, read_slip
from tests.support.pictures import a_picture

Claim = Callable[..., TransferNotice]


@pytest.fixture
def make_slip() -> Callable[..., Slip]:
    def make(**looks: Any) -> Slip:
        return read_slip(a_picture(**looks))

    return make


@pytest.fixture
def claim(order: Order, customer: User) -> Claim:
    """The customer's word for `order`, unless told otherwise: the exact amount, a moment ago."""

    def say(what: Order = order, **said: Any) -> TransferNotice:
        said.setdefault("by", what.customer)
        said.setdefault("bank", "Kasikornbank 123-4-56789-0")
        said.setdefault("amount", Decimal("1500"))
        said.setdefault("transferred_at", timezone.now())
        said.setdefault("form_token", uuid4())
        return claim_transfer(what, **said)

    return say


@pytest.fixture
def account(shop: Provider) -> BankAccount:
    return add_account(shop, bank="Kasikornbank", number="123-4-56789-0", holder="Siam Legal Co.")


@pytest.fixture
def private_order(order: Order, agent: User) -> Order:
    """The same order as a card that the agent made in the chat."""
    Order.objects.filter(pk=order.pk).update(channel=SalesChannel.CHAT, created_by=agent)
    order.refresh_from_db()
    return order


@pytest.fixture
def colleague(shop: Provider, make_person: Callable[..., User]) -> User:
    """Another agent of the shop, who must not find the agent's cards."""
    person = make_person("colleague")
    shop.members.create(user=person, role="agent")
    return person
