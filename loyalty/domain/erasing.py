"""Forgetting a person while the books stay whole."""

import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.audit import as_written, forget_values, note_edit
from loyalty.domain.batches import forget_rows
from loyalty.domain.ledger import lock_families
from loyalty.domain.members import readable_code
from loyalty.enums import ReferralStatus
from loyalty.models import Member, Purchase, Referral
from marketplace.common.errors import DomainError
from marketplace.common.text import fold_digits


def erase_member(member: Member, *, typed_number: str, by: User | None) -> Member:
    """What says who it was is gone for good: name, phone, email, birthday, address, note, the account's link,
    the invitation and the QR code, and the rows of uploaded files (the files themselves go within
    KEEP_FILES); also of those who were merged into this member. Entries, purchases and the balance stay.
    `typed_number` must be the Member ID, in any digits. Again: no change."""
    if fold_digits(typed_number).strip() != member.number:
        raise DomainError(
            _("This is not the Member ID. Type %(number)s to confirm.") % {"number": member.number},
            code="wrong_number",
        )
    with transaction.atomic():
        family = lock_families(member.pk)
        member = family[member.pk]
        if member.merged_into_id is not None:
            raise DomainError(_("This member was merged into another. Open the other one."), code="merged")
        if member.erased_at is not None:
            return member
        forget_rows(family.values())
        for one in family.values():
            _blank(one)
        forget_values(family.values())
        # Only that it was done: the values are what was erased.
        note_edit(member, as_written(member) | {"erased_at": ""}, by=by)
        mine = Q(friend=member) | Q(inviter=member)
        Referral.objects.filter(mine, status__in=[ReferralStatus.JOINED, ReferralStatus.WAITING]).update(
            status=ReferralStatus.REFUSED, reason="erased"
        )
    return member


def _blank(member: Member) -> None:
    member.user = member.phone = member.birthday = None
    member.name = member.email = member.address = member.note = ""
    member.hand_level = member.hand_level_until = None
    member.invite_code, member.qr_token = readable_code(12), secrets.token_urlsafe(16)
    member.search_text = ""
    member.erased_at = timezone.now()
    member.save()
    Purchase.objects.filter(member=member).update(phone="")
