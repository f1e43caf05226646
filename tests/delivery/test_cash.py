"""Money that couriers bring."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts.models import Provider, User
from delivery.domain import hand_in_cash
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery, DeliveryEvent, HandIn
from marketplace.common.errors import DomainError

Say = Callable[..., DeliveryEvent]


def test_what_was_collected_is_ticked_off_once(
    say: Say, delivery: Delivery, rider: Courier, shop: Provider, provider: User
) -> None:
    say(DeliveryState.DELIVERED, collected=Decimal(241))

    done = hand_in_cash(shop, courier=rider, amount=Decimal(241), by=provider)
    with pytest.raises(DomainError) as again:
        hand_in_cash(shop, courier=rider, amount=Decimal(241), by=provider)
    say(DeliveryState.DELIVERED, minutes=9, collected=Decimal(1))

    delivery.refresh_from_db()
    assert (done.amount, done.currency, done.by) == (Decimal(241), "THB", provider)
    assert (delivery.hand_in, delivery.collected) == (done, Decimal(241))
    assert (again.value.code, HandIn.objects.count()) == ("changed", 1)


def test_another_sum_or_another_person_ticks_off_nothing(
    say: Say, delivery: Delivery, rider: Courier, shop: Provider, provider: User, stranger: User
) -> None:
    say(DeliveryState.DELIVERED, collected=Decimal(241))

    for amount, person in ((Decimal(240), provider), (Decimal(241), stranger)):
        with pytest.raises(DomainError):
            hand_in_cash(shop, courier=rider, amount=amount, by=person)

    delivery.refresh_from_db()
    assert (delivery.hand_in, HandIn.objects.count()) == (None, 0)
