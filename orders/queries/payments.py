"""Reads about being paid: what is due, how to pay it, and what was said to have been transferred."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable

from accounts.models import Provider
from orders.enums import NoticeDecision, OrderStatus
from orders.models import BankAccount, Order, PaymentSettings, TransferNotice

PROMPTPAY_CURRENCY = "THB"
_OWED = (OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.COMPLETED)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WaysToPay:
    """`promptpay_id` is empty where a baht transfer would make no sense."""

    accounts: list[BankAccount]
    promptpay_id: str

    def __bool__(self) -> bool:
        return bool(self.accounts or self.promptpay_id)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a shop must see beside a notice before it decides; amounts in the order's currency."""

    total: Decimal
    received: Decimal  # by couriers, in cash
    rest: Decimal  # what that left to transfer
    difference: Decimal  # to the rest; over zero: too much; under zero: too little
    accepted: Decimal  # of the order's other notices
    is_cancelled: bool
    is_paid: bool

    @property
    def is_short(self) -> bool:
        return self.difference < 0 and not self.accepted

    @property
    def missing(self) -> Decimal:
        return -self.difference

    @property
    def excess(self) -> Decimal:
        """What would be, or is, paid beyond the order's total."""
        return max(Decimal(0), self.accepted + self.difference)


def settings_of(provider: Provider) -> PaymentSettings:
    """The stored ones, or the first values, not stored."""
    found = PaymentSettings.objects.filter(provider=provider).first()
    return found or PaymentSettings(provider=provider)


def accounts_of(provider: Provider) -> list[BankAccount]:
    return list(BankAccount.objects.filter(provider=provider))


def ways_to_pay(provider: Provider) -> WaysToPay:
    is_baht = provider.currency == PROMPTPAY_CURRENCY
    promptpay_id = settings_of(provider).promptpay_id if is_baht else ""
    return WaysToPay(accounts_of(provider), promptpay_id)


def amount_due(order: Order) -> Decimal:
    """What the customer still has to pay; nothing for a draft, a cancelled or a paid order."""
    return order.rest if order.paid_at is None and order.status in _OWED else Decimal(0)


def notices_of(order: Order) -> list[TransferNotice]:
    """Newest first, with the people who sent and decided them."""
    notices = list(order.notices.select_related("by", "decided_by").order_by("-pk"))
    for notice in notices:
        notice.order = order
    return notices


def for_page(notices: QuerySet[TransferNotice]) -> QuerySet[TransferNotice]:
    return notices.select_related("order__customer", "order__provider", "by", "decided_by")


def facts_of(notice: TransferNotice) -> Facts:
    order = notice.order
    others = order.notices.filter(decision=NoticeDecision.ACCEPTED).exclude(pk=notice.pk)
    return Facts(
        total=order.total,
        received=order.received,
        rest=order.rest,
        difference=notice.amount - order.rest,
        accepted=others.aggregate(sum=Sum("amount"))["sum"] or Decimal(0),
        is_cancelled=order.status == OrderStatus.CANCELLED,
        is_paid=order.paid_at is not None,
    )


def order_with_link(token: str) -> QuerySet[Order]:
    """The order that this token opens to whoever holds it, or none."""
    return Order.objects.filter(link_token=token) if token else Order.objects.none()


def unpaid_too_long(now: datetime) -> QuerySet[Order]:
    """Placed, of shops that can be paid, neither paid nor confirmed within the hours that the shop gives.

    Not while a notice waits for the shop's word, and for as long again after the shop's last word.
    """
    hours = "provider__payment_settings__unpaid_hours"
    cut, outer_cut = now - _hours(F(hours)), now - _hours(OuterRef(hours))
    talked_about = TransferNotice.objects.filter(order=OuterRef("pk")).filter(
        Q(decision=NoticeDecision.WAITING) | Q(decided_at__gt=outer_cut)
    )
    has_promptpay = Q(provider__currency=PROMPTPAY_CURRENCY) & ~Q(provider__payment_settings__promptpay_id="")
    return Order.objects.filter(
        has_promptpay | Exists(BankAccount.objects.filter(provider=OuterRef("provider"))),
        ~Exists(talked_about),
        status=OrderStatus.PLACED,
        paid_at=None,
        total__gt=0,
        placed_at__lte=cut,
        provider__payment_settings__counting_from__lte=cut,
    )


def _hours(number: Combinable) -> "ExpressionWrapper[Combinable]":
    return ExpressionWrapper(number * _HOUR, output_field=DurationField())
