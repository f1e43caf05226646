"""Friend Get Friend: a member brings a friend, and both get points when it is certain that the friend stays.

The rules. One campaign runs at a time, by the store's day; the friend joins while it runs. The friend's first
order of at least the campaign's minimum counts, also after the campaign's last day; its points are given when
its return window is over. A friend is brought once, never by oneself, never in turn, and an inviter has at
most `per_inviter` friends of one campaign.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.ledger import Posting, post, refuse_when_gone, spendable_points
from loyalty.domain.levels import refresh_level
from loyalty.domain.programme import expiry_day, programme, store_day
from loyalty.enums import EntryKind, Place, ReferralEvent, ReferralStatus
from loyalty.models import LedgerEntry, Member, Purchase, Referral, ReferralCampaign
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError
from marketplace.common.text import fold_digits

NEW_FOR = timedelta(days=30)
SWEEP_AT_ONCE = 500
# They do not fill an inviter's cap.
_VOID = (ReferralStatus.REFUSED, ReferralStatus.REVERSED)


def running_campaign(day: datetime | None = None) -> ReferralCampaign | None:
    """The one of that moment's day in the store."""
    today = store_day(day)
    return ReferralCampaign.objects.filter(is_active=True, starts_on__lte=today, ends_on__gte=today).first()


def accept_invitation(member: Member, code: str, *, now: datetime | None = None) -> Referral:
    """`member`, who has just joined, was brought by the one whose `code` it is. Again: the same referral.

    Refused with `unknown_code`, `no_campaign`, `self`, `not_new`, `in_turn`, `already`, `cap`, or as `merged`
    or `erased`; then nothing has changed.
    """
    moment = now or timezone.now()
    inviter = _inviter(code)
    campaign = running_campaign(moment)
    if campaign is None:
        raise DomainError(_("No campaign for inviting friends is running now."), code="no_campaign")
    with transaction.atomic():
        members = _lock([member.pk, inviter.pk])
        member, inviter = members[member.pk], members[inviter.pk]
        known = Referral.objects.filter(friend=member).first()
        if known is not None and known.inviter_id == inviter.pk:
            return known
        _refuse(member, inviter, known, campaign, moment)
        referral = Referral.objects.create(campaign=campaign, inviter=inviter, friend=member)
        if campaign.event == ReferralEvent.SIGN_UP:
            _await(referral, None, moment)
    return referral


def note_first_purchase(member: Member, purchase: Purchase) -> None:
    """Called when a purchase's points are worked out, with the member locked: one look-up for most."""
    referral = (
        Referral.objects.filter(friend=member, status=ReferralStatus.JOINED)
        .select_related("campaign")
        .first()
    )
    if referral is not None and _left(purchase) >= max(referral.campaign.minimum, Decimal("0.01")):
        _await(referral, purchase, purchase.at + timedelta(days=referral.campaign.return_days))


def note_refund(purchase: Purchase) -> None:
    """Called when money of a purchase went back: with the last of it go the points for the friend. Both
    members are locked for that, hence in a transaction of its own."""
    if purchase.refunded < purchase.amount:
        return
    for pk in Referral.objects.filter(_undoable(), purchase=purchase).values_list("pk", flat=True):
        enqueue_on_commit("loyalty.reverse_referral", referral=pk)


def reward_due(*, now: datetime | None = None) -> int:
    """Gives what is due to everybody; how many referrals were rewarded."""
    moment = now or timezone.now()
    due = Referral.objects.filter(status=ReferralStatus.WAITING, due_at__lte=moment).order_by("due_at")
    keys = list(due.values_list("pk", flat=True)[:SWEEP_AT_ONCE])
    return sum(reward_referral(pk, now=moment) for pk in keys)


