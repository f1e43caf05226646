"""What happened between a customer and a shop, with what became of the parcels."""

from collections.abc import Callable
from uuid import uuid4

from django.test import Client

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.models import Courier
from marketplace.timeline import History
from orders.domain import confirm_order, place_order
from services.enums import ServiceKind
from services.models import Service


def test_the_parcels_steps_stand_among_the_orders(
    client_of: Callable[[User], Client],
    make_service: Callable[..., Service],
    customer: User,
    provider: User,
    courier: User,
    shop: Provider,
) -> None:
    tea = make_service("Tea", kind=ServiceKind.GOODS)
    order = place_order(tea, by=customer, form_token=uuid4(), delivery_address="1 Rama IV")
    order = confirm_order(order, by=provider)
    rider = Courier.objects.create(user=courier, provider=shop)
    delivery = hand_over(order, courier=rider, by=provider)

    response = client_of(customer).get(
        f"/inbox/{order.thread_id}/panel/", headers={"X-Requested-With": "fetch"}
    )

    happened = [(happening.title, happening.by) for happening in response.context["activity"]]
    assert happened == [("Given to a courier", "Courier"), ("Confirmed", "Provider"), ("Placed", "Customer")]
    kinds = [entry.kind for entry in History(order.thread, provider).page()[0]]
    assert kinds == ["handing", "event", "event"]
    profile = client_of(provider).get(f"/customers/{order.thread_id}/").content.decode()
    assert "Given to a courier" in profile
    assert delivery.get_state_display() == "Assigned"
