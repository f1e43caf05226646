"""The texts that a shop sends by SMS: which there are, what they may say, and what they say at first.

A text is plain, with variables in braces. A line whose variables are all empty is left out.
"""

from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TextKind(TextChoices):
    COURIER_ANNOUNCEMENT = "courier_announcement", _("Order announcement to courier")
    COURIER_TAKEN_BACK = "courier_taken_back", _("Order taken back from the courier")
    CUSTOMER_ON_THE_WAY = "customer_on_the_way", _("On the way, to the customer")
    CUSTOMER_DELIVERED = "customer_delivered", _("Delivered, to the customer")
    CUSTOMER_FAILED = "customer_failed", _("Delivery failed, to the customer")


# What goes out through the store's gateway and is no text to edit: the kind of its message, its name, when it
# goes, and what it says (as loyalty/domain/phone_codes.py has it, so it is translated there).
OTHER_KIND = "loyalty_code"
OTHER_NAME = _("Code to prove a phone, for points")
OTHER_WHEN = _("When a member asks for it to prove their own phone.")
OTHER_TEXT = _("%(code)s is your code for your points at %(store)s. It is good for 10 minutes.")

WHEN = MappingProxyType(
    {
        TextKind.COURIER_ANNOUNCEMENT: _("As soon as an order is handed to a courier."),
        TextKind.COURIER_TAKEN_BACK: _("When the order is taken back or given to another courier."),
        TextKind.CUSTOMER_ON_THE_WAY: _("When the courier sets out."),
        TextKind.CUSTOMER_DELIVERED: _("When the courier has handed it over."),
        TextKind.CUSTOMER_FAILED: _("When it could not be handed over."),
    }
)
FOR_COURIERS = (TextKind.COURIER_ANNOUNCEMENT, TextKind.COURIER_TAKEN_BACK)
ON_AT_FIRST = FOR_COURIERS

LABELS = MappingProxyType(
    {
        "number": _("Order number"),
        "name": _("Customer name"),
        "address": _("Delivery address"),
        "phone": _("Customer's phone"),
        "amount": _("Amount to collect"),
        "total": _("Order total"),
        "items": _("Items"),
        "note": _("Customer's note"),
        "due": _("Deliver by"),
        "reason": _("Reason"),
        "receiver": _("Name of the receiver"),
        "courier": _("Courier"),
        "shop": _("Shop"),
        "link": _("Link"),
    }
)
_CUSTOMERS = ("number", "name", "shop", "courier", "address", "link")
VARIABLES = MappingProxyType(
    {
        TextKind.COURIER_ANNOUNCEMENT: (
            "number",
            "name",
            "address",
            "phone",
            "amount",
            "total",
            "items",
            "note",
            "due",
            "courier",
            "shop",
            "link",
        ),
        TextKind.COURIER_TAKEN_BACK: ("number", "courier", "shop"),
        TextKind.CUSTOMER_ON_THE_WAY: (*_CUSTOMERS[:4], "amount", "due", *_CUSTOMERS[4:]),
        TextKind.CUSTOMER_DELIVERED: (*_CUSTOMERS[:4], "receiver", *_CUSTOMERS[4:]),
        TextKind.CUSTOMER_FAILED: (*_CUSTOMERS[:4], "reason", *_CUSTOMERS[4:]),
    }
)

# Short: in Thai, Persian and Vietnamese a part holds 70 characters, and a link takes fifty. Templates and not
# translations, since a shop edits them.
_ANNOUNCEMENT = {
    "en": "Order {number}\n{address}\nCollect {amount}\n{link}",
    "th": "ออร์เดอร์ {number}\n{address}\nเก็บเงิน {amount}\n{link}",
    "fa": "سفارش {number}\n{address}\nدریافت {amount}\n{link}",
    "vi": "Đơn {number}\n{address}\nThu {amount}\n{link}",
}
_TAKEN_BACK = {
    "en": "{shop}: order {number} was taken back. You need not deliver it.",
    "th": "{shop}: ออร์เดอร์ {number} ถูกเรียกคืนแล้ว ไม่ต้องไปส่ง",
    "fa": "{shop}: سفارش {number} پس گرفته شد؛ دیگر نیازی به تحویل نیست.",
    "vi": "{shop}: đơn {number} đã được thu lại, bạn không cần giao nữa.",
}
_ON_THE_WAY = {
    "en": "{shop}: your order {number} is on the way.\nPlease have {amount} ready.\n{link}",
    "th": "{shop}: กำลังนำส่งออร์เดอร์ {number}\nกรุณาเตรียมเงิน {amount}\n{link}",
    "fa": "{shop}: سفارش {number} در راه است.\nمبلغ پرداختی: {amount}\n{link}",
    "vi": "{shop}: đơn {number} đang trên đường giao.\nBạn chuẩn bị {amount} nhé.\n{link}",
}
_DELIVERED = {
    "en": "{shop}: your order {number} has been delivered. Thank you!",
    "th": "{shop}: ส่งออร์เดอร์ {number} เรียบร้อยแล้ว ขอบคุณที่อุดหนุน",
    "fa": "{shop}: سفارش {number} تحویل داده شد. از خریدتان سپاسگزاریم.",
    "vi": "{shop}: đơn {number} đã giao xong. Cảm ơn bạn!",
}
_FAILED = {
    "en": "{shop}: order {number} could not be delivered.\n{reason}\n{link}",
    "th": "{shop}: ส่งออร์เดอร์ {number} ไม่สำเร็จ\n{reason}\n{link}",
    "fa": "{shop}: سفارش {number} تحویل نشد.\n{reason}\n{link}",
    "vi": "{shop}: đơn {number} chưa giao được.\n{reason}\n{link}",
}
DEFAULTS = MappingProxyType(
    {
        TextKind.COURIER_ANNOUNCEMENT: _ANNOUNCEMENT,
        TextKind.COURIER_TAKEN_BACK: _TAKEN_BACK,
        TextKind.CUSTOMER_ON_THE_WAY: _ON_THE_WAY,
        TextKind.CUSTOMER_DELIVERED: _DELIVERED,
        TextKind.CUSTOMER_FAILED: _FAILED,
    }
)
