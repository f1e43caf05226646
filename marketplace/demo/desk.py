"""The demo shop's sales desk: leads in all four states, people who asked to be called back, a silence."""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Provider, User
from followup.domain import add_note, begin_tasks, end_follow_up, request_callback
from followup.models import CallbackRequest, FollowUp
from marketplace.demo import catalog
from marketplace.notify.models import Notification
from messaging.domain import open_thread, post_message
from messaging.models import Message, Thread
from orders.enums import OrderStatus
from orders.models import Order
from services.models import Service

NAMESPACE = uuid.UUID("0a8f4f0e-54c6-4d5b-a2ab-5a4a1f7f0d31")

# What was noted, in how many days to contact again (None: no date), and whether that ended it.
NOTES = (
    ("โทรแล้ว ลูกค้าขอเวลาตัดสินใจ จะโทรกลับเช้านี้", -0.1, False),
    ("ส่งใบเสนอราคาทาง LINE แล้ว รอคำตอบ", -3, False),
    ("ลูกค้าขอเลื่อนเป็นสัปดาห์หน้า", 6, False),
    ("นัดโทรคุยรายละเอียดพรุ่งนี้ 10 โมง", 1, False),
    ("ฝากข้อความไว้ ยังไม่ได้นัดวัน", None, False),
    ("ปิดการขายแล้ว ลูกค้าพอใจมาก", None, True),
    ("ลูกค้าไปใช้บริการที่อื่น จบการติดตาม", -8, True),
)
CALLBACKS = (
    ("คุณวารี แสงทอง", "081 555 0142", "", "อยากทราบราคาสำหรับหมู่คณะ 12 คนค่ะ โทรกลับช่วงบ่ายได้เลย", 1),
    ("Minh Trần", "", "minh.tran@people.example", "Tôi muốn đặt lịch vào cuối tuần, xin gọi lại.", 3),
    ("نگار احمدی", "+98 912 555 0177", "", "لطفا درباره زمان انجام کار با من تماس بگیرید.", 30),
)


def fill_desk() -> None:
    """Does nothing when the desk has been filled before."""
    owner = User.objects.get(username="provider@demo.example")
    shop = Provider.objects.get(members__user=owner, members__role="owner")
    if CallbackRequest.objects.filter(provider=shop).exists():
        return
    now = timezone.now()
    agent = User.objects.get(username="agent@demo.example")
    _notes(shop, [owner, agent], now)
    _callbacks(shop, now)
    _silence(shop, owner, now)
    begin_tasks(now)
    Notification.objects.exclude(status="sent").update(status="sent", sent_at=now)  # nobody waits for these


def _notes(shop: Provider, people: list[User], now: datetime) -> None:
    orders = Order.objects.filter(provider=shop).exclude(status=OrderStatus.DRAFT).order_by("-pk")
    for number, (order, (text, days, ended)) in enumerate(zip(orders[1:], NOTES, strict=False)):
        note = add_note(
            order,
            by=people[number % len(people)],
            note=text,
            follow_up_at=None if days is None else now + timedelta(days=days),
            form_token=uuid.uuid5(NAMESPACE, str(number)),
        )
        FollowUp.objects.filter(pk=note.pk).update(created_at=now - timedelta(hours=5 + 19 * number))
        if ended:
            end_follow_up(note, by=people[0])


def _callbacks(shop: Provider, now: datetime) -> None:
    service = Service.objects.filter(provider=shop).order_by("pk").first()
    for name, phone, email, message, hours in CALLBACKS:
        callback = request_callback(
            shop,
            by=None,
            name=name,
            phone=phone.replace(" ", "").replace("081", "+6681", 1) if phone else "",
            email=email,
            message=message,
            service=service,
        )
        CallbackRequest.objects.filter(pk=callback.pk).update(created_at=now - timedelta(hours=hours))


def _silence(shop: Provider, owner: User, now: datetime) -> None:
    """A customer who has been waiting since this morning."""
    waiting = User.objects.filter(username=catalog.CUSTOMERS[-1].email).first()
    if waiting is None:
        return
    thread = open_thread(customer=waiting, provider=shop, topic="สอบถามเวลาว่าง")
    asked = post_message(thread, by=waiting, body="สวัสดีค่ะ เสาร์นี้ยังมีเวลาว่างไหมคะ")
    at = now - timedelta(hours=7)
    Message.objects.filter(pk=asked.pk).update(created_at=at)
    Thread.objects.filter(pk=thread.pk).update(last_message_at=at)
