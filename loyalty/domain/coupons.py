"""Redeemed coupons and gifts in use: each once, on one thing."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.ledger import lock_member
from loyalty.domain.programme import store_day
from loyalty.enums import RedemptionStatus
from loyalty.models import Branch, Redemption
from marketplace.common.calendars import base_language, format_date
from marketplace.common.errors import DomainError


def is_over(redemption: Redemption, *, now: datetime | None = None) -> bool:
    """Whether the last day on which it could be used is past; it stays to be seen."""
    return redemption.expires_on is not None and store_day(now) > redemption.expires_on


def use_coupon(
    redemption: Redemption,
    *,
    on: str,
    amount: Decimal | None,
    by: User | None,
    branch: Branch | None = None,
    now: datetime | None = None,
) -> Redemption:
    """Marks it used `on` one thing: "order:42", or "counter:<its key>" when it is handed over.

    `amount` is what it took off, if anything. The same `on` again changes nothing; otherwise refused with
    `used`, `cancelled`, `over`, `branch` or `taken` (the order has another coupon).
    """
    moment = now or timezone.now()
    with transaction.atomic():
        lock_member(redemption.member.merged_into_id or redemption.member_id)
        redemption = _locked(redemption)
        if redemption.status == RedemptionStatus.USED and redemption.used_on == on:
            return redemption
        _refuse(redemption, branch, moment)
        if Redemption.objects.filter(used_on=on, status=RedemptionStatus.USED).exists():
            raise DomainError(_("There is a coupon on it already. Take that off first."), code="taken")
        redemption.status, redemption.used_at = RedemptionStatus.USED, moment
        redemption.used_on, redemption.used_amount = on, amount
        redemption.save(update_fields=["status", "used_at", "used_on", "used_amount"])
    return redemption


def free_coupon(on: str) -> Redemption | None:
    """What `on` came to nothing: its coupon can be used again, until its own last day. None without one."""
    with transaction.atomic():
        used = Redemption.objects.filter(used_on=on, status=RedemptionStatus.USED).first() if on else None
        if used is None:
            return None
        lock_member(used.member.merged_into_id or used.member_id)
        used = _locked(used)
        if used.used_on != on:
            return None
        used.status, used.used_at = RedemptionStatus.OPEN, None
        used.used_on, used.used_amount = "", None
        used.save(update_fields=["status", "used_at", "used_on", "used_amount"])
    return used


def _locked(redemption: Redemption) -> Redemption:
    rows = Redemption.objects.select_for_update(of=("self",)).select_related("reward", "member")
    return rows.get(pk=redemption.pk)


def _refuse(redemption: Redemption, branch: Branch | None, now: datetime) -> None:
    if redemption.status == RedemptionStatus.CANCELLED:
        raise DomainError(_("It was undone: the points are back."), code="cancelled")
    if redemption.status == RedemptionStatus.USED:
        raise DomainError(_("It is used already."), code="used")
    if is_over(redemption, now=now):
        raise DomainError(_("It was good until %(day)s.") % {"day": _day(redemption)}, code="over")
    branches = set(redemption.reward.branches.values_list("pk", flat=True))
    if branch is not None and branches and branch.pk not in branches:
        raise DomainError(_("It is for another branch."), code="branch")


def _day(redemption: Redemption) -> str:
    assert redemption.expires_on is not None
    return format_date(redemption.expires_on, base_language(get_language()))
