"""Leads of every kind, and the desk's clock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Provider, User
from followup.domain import add_note, request_callback
from followup.models import CallbackRequest, FollowUp
from orders.domain import place_order
from orders.models import Order
from services.models import Service


@pytest.fixture
def place(service: Service, customer: User) -> Callable[..., Order]:
    """A web order; `fields` are written past the rules, as another day would have left it."""

    def make(by: User | None = None, **fields: Any) -> Order:
        order = place_order(service, by=by or customer, form_token=uuid4())
        if fields:
            Order.objects.filter(pk=order.pk).update(**fields)
            order.refresh_from_db()
        return order

    return make


@pytest.fixture
def ask(shop: Provider) -> Callable[..., CallbackRequest]:
    def make(name: str = "Caller", **fields: Any) -> CallbackRequest:
        at = fields.pop("created_at", None)
        fields = {"by": None, "phone": "+66812345678", "email": "", "message": "Call me"} | fields
        callback = request_callback(shop, name=name, **fields)
        if at:
            CallbackRequest.objects.filter(pk=callback.pk).update(created_at=at)
            callback.refresh_from_db()
        return callback

    return make


@pytest.fixture
def note(provider: User) -> Callable[..., FollowUp]:
    def make(lead: Any, text: str = "Called", at: datetime | None = None, by: User | None = None) -> FollowUp:
        return add_note(lead, by=by or provider, note=text, follow_up_at=at, form_token=uuid4())

    return make


@pytest.fixture
def now() -> datetime:
    return timezone.now()
