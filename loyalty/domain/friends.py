"""Friend Get Friend: a member brings a friend, and both get points when it is certain that the friend stays.

The rules. One campaign runs at a time, by the store's day; the friend joins while it runs. The friend's first
order of at least the campaign's minimum counts, also after the campaign's last day; its points are given when
its return window is over. One that goes back whole before that never was: the next one counts. Where joining
alone brings points, they wait as long, and until the friend's phone or e-mail is proven. A friend is brought
once, never by oneself, never in turn, and an inviter has at most `per_inviter` friends of one campaign
(loyalty.domain.inviting).
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from loyalty.domain.ledger import Posting, post
from loyalty.domain.levels import refresh_level
from loyalty.domain.programme import expiry_day, programme, store_day
from loyalty.domain.taking_back import expired_of, lots_from, take_back
from loyalty.enums import EntryKind, Place, ReferralStatus
from loyalty.models import LedgerEntry, Member, Purchase, Referral, ReferralCampaign
from marketplace.common.background import enqueue_on_commit

logger = logging.getLogger(__name__)

SWEEP_AT_ONCE = 500


def note_first_purchase(member: Member, purchase: Purchase) -> None:
    """Called when a purchase's points are worked out, with the member locked: one look-up for most."""
    referral = (
        Referral.objects.filter(friend=member, status=ReferralStatus.JOINED)
        .select_related("campaign")
        .first()
    )
    if referral is not None and _left(purchase) >= _minimum(referral.campaign):
        await_points(referral, purchase, purchase.at)


def await_points_of_purchase(referral: Referral, friend: Member) -> None:
    """Of what the (locked) friend has bought already, the first order that reaches the minimum counts."""
    bought = Purchase.objects.filter(member=friend, awarded_at__isnull=False)
    reaching = bought.filter(amount__gte=F("refunded") + _minimum(referral.campaign))
    if (first := reaching.order_by("at", "pk").first()) is not None:
        await_points(referral, first, first.at)


def await_points(referral: Referral, purchase: Purchase | None, since: datetime) -> None:
    """For the campaign's return window from then on. Unless it was refused meanwhile, as when the inviter was
    erased."""
    due = since + timedelta(days=referral.campaign.return_days)
    joined = Referral.objects.filter(pk=referral.pk, status=ReferralStatus.JOINED)
    joined.update(status=ReferralStatus.WAITING, purchase=purchase, due_at=due)
    referral.refresh_from_db(fields=["status", "purchase", "due_at"])
    if due <= timezone.now():
        enqueue_on_commit("loyalty.reward_referral", referral=referral.pk)


def note_refund(purchase: Purchase) -> None:
    """Called when money of a purchase went back: with the last of it go the points for the friend. Both
    members are locked for that, hence in a transaction of its own."""
    if purchase.refunded < purchase.amount:
        return
    for pk in Referral.objects.filter(_undoable(), purchase=purchase).values_list("pk", flat=True):
        enqueue_on_commit("loyalty.reverse_referral", referral=pk)


def reward_due(*, now: datetime | None = None) -> int:
    """Gives what is due to everybody; how many referrals were rewarded. One that cannot be done holds up no
    others."""
    moment = now or timezone.now()
    due = Referral.objects.filter(status=ReferralStatus.WAITING, due_at__lte=moment).order_by("due_at")
    due = due.filter(Q(purchase__isnull=False) | Exists(_proven().filter(pk=OuterRef("friend"))))
    keys = list(due.values_list("pk", flat=True)[:SWEEP_AT_ONCE])
    done = 0
    for pk in keys:
        try:
            done += reward_referral(pk, now=moment)
        except Exception:
            logger.exception("referral %s was not rewarded", pk)
    return done


def reward_referral(referral_pk: int, *, now: datetime | None = None) -> bool:
    """Gives both sides their points, once, when they are due; whether it did. Refuses the referral when the
    purchase does not reach the minimum any more; one that went back whole leaves it to the next one."""
    moment = now or timezone.now()
    if not programme().is_running:
        return False  # waits until points are given again
    with transaction.atomic():
        referral, inviter, friend = _lock_referral(referral_pk)
        if referral.status != ReferralStatus.WAITING or referral.due_at is None or referral.due_at > moment:
            return False
        if _was_merged(inviter, friend):
            return False  # while this waited for the locks: the next sweep finds who they are now
        if referral.purchase is None and not _proven().filter(pk=friend.pk).exists():
            return False
        if referral.purchase is not None and _left(referral.purchase) <= 0:
            _back_to_joined(referral, friend)
            return False
        if reason := _why_not(referral, inviter, friend):
            _close(referral, ReferralStatus.REFUSED, reason)
            return False
        for member, side, points in _sides(referral, inviter, friend):
            post(member, _postings(referral, side, points, moment), now=moment)
            refresh_level(member, now=moment)
        referral.status, referral.rewarded_at = ReferralStatus.REWARDED, moment
        referral.save(update_fields=["status", "rewarded_at"])
    return True


