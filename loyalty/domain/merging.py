"""Two members who are one person become one; nothing of either is lost.

The ledgers stay as they were written. What the other has left moves lot by lot, each as two entries that
reverse the one it came from: so it keeps its days, and a refund of the purchase that once gave it finds it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.ledger import Posting, held_points, post, refuse_when_gone
from loyalty.domain.levels import earned_by, refresh_level, standing
from loyalty.domain.lots import Lot, lots_of
from loyalty.domain.programme import programme, store_zone
from loyalty.enums import EntryKind, RedemptionStatus, ReferralStatus
from loyalty.models import LedgerEntry, Level, Member, Purchase, Redemption, Referral
from loyalty.queries.members import searchable
from marketplace.common.errors import DomainError

# What the kept one takes over where it has nothing of its own.
_FILLED = ("name", "email", "birthday", "address")


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What `kept` will be. `refusal` is why it cannot be done, "" when it can."""

    kept: Member
    other: Member
    points: int
    owed: int
    held: int
    lots: list[Lot]
    level: Level | None
    account: User | None
    phone: str
    spare_phone: str
    filled: list[Any]
    purchases: int
    open_redemptions: int
    refusal: str = ""


def preview_merge(kept: Member, other: Member, *, now: datetime | None = None) -> MergePreview:
    """Reads only."""
    moment = now or timezone.now()
    refusal = ""
    try:
        _refuse(kept, other)
    except DomainError as error:
        refusal = error.sentence
    both = Q(member__in=[kept, other])
    return MergePreview(
        kept=kept,
        other=other,
        points=kept.balance + other.balance,
        owed=kept.owed + other.owed,
        held=held_points(kept, now=moment) + held_points(other, now=moment),
        lots=_lots(other),
        level=_level_of_both(kept, other, moment),
        account=kept.user or other.user,
        phone=str(kept.phone or other.phone or ""),
        spare_phone=str(other.phone) if kept.phone and other.phone else "",
        filled=[
            getattr(Member, name).field.verbose_name
            for name in _FILLED
            if not getattr(kept, name) and getattr(other, name)
        ],
        purchases=Purchase.objects.filter(both).count(),
        open_redemptions=Redemption.objects.filter(both, status=RedemptionStatus.OPEN).count(),
        refusal=refusal,
    )


def merge_members(kept: Member, other: Member, *, by: User | None, now: datetime | None = None) -> Member:
    """`kept` has everything of both afterwards; `other` stays to be read, with nothing. Again: no change.

    Refused when both have an account (`two_accounts`), when they are one already (`same_member`), or when
    either is gone (`merged`, `erased`).
    """
    moment = now or timezone.now()
    with transaction.atomic():
        locked = {
            one.pk: one
            for one in Member.objects.select_for_update().filter(pk__in=[kept.pk, other.pk]).order_by("pk")
        }
        kept, other = locked[kept.pk], locked[other.pk]
        if other.merged_into_id == kept.pk:
            return kept
        _refuse(kept, other)
        _move_points(kept, other, by, moment)
        _move_belongings(kept, other)
        _move_referrals(kept, other)
        _move_person(kept, other)
        refresh_level(kept, now=moment)
    return kept


def _refuse(kept: Member, other: Member) -> None:
    if kept.pk == other.pk:
        raise DomainError(_("This is the same member. Choose another one."), code="same_member")
    refuse_when_gone(kept)
    refuse_when_gone(other)
    if kept.user_id is not None and other.user_id is not None:
        raise DomainError(
            _(
                "Both have an account to log in with, and a member can have only one. Ask the customer which "
                "account they use; when the other one is closed, the two can be merged."
            ),
            code="two_accounts",
        )


def _entries(member: Member) -> dict[int, LedgerEntry]:
    return {entry.pk: entry for entry in LedgerEntry.objects.filter(member=member).order_by("pk")}


