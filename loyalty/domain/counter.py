"""At the counter: a phone for a member's card, coupons taken in, and taking back what was a mistake."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.coupons import free_coupon, use_coupon
from loyalty.domain.ledger import lock_current, lock_families, refuse_own
from loyalty.domain.member_edits import edit_member
from loyalty.domain.merging import merge_members
from loyalty.domain.purchases import refund
from loyalty.domain.redeeming import UNDO_WITHIN, undo_redemption
from loyalty.enums import Place, RedemptionStatus, Right
from loyalty.models import Branch, CouponUse, Member, Purchase, Redemption
from loyalty.permissions import rights_of
from marketplace.common.errors import DomainError


def link_phone(member: Member, phone: str, *, by: User) -> Member:
    """Staff vouch for the phone of the person before them. Who was known by it alone, without an account,
    becomes one with `member`. Refused with `has_phone`, `own`, or as `edit_member` does; and with
    `has_points` when there is something to be had by it: that is for who may merge members, or for the
    customer to prove by a code."""
    with transaction.atomic():
        known = Member.objects.filter(phone=phone).values_list("pk", flat=True).first()
        locked = lock_families(member.pk, *([known] if known else []))
        member, holder = locked[member.pk], locked.get(known or 0)
        if member.phone:
            raise DomainError(_("This member has a phone already."), code="has_phone")
        refuse_own(member, by)
        if (
            holder is not None
            and str(holder.phone or "") == phone
            and not holder.user_id
            and not holder.is_gone
        ):
            _refuse_to_bring(holder, by)
            return merge_members(member, holder, by=by)
        return edit_member(member, phone=phone, by=by)


def _refuse_to_bring(holder: Member, by: User) -> None:
    waiting = Purchase.objects.filter(member=holder, awarded_at=None)
    coupons = Redemption.objects.filter(member=holder, status=RedemptionStatus.OPEN)
    if Right.MEMBERS in rights_of(by) or not (holder.balance or waiting.exists() or coupons.exists()):
        return
    raise DomainError(
        _(
            "Points were collected by this phone. The customer can prove it by a code under “Your phone "
            "number”, or somebody who may open Member Detail merges the two."
        ),
        code="has_points",
    )


def undo_purchase(purchase: Purchase, *, by: User, now: datetime | None = None) -> Purchase:
    """The whole purchase goes back, with its points. Again: no change. Refused (`too_late`) to others than
    who gave the points, and after UNDO_WITHIN."""
    moment = now or timezone.now()
    _refuse_late(purchase.at, purchase.place, purchase.by_id == by.pk, moment)
    assert purchase.member is not None
    with transaction.atomic():
        lock_current(purchase.member.pk)
        purchase.refresh_from_db()
        left = purchase.amount - purchase.refunded
        if left:
            refund(purchase, amount=left, reference=f"undo:{purchase.reference}", by=by)
            purchase.refresh_from_db()
    return purchase


def undo_at_counter(redemption: Redemption, *, by: User, now: datetime | None = None) -> Redemption:
    """As `undo_redemption`, for who handed it out and within UNDO_WITHIN."""
    moment = now or timezone.now()
    _refuse_late(redemption.created_at, redemption.place, redemption.by_id == by.pk, moment)
    return undo_redemption(redemption, by=by, now=moment)


def take_in_coupon(
    redemption: Redemption, *, form_token: str, amount: Decimal | None, by: User, branch: Branch | None
) -> CouponUse:
    """It is handed over here, and noted by whom and where. The same `form_token` again changes nothing.
    Refused as by `use_coupon`."""
    with transaction.atomic():
        refuse_own(redemption.member, by)
        on = f"counter:{redemption.pk}:{form_token}"
        redemption = use_coupon(redemption, on=on, amount=amount, by=by, branch=branch)
        noted = {"by": by, "branch": branch, "at": redemption.used_at}
        use, _new = CouponUse.objects.get_or_create(redemption=redemption, undone_at=None, defaults=noted)
    return use


def undo_coupon(use: CouponUse, *, by: User, now: datetime | None = None) -> CouponUse:
    """The coupon can be used again. Again: no change. Refused (`too_late`) to others than who took it in, and
    after UNDO_WITHIN."""
    moment = now or timezone.now()
    _refuse_late(use.at, Place.COUNTER, use.by_id == by.pk, moment)
    with transaction.atomic():
        lock_current(use.redemption.member_id)
        use = CouponUse.objects.select_related("redemption").get(pk=use.pk)
        if use.undone_at is None:
            free_coupon(use.redemption.used_on)
            use.undone_at = moment
            use.save(update_fields=["undone_at"])
    return use


def _refuse_late(at: datetime, place: str, is_own: bool, now: datetime) -> None:
    if place != Place.COUNTER or not is_own or now - at > UNDO_WITHIN:
        raise DomainError(
            _("The time for undoing it here is over. Ask an Operator to correct it under Member Detail."),
            code="too_late",
        )