def reward_referral(referral_pk: int, *, now: datetime | None = None) -> bool:
    """Gives both sides their points, once, when they are due; whether it did. Refuses the referral when the
    purchase does not reach the minimum any more."""
    moment = now or timezone.now()
    if not programme().is_running:
        return False  # waits until points are given again
    with transaction.atomic():
        referral, inviter, friend = _lock_referral(referral_pk)
        if referral.status != ReferralStatus.WAITING or referral.due_at is None or referral.due_at > moment:
            return False
        if _was_merged(inviter, friend):
            return False  # while this waited for the locks: the next sweep finds who they are now
        if reason := _why_not(referral, inviter, friend):
            _close(referral, ReferralStatus.REFUSED, reason)
            return False
        for member, side, points in _sides(referral, inviter, friend):
            post(member, _postings(referral, side, points, moment), now=moment)
            refresh_level(member, now=moment)
        referral.status, referral.rewarded_at = ReferralStatus.REWARDED, moment
        referral.save(update_fields=["status", "rewarded_at"])
    return True


def reverse_refunded(*, now: datetime | None = None) -> int:
    """What a lost task left behind: referrals whose purchase went back as a whole; how many."""
    gone = Referral.objects.filter(_undoable(), purchase__refunded__gte=F("purchase__amount"))
    return sum(
        reverse_referral(pk, now=now) for pk in list(gone.values_list("pk", flat=True)[:SWEEP_AT_ONCE])
    )


def reverse_referral(referral_pk: int, *, now: datetime | None = None) -> bool:
    """Takes back what both sides got, once, if all the money of the purchase went back; whether it did. What
    was spent meanwhile stays owed."""
    moment = now or timezone.now()
    with transaction.atomic():
        referral, inviter, friend = _lock_referral(referral_pk)
        purchase = referral.purchase
        if purchase is None or purchase.refunded < purchase.amount or _was_merged(inviter, friend):
            return False
        if referral.status == ReferralStatus.WAITING:
            _close(referral, ReferralStatus.REFUSED, "refunded")
            return True
        if referral.status != ReferralStatus.REWARDED:
            return False
        for member, side, _points in _sides(referral, inviter, friend):
            _take_back(member, f"referral:{referral.pk}:{side}", moment)
            refresh_level(member, now=moment)
        _close(referral, ReferralStatus.REVERSED, "refunded")
    return True


# --- locks, in this order: members by key, the referral ---------------------------------------------


def _lock(keys: Iterable[int]) -> dict[int, Member]:
    rows = Member.objects.select_for_update(of=("self",)).select_related("user")
    return {member.pk: member for member in rows.filter(pk__in=set(keys)).order_by("pk")}


def _lock_referral(pk: int) -> tuple[Referral, Member, Member]:
    """With inviter and friend, or who these were merged into."""
    seen = Referral.objects.select_related("inviter", "friend").get(pk=pk)
    keys = [one.merged_into_id or one.pk for one in (seen.inviter, seen.friend)]
    members = _lock(keys)
    rows = Referral.objects.select_for_update(of=("self",)).select_related("campaign", "purchase")
    return rows.get(pk=pk), members[keys[0]], members[keys[1]]


def _was_merged(*members: Member) -> bool:
    return any(member.merged_into_id is not None for member in members)


# --- accepting --------------------------------------------------------------------------------------


def _inviter(code: str) -> Member:
    typed = fold_digits(code).strip().upper()
    found = Member.objects.filter(invite_code=typed).select_related("merged_into").first() if typed else None
    inviter = found and (found.merged_into or found)
    if inviter is None or inviter.erased_at is not None:
        raise DomainError(_("Nobody has this invitation code. Look at the link again."), code="unknown_code")
    return inviter


