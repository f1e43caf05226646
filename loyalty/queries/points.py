"""What the counter and a member's own pages read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from phonenumber_field.phonenumber import PhoneNumber, to_python

from accounts.models import User
from loyalty.enums import EntryKind, Place, RedemptionStatus
from loyalty.models import Branch, CouponUse, LedgerEntry, Member, Purchase, Redemption, Referral
from marketplace.common.text import fold_digits

# Longer than any one person's shift shows; what is older is under Activity Summary.
TODAY_AT_MOST = 50
_CARD = re.compile(r"(?:.*/)?([A-Za-z0-9_-]{16,32})/?")


@dataclass(slots=True)
class Action:
    """What somebody did at the counter; `points` are the member's, gone ones negative. `token` is for the
    link of a coupon that was taken in."""

    at: datetime
    member: Member
    points: int
    purchase: Purchase | None = None
    redemption: Redemption | None = None
    use: CouponUse | None = None
    token: str = ""

    @property
    def is_undone(self) -> bool:
        if self.purchase is not None:
            return self.purchase.refunded >= self.purchase.amount
        if self.use is not None and self.use.undone_at is not None:
            return True
        return self.redemption is not None and self.redemption.status == RedemptionStatus.CANCELLED


def phone_in(text: str) -> PhoneNumber | None:
    """The phone number in what somebody typed, in any digits, as the store's country writes it."""
    phone = to_python(fold_digits(text).strip(), region=settings.STORE_COUNTRY)
    return phone if phone and phone.is_valid() else None


def member_by_phone(phone: object) -> Member | None:
    return _current(Member.objects.filter(phone=phone))


def member_by_number(text: str) -> Member | None:
    """By Member ID: an import brings along such as A-77."""
    number = fold_digits(text).strip()
    if not _is_text(number):
        return None
    exactly, in_capitals = Member.objects.filter(number=number), Member.objects.filter(number=number.upper())
    return _current(exactly) or _current(in_capitals)


def member_by_card(text: str) -> Member | None:
    """By what a card's QR code says: its address, or the end of that alone."""
    found = _CARD.fullmatch(text.strip())
    return _current(Member.objects.filter(qr_token=found[1])) if found else None


def _current(members: "QuerySet[Member]") -> Member | None:
    """An old card or phone leads to the member that its own was merged into."""
    member = members.select_related("merged_into", "level").first()
    member = member and (member.merged_into or member)
    return member if member is not None and member.erased_at is None else None


def counter_actions(by: User, branch: Branch | None, *, since: datetime) -> list[Action]:
    """What this person did at this branch, newest first; three queries."""
    purchases = (
        Purchase.objects.filter(by=by, branch=branch, place=Place.COUNTER, at__gte=since)
        .select_related("member")
        .annotate(given=Sum("entries__points", filter=Q(entries__kind=EntryKind.PURCHASE), default=0))
        .order_by("-at")[:TODAY_AT_MOST]
    )
    redemptions = (
        Redemption.objects.filter(
            by=by, branch=branch, place=Place.COUNTER, created_at__gte=since, place_in_package=0
        )
        .select_related("member", "reward", "package")
        .order_by("-created_at")[:TODAY_AT_MOST]
    )
    uses = (
        CouponUse.objects.filter(by=by, branch=branch, at__gte=since)
        .select_related("redemption__member", "redemption__reward", "redemption__package")
        .order_by("-at")[:TODAY_AT_MOST]
    )
    actions = [Action(p.at, p.member, p.given, purchase=p) for p in purchases if p.member is not None]
    actions += [Action(r.created_at, r.member, -r.points, redemption=r) for r in redemptions]
    actions += [Action(u.at, u.redemption.member, 0, redemption=u.redemption, use=u) for u in uses]
    return sorted(actions, key=lambda action: action.at, reverse=True)[:TODAY_AT_MOST]


def given_for(purchase: Purchase) -> Sequence[LedgerEntry]:
    """Every entry of a purchase, oldest first: points, what paid off a debt, and what went back."""
    return list(purchase.entries.order_by("pk"))


def _is_text(typed: str) -> bool:
    """What PostgreSQL can look for: an address or a QR code may hold anything."""
    return bool(typed) and "\x00" not in typed


def open_coupons_with(code: str) -> "QuerySet[Redemption]":
    """Redemptions that carry this code, however it is typed; those still to be used first."""
    typed = fold_digits(code).strip()
    rows = Redemption.objects.filter(code__iexact=typed) if _is_text(typed) else Redemption.objects.none()
    return rows.select_related("reward", "member").order_by(F("used_at").asc(nulls_first=True), "-pk")[:10]


def coupon_uses(after: int | None = None, *, limit: int = 50) -> tuple[list[CouponUse], int | None]:
    """Coupons taken in by anybody, newest first, and the key from which the next page goes on."""
    rows = CouponUse.objects.select_related("redemption__member", "redemption__reward", "by", "branch")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def friends_of(member: Member) -> "QuerySet[Referral]":
    """Whom the member brought, newest first."""
    return Referral.objects.filter(inviter=member).select_related("friend", "campaign").order_by("-pk")[:200]


def member_of_account(user: User) -> Member | None:
    return Member.objects.filter(user=user).select_related("level").first()


def member_of_invitation(code: str) -> Member | None:
    """Who gives this code away."""
    typed = fold_digits(code).strip().upper()
    return _current(Member.objects.filter(invite_code=typed)) if _is_text(typed) else None
