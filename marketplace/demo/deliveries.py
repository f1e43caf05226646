"""The demo shop's couriers, and a parcel in every state that there is.

Everything goes through the same functions as a real click; only the times are moved back.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Provider, User
from delivery.domain import Proof, hand_in_cash, hand_over, report, take_back
from delivery.enums import DeliveryState, FailureReason
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from marketplace.demo.drawing import draw_photo
from marketplace.demo.market import person
from marketplace.demo.stories import NAMESPACE
from marketplace.notify.enums import GatewayKind
from marketplace.notify.models import Notification, SmsGateway
from orders.domain import Item, confirm_order, order_for_customer, settle, share_link
from orders.models import Order
from services.models import Service

S = DeliveryState

# log-in, name, language, phone, vehicle; the first is the operator's, whom every shop may ask.
COURIERS = (
    ("courier", "پیک بازار", "fa", "+989125550144", "موتور سیکلت"),
    ("somchai", "สมชาย ว่องไว", "th", "+66815550155", "มอเตอร์ไซค์"),
    ("malee", "มาลี ส่งด่วน", "th", "+66815550166", "รถกระบะ"),
)
ADDRESSES = (
    "99/12 ซอยสุขุมวิท 49 แขวงคลองตันเหนือ เขตวัฒนา กรุงเทพฯ 10110",
    "245 ถนนเจริญกรุง แขวงบางรัก เขตบางรัก กรุงเทพฯ 10500",
    "คอนโดสีลมเพลส ชั้น 14 ห้อง 1402 ถนนสีลม กรุงเทพฯ 10500",
    "8/3 หมู่บ้านสวนหลวง ถนนพัฒนาการ กรุงเทพฯ 10250",
)
CUSTOMERS = ("customer@demo.example", "kanya@demo.example", "ananda@demo.example")


@dataclass(frozen=True, slots=True)
class Parcel:
    """Given to COURIERS[courier] so many hours ago; what they reported, how many minutes after that."""

    courier: int
    hours: float
    said: tuple[tuple[DeliveryState, int], ...] = ()
    paid: bool = False
    taken_back: bool = False
    moved_to: int | None = None
    handed_in: bool = False


PARCELS = (
    Parcel(1, 26, ((S.PICKED_UP, 10), (S.DELIVERED, 45)), handed_in=True),
    Parcel(0, 0.3),
    Parcel(0, 0.4, paid=True),
    Parcel(0, 1.5, ((S.PICKED_UP, 20),)),
    Parcel(0, 27, ((S.PICKED_UP, 20), (S.ON_THE_WAY, 35))),  # late
    Parcel(0, 5, ((S.PICKED_UP, 15), (S.ON_THE_WAY, 25), (S.DELIVERED, 70))),
    Parcel(0, 7, ((S.PICKED_UP, 15), (S.ON_THE_WAY, 30), (S.FAILED, 65))),
    Parcel(0, 28, ((S.PICKED_UP, 10), (S.FAILED, 50), (S.RETURNED, 120))),
    Parcel(1, 0.2),
    Parcel(1, 3, ((S.PICKED_UP, 15), (S.ON_THE_WAY, 30), (S.FAILED, 80))),
    Parcel(1, 4, ((S.PICKED_UP, 10), (S.DELIVERED, 50))),
    Parcel(2, 6, ((S.PICKED_UP, 10), (S.FAILED, 60), (S.RETURNED, 150))),
    Parcel(2, 1, taken_back=True),
    Parcel(2, 2, ((S.DELIVERED, 40),), moved_to=1),  # reported after it was somebody else's
)


def make_deliveries(*, say: Callable[[str], object]) -> None:
    """Does nothing when the shop has deliveries already."""
    owner = User.objects.get(username="provider@demo.example")
    shop = Provider.objects.get(members__user=owner, members__role="owner")
    couriers = [_courier(number, shop) for number in range(len(COURIERS))]
    if Delivery.objects.filter(provider=shop).exists():
        return
    SmsGateway.objects.get_or_create(
        provider=shop,
        defaults={
            "owner": owner,
            "kind": GatewayKind.CONSOLE,
            "time_zone": shop.time_zone,
            "currency": shop.currency,
        },
    )
    for number, parcel in enumerate(PARCELS):
        _deliver(number, parcel, shop, owner, couriers)
    Notification.objects.exclude(status="sent").update(status="sent", sent_at=timezone.now())
    say(f"deliveries: {len(PARCELS)}")


def _courier(number: int, shop: Provider) -> Courier:
    login, name, language, phone, vehicle = COURIERS[number]
    user = person(login, name, language, shop.time_zone, email="", phone=phone)
    courier, is_new = Courier.objects.get_or_create(
        user=user, defaults={"provider": shop if number else None, "vehicle": vehicle}
    )
    if is_new:  # the account may have been there before, without these
        User.objects.filter(pk=user.pk).update(phone=phone, language=language)
    return courier


def _deliver(number: int, parcel: Parcel, shop: Provider, owner: User, couriers: list[Courier]) -> None:
    given_at = timezone.now() - timedelta(hours=parcel.hours)
    order = _order(number, shop, owner, given_at)
    if parcel.paid:
        settle(order)
    delivery = hand_over(order, courier=couriers[parcel.courier], by=owner)
    _date(delivery, given_at)
    if parcel.moved_to is not None:
        delivery = hand_over(
            order, courier=couriers[parcel.moved_to], by=owner, seen=delivery.assignment_number
        )
    if parcel.taken_back:
        take_back(delivery, by=owner, seen=delivery.assignment_number)
    for step, (state, minutes) in enumerate(parcel.said):
        _report(delivery, couriers[parcel.courier], state, given_at + timedelta(minutes=minutes), step)
    if parcel.handed_in:
        hand_in_cash(shop, courier=couriers[parcel.courier], amount=order.total, by=owner)


def _order(number: int, shop: Provider, owner: User, at: datetime) -> Order:
    services = list(Service.objects.of_provider(shop).order_by("pk"))
    order = order_for_customer(
        shop,
        by=owner,
        customer=User.objects.get(username=CUSTOMERS[number % len(CUSTOMERS)]),
        items=[Item(services[number % len(services)])],
        form_token=uuid.uuid5(NAMESPACE, f"parcel{number}"),
        delivery_address=ADDRESSES[number % len(ADDRESSES)],
        delivery_fee=Decimal(60),
        note="ถ้าไม่อยู่ ฝากไว้ที่ป้อมยามได้ค่ะ" if number % 3 == 0 else "",
    )
    confirm_order(order, by=owner)
    share_link(order)
    Order.objects.filter(pk=order.pk).update(created_at=at, placed_at=at, confirmed_at=at)
    return Order.objects.get(pk=order.pk)


def _date(delivery: Delivery, at: datetime) -> None:
    Assignment.objects.filter(delivery=delivery).update(at=at)
    late = {"due_at": at + timedelta(hours=9)} if at < timezone.now() - timedelta(hours=20) else {}
    Delivery.objects.filter(pk=delivery.pk).update(state_at=at, **late)


def _report(delivery: Delivery, courier: Courier, state: DeliveryState, at: datetime, step: int) -> None:
    event = report(
        delivery,
        courier=courier,
        client_id=uuid.uuid5(NAMESPACE, f"report{delivery.pk}.{step}"),
        state=state,
        said_at=at,
        proof=Proof(
            reason=FailureReason.ABSENT if state == S.FAILED else "",
            note="โทรแล้วไม่มีคนรับ จะลองใหม่ช่วงเย็น" if state == S.FAILED else "",
            receiver="คุณวารี" if state == S.DELIVERED else "",
            photo=draw_photo("contract", delivery.pk) if state == S.DELIVERED else None,
            collected=delivery.to_collect if state == S.DELIVERED else None,
        ),
    )
    DeliveryEvent.objects.filter(pk=event.pk).update(received_at=at)
