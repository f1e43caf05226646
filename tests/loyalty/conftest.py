from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from loyalty.domain import award, join
from loyalty.enums import Role, RuleKind
from loyalty.models import (
    BackofficeAccount,
    Branch,
    EarningRule,
    LedgerEntry,
    Level,
    Member,
    Programme,
    Purchase,
)


@pytest.fixture
def programme(db: None) -> Programme:
    """Points never expire and are never held, levels go by money of all time and never fall."""
    return Programme.objects.create(
        pk=1, expiry_months=0, hold_days=0, level_criterion="spending", level_window=0, level_keep_months=None
    )


@pytest.fixture
def branch(db: None) -> Branch:
    return Branch.objects.create(name="Siam", code="SIAM")


@pytest.fixture
def levels(db: None) -> list[Level]:
    """Silver from 0, Gold from 1,000 (×1.5), Platinum from 5,000 (×2)."""
    return [
        Level.objects.create(name="Silver", threshold=0),
        Level.objects.create(name="Gold", threshold=1000, multiplier=Decimal("1.5")),
        Level.objects.create(name="Platinum", threshold=5000, multiplier=Decimal(2)),
    ]


@pytest.fixture
def rule(programme: Programme) -> EarningRule:
    """One point for each 100."""
    return EarningRule.objects.create(name="Spend", kind=RuleKind.SPENDING, per_amount=Decimal(100), points=1)


@pytest.fixture
def member(programme: Programme) -> Member:
    return join(name="Somsri Jaidee", phone="+66812345678", email="somsri@people.example")


@pytest.fixture
def make_member(programme: Programme) -> Callable[..., Member]:
    numbers = iter(range(10, 1000))

    def make(**fields: Any) -> Member:
        fields.setdefault("phone", f"+6681000{next(numbers):04}")
        return join(**fields)

    return make


@pytest.fixture
def buy(member: Member) -> Callable[..., Purchase]:
    """A purchase with its points."""

    def bought(
        amount: int | str, *, of: Member | None = None, now: datetime | None = None, **fields: Any
    ) -> Purchase:
        fields.setdefault("reference", f"test:{uuid4()}")
        purchase = Purchase.objects.create(member=of or member, amount=Decimal(amount), **fields)
        award(purchase, now=now)
        purchase.refresh_from_db()
        return purchase

    return bought


@pytest.fixture
def ledger_of() -> Callable[[Member], list[tuple[str, int]]]:
    """(kind, points), oldest first."""
    return lambda member: [
        (entry.kind, entry.points) for entry in LedgerEntry.objects.filter(member=member).order_by("pk")
    ]


@pytest.fixture
def make_backoffice(make_person: Callable[..., User]) -> Callable[..., User]:
    """One of the operator's people with a role: the counter's Staff may be bound to a branch."""

    def make(username: str, role: Role, branch: Branch | None = None) -> User:
        user = make_person(username, is_staff=True, is_superuser=role == Role.ADMIN)
        if role != Role.ADMIN:
            BackofficeAccount.objects.create(user=user, role=role, branch=branch)
        return user

    return make


@pytest.fixture
def admin_client(make_backoffice: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    return client_of(make_backoffice("chief", Role.ADMIN))
