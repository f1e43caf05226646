"""A customer's word that money was transferred."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.common.money import currency_decimals
from marketplace.notify.domain import notify
from messaging import domain as messaging
from messaging.models import Thread
from orders.domain.locking import lock_order
from orders.domain.parts import shop_people_of, tell_card_changed, titles_of
from orders.enums import NoticeDecision, NoticeFinding, OrderStatus
from orders.models import Order, TransferNotice
from orders.transfers.slips import Slip

CLOCK_SKEW = timedelta(minutes=5)
OLDEST = timedelta(days=366)  # older than that is a slip of the calendar
MAX_WAITING = 20
MAX_AMOUNT = Decimal(10) ** 12


def claim_transfer(
    order: Order,
    *,
    by: User | None,
    bank: str,
    amount: Decimal,
    transferred_at: datetime,
    form_token: uuid.UUID,
    slip: Slip | None = None,
) -> TransferNotice:
    """Stores what the customer says, with a first finding, and tells the shop.

    `by` is the customer, or None for whoever holds the order's link. The same `form_token` again returns
    the first notice. Refuses (codes bank, amount, future, old, draft, not_allowed, too_many) and a slip that
    is in use already (slip_used).
    """
    check_said(order, bank, amount, transferred_at)
    with _files_of_refusals() as saved, transaction.atomic():
        order = lock_order(order)
        existing = order.notices.filter(form_token=form_token).first()
        if existing:
            return existing
        _check_order(order, by)
        _refuse_used(slip, order)
        notice = TransferNotice(
            order=order,
            provider=order.provider,
            only_for=order.created_by if order.is_private else None,
            by=by,
            bank=bank.strip(),
            amount=amount,
            transferred_at=transferred_at,
            form_token=form_token,
            finding=_finding(order, amount, transferred_at),
        )
        _store(notice, slip, saved)
        _tell_shop(notice)
        _post_line(notice)
        tell_card_changed(order)
    return notice


def line_url(notice: TransferNotice) -> str:
    return reverse("orders:transfer_line", args=[notice.pk])


def heard_by(order: Order) -> User | None:
    """Of whom, in the shop, a message about this order is the own; None for everybody."""
    return order.created_by if order.is_private else None


def check_said(order: Order, bank: str, amount: Decimal, transferred_at: datetime) -> None:
    """What can be refused before anything is looked up."""
    if not bank.strip() or len(bank.strip()) > 120:
        raise DomainError(_("Write to which bank you transferred."), code="bank")
    whole = round(amount, currency_decimals(order.currency)) if amount.is_finite() else None
    if whole != amount or not 0 < amount < MAX_AMOUNT:
        raise DomainError(_("Write the amount that you transferred."), code="amount")
    now = timezone.now()
    if transferred_at > now + CLOCK_SKEW:
        raise DomainError(_("This time has not come yet: write when you made the transfer."), code="future")
    if transferred_at < now - OLDEST:
        raise DomainError(_("This is more than a year ago: look at the date again."), code="old")


def _check_order(order: Order, by: User | None) -> None:
    if by is not None and by.pk != order.customer_id:
        raise DomainError(_("Only the customer can notify a transfer."), code="not_allowed")
    if order.status == OrderStatus.DRAFT:
        raise DomainError(
            _("This order is still being put together. Wait for its total, then pay."), code="draft"
        )
    if order.notices.filter(decision=NoticeDecision.WAITING).count() >= MAX_WAITING:
        raise DomainError(
            _("Many notices wait for the provider already. Write in the chat instead."), code="too_many"
        )


def _refuse_used(slip: Slip | None, order: Order) -> None:
    used = _notice_with(slip) if slip else None
    if used is None:
        return
    if used.order_id != order.pk:
        sentence = _("This slip was used for another order. Send the slip of the transfer for this one.")
    elif used.decision == NoticeDecision.ACCEPTED:
        sentence = _("You sent this slip before, and the provider has accepted it.")
    else:
        sentence = _("You sent this slip before. The provider is looking at it.")
    raise DomainError(sentence, code="slip_used")


def _notice_with(slip: Slip) -> TransferNotice | None:
    alive = TransferNotice.objects.exclude(decision=NoticeDecision.REJECTED)
    found = alive.filter(slip_fingerprint=slip.fingerprint).first()
    if found is None and slip.reference is not None:
        reference = slip.reference
        found = alive.filter(slip_bank=reference.bank, slip_reference=reference.reference).first()
    return found


def _finding(order: Order, amount: Decimal, transferred_at: datetime) -> NoticeFinding:
    """Only a proposal: the shop looks at its account and decides."""
    minute = transferred_at.replace(second=0, microsecond=0)
    twins = TransferNotice.objects.filter(
        provider=order.provider_id,
        amount=amount,
        transferred_at__gte=minute,
        transferred_at__lt=minute + timedelta(minutes=1),
    ).exclude(decision=NoticeDecision.REJECTED)
    if order.paid_at is not None or twins.exists():
        return NoticeFinding.DUPLICATE
    if order.status == OrderStatus.CANCELLED or not order.rest:
        return NoticeFinding.CLAIMED
    return NoticeFinding.MATCHES if amount == order.rest else NoticeFinding.DIFFERS


def weigh_waiting(order: Order) -> None:
    """Compares the amounts that wait with what a locked order now leaves to pay; duplicates stay those."""
    waiting = order.notices.filter(decision=NoticeDecision.WAITING).exclude(finding=NoticeFinding.DUPLICATE)
    if order.status == OrderStatus.CANCELLED or not order.rest:
        waiting.update(finding=NoticeFinding.CLAIMED)
        return
    waiting.filter(amount=order.rest).update(finding=NoticeFinding.MATCHES)
    waiting.exclude(amount=order.rest).update(finding=NoticeFinding.DIFFERS)


def _store(notice: TransferNotice, slip: Slip | None, saved: list[TransferNotice]) -> None:
    if slip is not None:
        notice.slip_fingerprint = slip.fingerprint
        if slip.reference is not None:
            notice.slip_bank, notice.slip_reference = slip.reference.bank, slip.reference.reference
        picture = slip.photo.as_file()
        notice.slip.save(str(picture.name), picture, save=False)
        saved.append(notice)
    try:
        with transaction.atomic():
            notice.save()
    except IntegrityError:  # the same slip, sent for another order at this moment
        _refuse_used(slip, notice.order)
        raise


@contextmanager
def _files_of_refusals() -> Iterator[list[TransferNotice]]:
    """Removes the pictures of notices that were not stored after all."""
    saved: list[TransferNotice] = []
    try:
        yield saved
    except BaseException:
        for notice in saved:
            notice.slip.delete(save=False)
        raise


def _tell_shop(notice: TransferNotice) -> None:
    order = notice.order
    for person in shop_people_of(order):
        notify(
            person,
            "transfer_claimed",
            f"transfer:{notice.pk}:claimed:{person.pk}",
            number=order.number,
            title=titles_of(order),
            customer=order.customer_name or order.customer.name,
            bank=notice.bank,
            amount=notice.amount,
            total=order.total,
            received=order.received,
            rest=order.rest,
            currency=order.currency,
            transferred_at=notice.transferred_at,
            finding=str(notice.finding),
            is_paid=order.paid_at is not None,
            path=reverse("orders:notice", args=[notice.pk]),
        )


def _post_line(notice: TransferNotice) -> None:
    order = notice.order
    # Where the shop closed the conversation, money that came is told by mail and on the desk.
    with suppress(messaging.ThreadClosedError):
        messaging.post_notice(
            Thread.objects.get(pk=order.thread_id),
            by=notice.by or order.customer,
            url=line_url(notice),
            body=str(order.number),
            money=(notice.amount, order.currency),
            only_for=heard_by(order),
        )
