"""At the counter: putting a phone on a member's card, and taking back what was a mistake."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.ledger import lock_member
from loyalty.domain.member_edits import edit_member
from loyalty.domain.merging import merge_members
from loyalty.domain.purchases import refund
from loyalty.domain.redeeming import UNDO_WITHIN, undo_redemption
from loyalty.enums import Place
from loyalty.models import Member, Purchase, Redemption
from marketplace.common.errors import DomainError


def link_phone(member: Member, phone: str, *, by: User) -> Member:
    """Staff vouch for the phone of the person before them. Who was known by it alone, without an account,
    becomes one with `member`. Refused with `has_phone`, or as `edit_member` does."""
    with transaction.atomic():
        member = lock_member(member.pk)
        if member.phone:
            raise DomainError(_("This member has a phone already."), code="has_phone")
        holder = Member.objects.current().filter(phone=phone).first()
        if holder is not None and holder.user_id is None:
            return merge_members(member, holder, by=by)
        return edit_member(member, phone=phone)


def undo_purchase(purchase: Purchase, *, by: User, now: datetime | None = None) -> Purchase:
    """The whole purchase goes back, with its points. Again: no change. Refused (`too_late`) to others than
    who gave the points, and after UNDO_WITHIN."""
    moment = now or timezone.now()
    _refuse_late(purchase.at, purchase.place, purchase.by_id == by.pk, moment)
    assert purchase.member is not None
    with transaction.atomic():
        lock_member(purchase.member.merged_into_id or purchase.member.pk)
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


def _refuse_late(at: datetime, place: str, is_own: bool, now: datetime) -> None:
    if place != Place.COUNTER or not is_own or now - at > UNDO_WITHIN:
        raise DomainError(
            _("The time for undoing it here is over. Ask an Operator to correct it under Member Detail."),
            code="too_late",
        )
