"""How the demo shops are paid, and transfer notices in every state.

Everything goes through the same functions as a real click; only the times are moved back afterwards.
"""

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import Provider, User
from accounts.queries import owner_of
from marketplace.demo.stories import NAMESPACE
from marketplace.demo.stories import _date_message as date_message
from marketplace.notify.models import Notification
from messaging.enums import MessageKind
from orders.domain import (
    accept_notice,
    add_account,
    cancel_order,
    claim_transfer,
    reject_notice,
    save_payment_settings,
    share_link,
)
from orders.enums import NoticeFinding, OrderStatus
from orders.models import BankAccount, Order, TransferNotice
from orders.transfers.slips import Slip, read_slip

# shop: (PromptPay number, hours to pay or None for never, accounts as (bank, number, holder))
SHOPS: dict[str, tuple[str, int | None, tuple[tuple[str, str, str], ...]]] = {
    "provider@demo.example": (
        "0812345678",
        None,
        (
            ("ธนาคารกสิกรไทย", "123-4-56789-0", "บจก. สยามลีกัล"),
            ("ธนาคารไทยพาณิชย์", "987-6-54321-0", "บจก. สยามลีกัล"),
        ),
    ),
    "baan-sabai@demo.example": ("0898765432", 72, (("ธนาคารกรุงเทพ", "111-2-33344-5", "บ้านสบาย"),)),
    "krua-khun-yai@demo.example": ("", None, (("ธนาคารกรุงไทย", "222-3-44455-6", "ครัวคุณยาย"),)),
}
REJECTION = "ยอดเงินไม่ตรงกับออร์เดอร์ กรุณาโอนส่วนที่ขาดแล้วส่งสลิปใหม่อีกครั้ง"


def make_payments(*, say: Callable[[str], object]) -> None:
    """Does nothing to a shop that has accounts already, nor a second time to the orders."""
    for login, (promptpay_id, hours, accounts) in SHOPS.items():
        shop = Provider.objects.filter(members__user__username=login, members__role="owner").first()
        if shop is None or BankAccount.objects.filter(provider=shop).exists():
            continue
        for bank, number, holder in accounts:
            add_account(shop, bank=bank, number=number, holder=holder)
        save_payment_settings(shop, promptpay_id=promptpay_id, unpaid_hours=hours)
    main = Provider.objects.get(members__user__username="provider@demo.example", members__role="owner")
    if not TransferNotice.objects.filter(provider=main).exists():
        _notices(main, owner_of(main))
        _paid_before(owner_of(main), main)
        Notification.objects.exclude(status="sent").update(status="sent", sent_at=timezone.now())
    say("payments")


def _notices(shop: Provider, owner: User) -> None:
    """One of each: matches, differs, duplicate, claimed, rejected, accepted."""
    waiting = Order.objects.filter(provider=shop, paid_at=None).select_related("customer", "provider")
    open_ones = list(
        waiting.filter(status__in=[OrderStatus.PLACED, OrderStatus.CONFIRMED]).order_by("-pk")[:5]
    )
    cancelled = waiting.filter(status=OrderStatus.CANCELLED).order_by("-pk").first()
    if len(open_ones) < 5:
        return
    matches, differs, twice, rejected, paid = open_ones
    _claim(matches, hours=2)
    _claim(differs, hours=5, part=Decimal(100))
    _claim(twice, hours=7)
    _claim(twice, hours=7, again=True)
    reject_notice(
        _claim(rejected, hours=30, part=Decimal(200)),
        by=owner,
        finding=NoticeFinding.DIFFERS,
        reason=REJECTION,
    )
    accept_notice(_claim(paid, hours=26), by=owner)
    if cancelled is None:
        cancelled = cancel_order(rejected, by=owner, reason="ลูกค้าขอยกเลิก")
    _claim(cancelled, hours=9)
    share_link(matches)


def _paid_before(owner: User, shop: Provider) -> None:
    """Most completed orders were paid when they were completed."""
    done = Order.objects.filter(provider=shop, status=OrderStatus.COMPLETED, paid_at=None)
    for number, order in enumerate(done.select_related("customer", "provider").order_by("pk")):
        if number % 5 and order.completed_at:
            notice = accept_notice(_claim(order, hours=40 + number), by=owner)
            moment = order.completed_at
            TransferNotice.objects.filter(pk=notice.pk).update(
                transferred_at=moment, created_at=moment, decided_at=moment
            )
            Order.objects.filter(pk=order.pk).update(paid_at=moment)


def _claim(order: Order, *, hours: int, part: Decimal = Decimal(0), again: bool = False) -> TransferNotice:
    moment = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=hours)
    amount = order.total - part
    bank, number, _holder = SHOPS["provider@demo.example"][2][0]
    notice = claim_transfer(
        order,
        by=order.customer,
        bank=f"{bank} {number}",
        amount=amount,
        transferred_at=moment,
        form_token=uuid.uuid5(NAMESPACE, f"transfer{order.form_token}{again}"),
        slip=_slip(order, amount, again=again),
    )
    line = order.thread.messages.filter(kind=MessageKind.NOTICE).latest("seq")
    date_message(line, moment)
    TransferNotice.objects.filter(pk=notice.pk).update(created_at=moment)
    return notice


def _slip(order: Order, amount: Decimal, *, again: bool) -> Slip:
    """A drawn slip: enough to see what a slip is, and no bank's design."""
    image = Image.new("RGB", (720, 1080), "#f4f8ff")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 720, 200), fill="#1f5fa8")
    draw.ellipse((310, 130, 410, 230), fill="#ffffff")
    draw.line((335, 182, 355, 204, 388, 160), fill="#2c9a56", width=12)
    draw.text((200, 270), f"{amount:,.2f} THB", fill="#10243f", font_size=56)
    for row, text in enumerate(("Transfer completed", "From  xxx-x-x4821-x", "To    123-4-56789-0")):
        draw.text((90, 400 + 90 * row), text, fill="#3d5878", font_size=36)
    draw.text((90, 900), f"Ref. {order.number}{'B' if again else 'A'}", fill="#3d5878", font_size=32)
    out = io.BytesIO()
    image.save(out, "PNG")
    return read_slip(out.getvalue())
