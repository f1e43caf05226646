"""A world with one of everything, all of it belonging to `customer` and `shop`."""

import io
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.domain import invite_agent
from accounts.models import Provider, User
from accounts.queries import owner_of
from appointments.domain.feeds import renew_feed
from appointments.enums import CallOutcome
from appointments.models import Call
from delivery.domain import Proof, hand_over
from delivery.domain import report as report_delivery
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery, DeliveryEvent
from followup.domain import add_note, begin_task, request_callback
from followup.models import SilentThread
from marketplace.common.images import reencode_photo
from marketplace.notify.sms import save_gateway, send_test
from messaging.domain import post_message
from messaging.enums import MessageKind
from messaging.models import Attachment
from orders.domain import (
    Item,
    add_account,
    claim_transfer,
    confirm_order,
    create_card,
    order_for_customer,
    place_order,
    share_link,
)
from orders.domain.outside import save_system
from orders.enums import DeskTask, SaleKind
from orders.transfers.slips import read_slip
from services.domain import add_service
from services.enums import ServiceKind
from services.models import Category
from tests.support.pictures import a_picture


@pytest.fixture
def people(
    customer: User, provider: User, agent: User, stranger: User, courier: User, operator: User
) -> dict[str, User]:
    return {
        "customer": customer,
        "provider": provider,
        "agent": agent,
        "stranger": stranger,
        "courier": courier,
        "operator": operator,
    }


def _carried(shop: Provider, customer: User, agent: User, courier: User) -> tuple[Delivery, DeliveryEvent]:
    """A parcel on its way with the courier, who sent a photo of it."""
    tea = add_service(
        shop,
        title="Jasmine tea",
        category=Category.objects.get(),
        description="Loose leaves.",
        price=Decimal(120),
        duration_minutes=60,
        kind=ServiceKind.GOODS,
    )
    order = place_order(tea, by=customer, form_token=uuid4(), delivery_address="12 Charoen Krung")
    order = confirm_order(order, by=agent)
    share_link(order)
    photo = default_storage.save("couriers/world.txt", ContentFile(b"a face"))
    rider = Courier.objects.create(user=courier, provider=shop, photo=photo)
    delivery = hand_over(order, courier=rider, by=agent)
    said = {"client_id": uuid4(), "state": DeliveryState.ON_THE_WAY, "said_at": timezone.now()}
    event = report_delivery(
        delivery, courier=rider, proof=Proof(photo=reencode_photo(io.BytesIO(a_picture()))), **said
    )
    return Delivery.objects.select_related("order").get(pk=delivery.pk), event


@pytest.fixture
def world(
    customer: User,
    agent: User,
    courier: User,
    service: Any,
    thread: Any,
    order: Any,
    appointment: Any,
    settings: Any,
) -> dict[str, Any]:
    settings.DEBUG = True
    message = post_message(thread, by=customer, body="a file", kind=MessageKind.FILE)
    attachment = Attachment(message=message, name="note.txt", content_type="text/plain", size=4)
    attachment.file.save("note.txt", ContentFile(b"note"))
    photo = default_storage.save("services/world.txt", ContentFile(b"a photo"))
    share_link(order)
    silence = SilentThread.objects.create(thread=thread, provider=order.provider)
    begin_task(silence, DeskTask.UNANSWERED, since=timezone.now())
    system, _secret = save_system(
        order.provider,
        by=owner_of(order.provider),
        new_sale_url="https://orders.example/new/{order}",
        additional_sale_url="https://orders.example/add/{order}",
        webhook_url="https://orders.example/events",
    )
    delivery, report = _carried(order.provider, customer, agent, courier)
    card = create_card(thread, by=agent, sale_kind=SaleKind.NEW, form_token=uuid4())
    spare = User.objects.create(username="spare", display_name="Spare")
    return {
        "spare_courier": Courier.objects.create(user=spare, provider=order.provider),
        "delivery": delivery,
        "report": report,
        "sms": send_test(
            save_gateway(
                order.provider, owner=owner_of(order.provider), kind="console", secret="", currency="THB"
            ),
            "+66812345678",
            text="Hello",
            unique_key="sms:world",
            language="en",
        ),
        "outside": system,
        "outside_card": card,
        "outside_delivery": system.deliveries.get(),
        "silence": silence,
        "callback": request_callback(
            order.provider, by=None, name="Caller", phone="+66812345678", email="", message="Call me"
        ),
        "note": add_note(
            order, by=owner_of(order.provider), note="Called", follow_up_at=None, form_token=uuid4()
        ),
        "photo": photo,
        "feed_token": renew_feed(customer).token,
        "call": Call.objects.create(
            appointment=appointment,
            started_at=timezone.now(),
            ended_at=timezone.now(),
            outcome=CallOutcome.FAILED,
        ),
        "service": service,
        "thread": thread,
        "order": order,
        "appointment": appointment,
        "attachment": attachment,
        "taken_order": order_for_customer(
            order.provider, by=agent, customer=customer, items=[Item(service)], form_token=uuid4()
        ),
        "invitation": invite_agent(order.provider, email="new@people.example", by=owner_of(order.provider)),
        "member": order.provider.members.get(user=agent),
        "account": add_account(order.provider, bank="Bank", number="1234-5", holder="Siam Legal"),
        "notice": claim_transfer(
            order,
            by=customer,
            bank="Bank",
            amount=order.total,
            transferred_at=timezone.now(),
            form_token=uuid4(),
            slip=read_slip(a_picture()),
        ),
    }