def refunded_referrals() -> QuerySet[Referral]:
    """Those to be reversed: their purchase went back as a whole."""
    return Referral.objects.filter(_undoable(), purchase__refunded__gte=F("purchase__amount"))


def reverse_referral(referral_pk: int, *, now: datetime | None = None) -> bool:
    """Takes back what both sides got, once, if all the money of the purchase went back; whether it did. What
    was spent meanwhile stays owed; what has expired of it is gone already. Before they got it, the friend
    has just joined again."""
    moment = now or timezone.now()
    with transaction.atomic():
        referral, inviter, friend = _lock_referral(referral_pk)
        purchase = referral.purchase
        if purchase is None or purchase.refunded < purchase.amount or _was_merged(inviter, friend):
            return False
        if referral.status == ReferralStatus.WAITING:
            _back_to_joined(referral, friend)
            return True
        if referral.status != ReferralStatus.REWARDED:
            return False
        for member, side, _points in _sides(referral, inviter, friend):
            _take_back(member, f"referral:{referral.pk}:{side}", moment)
            refresh_level(member, now=moment)
        _close(referral, ReferralStatus.REVERSED, "refunded")
    return True


# --- locks, in this order: members by key, the referral ---------------------------------------------


def lock_members(keys: Iterable[int]) -> dict[int, Member]:
    rows = Member.objects.select_for_update(of=("self",)).select_related("user")
    return {member.pk: member for member in rows.filter(pk__in=set(keys)).order_by("pk")}


def _lock_referral(pk: int) -> tuple[Referral, Member, Member]:
    """With inviter and friend, or who these were merged into."""
    seen = Referral.objects.select_related("inviter", "friend").get(pk=pk)
    keys = [one.merged_into_id or one.pk for one in (seen.inviter, seen.friend)]
    members = lock_members(keys)
    rows = Referral.objects.select_for_update(of=("self",)).select_related("campaign", "purchase")
    return rows.get(pk=pk), members[keys[0]], members[keys[1]]


def _was_merged(*members: Member) -> bool:
    return any(member.merged_into_id is not None for member in members)


# --- rewarding and taking back ----------------------------------------------------------------------


def _why_not(referral: Referral, inviter: Member, friend: Member) -> str:
    if inviter.pk == friend.pk:
        return "same_person"
    if inviter.erased_at is not None or friend.erased_at is not None:
        return "erased"
    if referral.purchase is not None and _left(referral.purchase) < referral.campaign.minimum:
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
    own = lots_from(given)
    take_back(
        member,
        given,
        given.points - expired_of(own),
        own=own,
        kind=EntryKind.UNDO,
        reference=reference,
        now=now,
        place=Place.ONLINE,
        steps={"why": "referral_refunded"},
    )


def _back_to_joined(referral: Referral, friend: Member) -> None:
    referral.status, referral.purchase, referral.due_at = ReferralStatus.JOINED, None, None
    referral.save(update_fields=["status", "purchase", "due_at"])
    await_points_of_purchase(referral, friend)


def _close(referral: Referral, status: ReferralStatus, reason: str) -> None:
    referral.status, referral.reason = status, reason
    referral.save(update_fields=["status", "reason"])


def _minimum(campaign: ReferralCampaign) -> Decimal:
    return max(campaign.minimum, Decimal("0.01"))


def _proven() -> QuerySet[Member]:
    """Who is somebody: signing up proves neither phone nor e-mail. A phone is on a card only when a code or
    the person at the counter has shown whose it is."""
    by_email = Q(user__emailaddress__verified=True)
    return Member.objects.filter(Q(phone__isnull=False) | by_email)


def _left(purchase: Purchase) -> Decimal:
    return purchase.amount - purchase.refunded


def _undoable() -> Q:
    return Q(status__in=[ReferralStatus.WAITING, ReferralStatus.REWARDED])