def _refuse(
    friend: Member, inviter: Member, known: Referral | None, campaign: ReferralCampaign, now: datetime
) -> None:
    """Raises DomainError for the first rule that the two do not meet; both are locked."""
    refuse_when_gone(friend)
    refuse_when_gone(inviter)
    if _is_same_person(friend, inviter):
        raise DomainError(_("This is your own invitation. It is for your friends."), code="self")
    if known is not None:
        raise DomainError(_("You were invited by somebody else before."), code="already")
    if Referral.objects.filter(friend=inviter, inviter=friend).exists():
        raise DomainError(_("You invited this friend yourself."), code="in_turn")
    if friend.joined_at < now - NEW_FOR or _bought(friend):
        raise DomainError(_("An invitation is for new members, before their first order."), code="not_new")
    brought = Referral.objects.filter(inviter=inviter, campaign=campaign).exclude(status__in=_VOID).count()
    if campaign.per_inviter is not None and brought >= campaign.per_inviter:
        raise DomainError(_("This friend has invited as many people as the campaign allows."), code="cap")


def _is_same_person(one: Member, other: Member) -> bool:
    same_account = one.user_id is not None and one.user_id == other.user_id
    return one.pk == other.pk or same_account or bool(_contacts(one) & _contacts(other))


def _contacts(member: Member) -> set[str]:
    """Phones and emails, of the member and of the account."""
    user: User | None = member.user
    found = [str(member.phone or ""), member.email.casefold()]
    if user is not None:
        found += [str(user.phone or ""), user.email.casefold()]
    return {contact for contact in found if contact}


def _bought(member: Member) -> bool:
    theirs = Q(member=member)
    if member.user_id is not None:
        theirs |= Q(customer=member.user_id)
    return Purchase.objects.filter(theirs).exists()


# --- rewarding and taking back ----------------------------------------------------------------------


def _await(referral: Referral, purchase: Purchase | None, due: datetime) -> None:
    """Unless it was refused meanwhile, as when the inviter was erased."""
    joined = Referral.objects.filter(pk=referral.pk, status=ReferralStatus.JOINED)
    joined.update(status=ReferralStatus.WAITING, purchase=purchase, due_at=due)
    referral.refresh_from_db(fields=["status", "purchase", "due_at"])
    if due <= timezone.now():
        enqueue_on_commit("loyalty.reward_referral", referral=referral.pk)


def _why_not(referral: Referral, inviter: Member, friend: Member) -> str:
    if inviter.pk == friend.pk:
        return "same_person"
    if inviter.erased_at is not None or friend.erased_at is not None:
        return "erased"
    if referral.purchase is not None:
        left = _left(referral.purchase)
        if left <= 0 or left < referral.campaign.minimum:
            return "refunded"
    return ""


def _sides(referral: Referral, inviter: Member, friend: Member) -> list[tuple[Member, str, int]]:
    campaign = referral.campaign
    return [(inviter, "inviter", campaign.inviter_points), (friend, "friend", campaign.friend_points)]


def _postings(referral: Referral, side: str, points: int, now: datetime) -> list[Posting]:
    if not points:
        return []
    return [
        Posting(
            EntryKind.REFERRAL,
            points,
            f"referral:{referral.pk}:{side}",
            expires_on=expiry_day(store_day(now), programme().expiry_months),
            purchase=referral.purchase if side == "friend" else None,
            place=Place.ONLINE,
            steps={"side": side, "campaign": referral.campaign.name},
        )
    ]


def _take_back(member: Member, reference: str, now: datetime) -> None:
    given = LedgerEntry.objects.filter(kind=EntryKind.REFERRAL, reference=reference).first()
    if given is None:
        return
    part = min(given.points, max(spendable_points(member, now=now), 0))
    posting = Posting(
        EntryKind.UNDO,
        -part,
        reference,
        shortfall=given.points - part,
        reverses=given,
        purchase=given.purchase,
        place=Place.ONLINE,
        steps={"why": "referral_refunded"},
    )
    post(member, [posting], now=now)


def _close(referral: Referral, status: ReferralStatus, reason: str) -> None:
    referral.status, referral.reason = status, reason
    referral.save(update_fields=["status", "reason"])


def _left(purchase: Purchase) -> Decimal:
    return purchase.amount - purchase.refunded


def _undoable() -> Q:
    return Q(status__in=[ReferralStatus.WAITING, ReferralStatus.REWARDED])
