"""The shop's word on what customers say that they transferred, and the one way to a paid order."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.notify.domain import notify
from messaging import domain as messaging
from messaging.models import Thread
from orders.domain.claiming import heard_by, line_url, weigh_waiting
from orders.domain.locking import lock_order
from orders.domain.parts import tell_card_changed
from orders.enums import NoticeDecision, NoticeFinding, OrderStatus
from orders.models import Order, TransferNotice
from orders.queries.orders import may_handle

# Cash pays what was brought; one that was cancelled meanwhile stays so.
_BROUGHT = (OrderStatus.CONFIRMED, OrderStatus.COMPLETED)
# Why a notice may be rejected.
REJECTIONS = (NoticeFinding.DIFFERS, NoticeFinding.DUPLICATE, NoticeFinding.NOT_OURS)


def settle(order: Order, *, now: datetime | None = None) -> bool:
    """Marks the order paid; False when it was paid already, and then nothing changes.

    Everything that may pay an order comes through here, under the order's row lock. A cancelled order or
    a draft is refused (code not_payable). What other notices wait for this order are duplicates from now on.
    """
    with transaction.atomic():
        order = lock_order(order)
        if order.paid_at is not None:
            return False
        if order.status in (OrderStatus.CANCELLED, OrderStatus.DRAFT):
            raise DomainError(
                _("The order is now “%(status)s”. Reload the page to see it.")
                % {"status": order.get_status_display()},
                code="not_payable",
            )
        order.paid_at = now or timezone.now()
        order.save(update_fields=["paid_at"])
        order.notices.filter(decision=NoticeDecision.WAITING).update(finding=NoticeFinding.DUPLICATE)
        tell_card_changed(order)
    return True


def receive_cash(order: Order, amount: Decimal, *, at: datetime) -> Order:
    """Notes what couriers took for the order, worked out anew from all their reports; returns the order as it
    is then.

    `amount`, in the order's currency, replaces what was known, so the same again changes nothing. The total
    or more pays the order at `at`; of a part the rest stays to pay, and what notices wait are compared with
    that. A correction takes back a payment that only such cash had made.
    """
    with transaction.atomic():
        order = lock_order(order)
        was_paid_so = order.paid_at is not None and not order.rest and not _has_accepted(order)
        is_other = amount != order.received
        if is_other:
            order.received = amount
            if was_paid_so and order.rest:
                order.paid_at = None
            order.save(update_fields=["received", "paid_at"])
        if order.status in _BROUGHT and order.total and not order.rest:
            settle(order, now=at)
            order.refresh_from_db(fields=["paid_at"])
        elif is_other:
            weigh_waiting(order)
        if is_other:
            tell_card_changed(order)
    return order


def _has_accepted(order: Order) -> bool:
    return order.notices.filter(decision=NoticeDecision.ACCEPTED).exists()


def accept_notice(notice: TransferNotice, *, by: User) -> TransferNotice:
    """The money has come: the order is paid, and the customer is told.

    Accepting again changes nothing. A second notice of a paid order is refused (already_paid) and stays to
    be rejected as a duplicate. Money for a cancelled order is accepted, and the order stays cancelled.
    """
    with transaction.atomic():
        notice = _locked(notice, by)
        if notice.decision == NoticeDecision.ACCEPTED:
            return notice
        if notice.decision != NoticeDecision.WAITING:
            raise _decided(notice)
        _decide(notice, NoticeDecision.ACCEPTED, by)
        if notice.order.status != OrderStatus.CANCELLED and not settle(notice.order):
            raise DomainError(
                _("The order is paid already. Reject this notice, as a duplicate if it is one."),
                code="already_paid",
            )
        _tell_customer(notice, by)
    return notice


def reject_notice(notice: TransferNotice, *, by: User, finding: NoticeFinding, reason: str) -> TransferNotice:
    """Tells the customer `reason`; the slip may be sent again. Rejecting again changes nothing."""
    reason = reason.replace("\x00", "").strip()
    if finding not in REJECTIONS:
        raise DomainError(_("Choose what is wrong with this notice."), code="finding")
    if not reason:
        raise DomainError(_("Say why: the customer will see it."), code="reason")
    with transaction.atomic():
        notice = _locked(notice, by)
        if notice.decision == NoticeDecision.REJECTED:
            return notice
        if notice.decision != NoticeDecision.WAITING:
            raise _decided(notice)
        notice.finding, notice.reason = finding, reason[:1000]
        _decide(notice, NoticeDecision.REJECTED, by)
        _tell_customer(notice, by)
        tell_card_changed(notice.order)
    return notice


def _locked(notice: TransferNotice, by: User) -> TransferNotice:
    """The notice under its order's lock. Who may not decide finds the same refusal as a customer."""
    order = lock_order(notice.order)
    if not may_handle(order, by):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")
    notice = TransferNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    notice.order = order
    return notice


def _decide(notice: TransferNotice, decision: NoticeDecision, by: User) -> None:
    notice.decision, notice.decided_by, notice.decided_at = decision, by, timezone.now()
    notice.save(update_fields=["decision", "decided_by", "decided_at", "finding", "reason"])


def _decided(notice: TransferNotice) -> DomainError:
    return DomainError(
        _("This notice was decided already: “%(decision)s”.") % {"decision": notice.get_decision_display()},
        code="decided",
    )


def _tell_customer(notice: TransferNotice, by: User) -> None:
    order = notice.order
    notify(
        order.customer,
        f"transfer_{notice.decision}",
        f"transfer:{notice.pk}:{notice.decision}:{order.customer_id}",
        number=order.number,
        amount=notice.amount,
        currency=order.currency,
        shop=order.provider.name,
        reason=notice.reason,
        finding=str(notice.finding),
        is_cancelled=order.status == OrderStatus.CANCELLED,
        path=order.get_absolute_url(),
    )
    thread = Thread.objects.get(pk=order.thread_id)
    messaging.card_changed(thread, line_url(notice), only_for=heard_by(order))
