"""A friend accepts an invitation of Friend Get Friend: who may be brought by whom."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.friends import await_points, await_points_of_purchase, lock_members
from loyalty.domain.ledger import refuse_when_gone
from loyalty.domain.programme import store_day
from loyalty.enums import ReferralEvent, ReferralStatus
from loyalty.models import Member, Purchase, Referral, ReferralCampaign
from marketplace.common.errors import DomainError
from marketplace.common.text import fold_digits

NEW_FOR = timedelta(days=30)
# They do not fill an inviter's cap.
_VOID = (ReferralStatus.REFUSED, ReferralStatus.REVERSED)


def running_campaign(day: datetime | None = None) -> ReferralCampaign | None:
    """The one of that moment's day in the store."""
    today = store_day(day)
    return ReferralCampaign.objects.filter(is_active=True, starts_on__lte=today, ends_on__gte=today).first()


def accept_invitation(
    member: Member, code: str, *, opened_at: datetime | None = None, now: datetime | None = None
) -> Referral:
    """`member`, who has just joined, was brought by the one whose `code` it is. Again: the same referral.
    What was bought since `opened_at`, when the invitation was read, came of it.

    Refused with `unknown_code`, `no_campaign`, `self`, `not_new`, `in_turn`, `already`, `cap`, or as `merged`
    or `erased`; then nothing has changed.
    """
    moment = now or timezone.now()
    inviter = _inviter(code)
    campaign = running_campaign(moment)
    if campaign is None:
        raise DomainError(_("No campaign for inviting friends is running now."), code="no_campaign")
    with transaction.atomic():
        members = lock_members([member.pk, inviter.pk])
        member, inviter = members[member.pk], members[inviter.pk]
        known = Referral.objects.filter(friend=member).first()
        if known is not None and known.inviter_id == inviter.pk:
            return known
        _refuse(member, inviter, known, campaign, opened_at or moment, moment)
        referral = Referral.objects.create(campaign=campaign, inviter=inviter, friend=member)
        if campaign.event == ReferralEvent.SIGN_UP:
            await_points(referral, None, moment)
        else:
            await_points_of_purchase(referral, member)
    return referral


def _inviter(code: str) -> Member:
    typed = fold_digits(code).strip().upper()
    found = Member.objects.filter(invite_code=typed).select_related("merged_into").first() if typed else None
    inviter = found and (found.merged_into or found)
    if inviter is None or inviter.erased_at is not None:
        raise DomainError(_("Nobody has this invitation code. Look at the link again."), code="unknown_code")
    return inviter


def _refuse(
    friend: Member,
    inviter: Member,
    known: Referral | None,
    campaign: ReferralCampaign,
    opened_at: datetime,
    now: datetime,
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
    if friend.joined_at < now - NEW_FOR or _bought(friend, before=opened_at):
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


def _bought(member: Member, *, before: datetime) -> bool:
    theirs = Q(member=member)
    if member.user_id is not None:
        theirs |= Q(customer=member.user_id)
    return Purchase.objects.filter(theirs, at__lt=before).exists()