def _lots(member: Member) -> list[Lot]:
    return lots_of(_entries(member).values())


def _move_points(kept: Member, other: Member, by: User | None, now: datetime) -> None:
    entries = _entries(other)
    lots = lots_of(entries.values())
    assert sum(lot.left for lot in lots) == other.balance
    gone, came = [], []
    for lot in lots:
        entry = entries[lot.entry_id]
        # The entry with which these points began: over several merges it stays the same one.
        root = entry.reverses if entry.kind == EntryKind.MERGE and entry.reverses else entry
        same: dict[str, Any] = {"available_at": lot.available_at, "reverses": root, "by": by}
        cause = f"{other.pk}:{lot.entry_id}"
        gone.append(Posting(EntryKind.MERGE, -lot.left, f"{cause}:out", steps=_to(kept), **same))
        came.append(
            Posting(
                EntryKind.MERGE, lot.left, f"{cause}:in", expires_on=lot.expires_on, steps=_of(other), **same
            )
        )
    if other.owed:
        cause, owed = f"{other.pk}:owed", other.owed
        gone.append(Posting(EntryKind.MERGE, 0, f"{cause}:out", shortfall=-owed, by=by, steps=_to(kept)))
        came.append(Posting(EntryKind.MERGE, 0, f"{cause}:in", shortfall=owed, by=by, steps=_of(other)))
    if gone:
        # What came is written first, so that no owed points are paid off from it on the way.
        post(kept, came, now=now)
        post(other, gone, now=now)


def _to(kept: Member) -> dict[str, str]:
    return {"into": kept.number}


def _of(other: Member) -> dict[str, str]:
    return {"from": other.number}


def _move_belongings(kept: Member, other: Member) -> None:
    Purchase.objects.filter(member=other).update(member=kept)
    Redemption.objects.filter(member=other).update(member=kept)
    Member.objects.filter(merged_into=other).update(merged_into=kept)


def _move_referrals(kept: Member, other: Member) -> None:
    """Who invited whom goes along; an invitation between the two was one of oneself."""
    open_states = [ReferralStatus.JOINED, ReferralStatus.WAITING]
    between = Q(inviter=kept, friend=other) | Q(inviter=other, friend=kept)
    Referral.objects.filter(between, status__in=open_states).update(
        status=ReferralStatus.REFUSED, reason="same_person"
    )
    Referral.objects.filter(inviter=other).exclude(between).update(inviter=kept)
    theirs = Referral.objects.filter(friend=other).exclude(between)
    if Referral.objects.filter(friend=kept).exists():
        theirs.filter(status__in=open_states).update(status=ReferralStatus.REFUSED, reason="merged")
    else:
        theirs.update(friend=kept)


def _move_person(kept: Member, other: Member) -> None:
    """One row lets go before the other takes: an account and a phone are one member's."""
    phone, user = other.phone, other.user
    if not kept.phone:
        other.phone = None
    other.user, other.merged_into, other.level, other.hand_level = None, kept, None, None
    other.hand_level_until = None
    other.save(update_fields=["phone", "user", "merged_into", "level", "hand_level", "hand_level_until"])
    kept.user = kept.user or user
    kept.phone = kept.phone or phone
    for name in _FILLED:
        setattr(kept, name, getattr(kept, name) or getattr(other, name))
    kept.note = "\n".join(note for note in (kept.note, other.note) if note)[:2000]
    kept.joined_at = min(kept.joined_at, other.joined_at)
    kept.search_text = searchable(kept)
    kept.save(update_fields=["user", "phone", *_FILLED, "note", "joined_at", "search_text"])


def _level_of_both(kept: Member, other: Member, now: datetime) -> Level | None:
    settings = programme()
    earned = [*earned_by(kept, settings), *earned_by(other, settings)]
    found = standing(earned, list(Level.objects.all()), settings, now=now.astimezone(store_zone()))
    return kept.hand_level or found.level
