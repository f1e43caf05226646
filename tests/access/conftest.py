"""A world with one of everything, all of it belonging to `customer` and `shop`."""

import io
from collections.abc import Callable
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
from loyalty import domain as loyalty
from loyalty.domain.counter import take_in_coupon
from loyalty.enums import Place, RewardKind, Role, RuleKind
from loyalty.models import BackofficeAccount, Branch, EarningRule, Level, Package, Reward
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
from tests.access.loyalty_batches import batches_world
from tests.access.loyalty_members import members_world
from tests.support.pictures import a_picture


@pytest.fixture
def people(
    customer: User,
    provider: User,
    agent: User,
    stranger: User,
    courier: User,
    operator: User,
    office: dict[str, User],
) -> dict[str, User]:
    return {
        **office,
        "customer": customer,
        "provider": provider,
        "agent": agent,
        "stranger": stranger,
        "courier": courier,
        "operator": operator,
    }


@pytest.fixture
def office(make_person: Callable[..., User]) -> dict[str, User]:
    """The backoffice's roles: office_admin, office_operator, office_staff."""
    found = {}
    for role in Role:
        user = make_person(f"office_{role}", is_staff=True, is_superuser=role == Role.ADMIN)
        BackofficeAccount.objects.create(user=user, role=role)
        found[user.username] = user
    return found


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


def _at_counter(customer: User, operator: User) -> dict[str, Any]:
    """The customer's member; the operator gave points and handed out a reward that costs none."""
    branch = Branch.objects.create(name="Siam", code="SIAM")
    member = loyalty.member_of(customer)
    reward = Reward.objects.create(name="Free tea", kind=RewardKind.GIFT, points=0)
    given = {"branch": branch, "by": operator}
    token = uuid4()
    return {
        "branch": branch,
        "loyalty_member": member,
        "reward": reward,
        "package": Package.objects.create(name="Tea for two", points=0),
        "counter_purchase": loyalty.spend_at_counter(
            member, amount=Decimal(100), form_token=str(token), **given
        ),
        "redemption": loyalty.redeem(member, reward, place=Place.COUNTER, form_token=token, **given),
        "coupon_use": take_in_coupon(
            loyalty.redeem(member, reward, place=Place.ONLINE, by=customer, form_token=uuid4()),
            form_token="",
            amount=None,
            **given,
        ),
    }


def _level_in_use() -> Level:
    level = Level.objects.create(name="Silver", threshold=0)
    Reward.objects.create(name="For Silver", kind=RewardKind.GIFT, points=1).levels.add(level)
    return level


@pytest.fixture
def world(
    customer: User,
    agent: User,
    courier: User,
    service: Any,
    thread: Any,
    order: Any,
    appointment: Any,
    operator: User,
    make_person: Callable[..., User],
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
    office_person = make_person("office-person", is_staff=True)
    BackofficeAccount.objects.create(user=office_person, role=Role.STAFF)
    spare = User.objects.create(username="spare", display_name="Spare")
    return {
        **members_world(customer),
        **_at_counter(customer, operator),
        **batches_world(operator),
        "office_person": office_person,
        "level": _level_in_use(),
        "earning_rule": EarningRule.objects.create(
            name="Spend", kind=RuleKind.SPENDING, per_amount=Decimal(100), points=1
        ),
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
