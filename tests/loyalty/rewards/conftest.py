from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from loyalty.domain import redeem
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.enums import EntryKind, Place, RewardKind
from loyalty.models import Member, Package, Redemption, Reward

# Sunday noon in the store, which is in Bangkok.
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture
def give() -> Callable[..., Member]:
    """The member with that many points more."""

    def given(member: Member, points: int, **fields: Any) -> Member:
        with transaction.atomic():
            locked = lock_member(member.pk)
            posting = Posting(EntryKind.ADJUSTMENT, points, f"test:{uuid4()}", **fields)
            post(locked, [posting], now=timezone.now())
        member.refresh_from_db()
        return member

    return given


@pytest.fixture
def rich(member: Member, give: Callable[..., Member]) -> Member:
    """Somsri with 1,000 points."""
    return give(member, 1000)


@pytest.fixture
def make_reward(db: None) -> Callable[..., Reward]:
    """A 50 baht coupon for 300 points, for everybody and without limit."""

    def make(name: str = "50 baht off", **fields: Any) -> Reward:
        fields.setdefault("kind", RewardKind.COUPON)
        fields.setdefault("points", 300)
        if fields["kind"] == RewardKind.COUPON and "percent" not in fields:
            fields.setdefault("discount", 50)
        return Reward.objects.create(name=name, **fields)

    return make


@pytest.fixture
def make_package(db: None) -> Callable[..., Package]:
    """`make_package({reward: 2, other: 1})`: for 500 points."""

    def make(items: dict[Reward, int], name: str = "Birthday box", **fields: Any) -> Package:
        fields.setdefault("points", 500)
        package = Package.objects.create(name=name, **fields)
        for reward, quantity in items.items():
            package.items.create(reward=reward, quantity=quantity)
        return package

    return make


@pytest.fixture
def take() -> Callable[..., Redemption]:
    """Redeems online, by a form of its own."""

    def taken(member: Member, reward: Reward, **fields: Any) -> Redemption:
        fields.setdefault("place", Place.ONLINE)
        fields.setdefault("form_token", uuid4())
        return redeem(member, reward, **fields)

    return taken
