"""Two members who are one person become one; nothing of either is lost.

The ledgers stay as they were written. What the other has left moves lot by lot, each as two entries that
reverse the one it came from: so it keeps its days, and a refund of the purchase that once gave it finds it.
What one person gets once and both had got is taken back of one of them (loyalty.domain.given_twice).
Of levels set by hand the better one stands, of two equal ones the longer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.audit import as_written, note_edit
from loyalty.domain.given_twice import Twice, given_twice, take_given_twice
from loyalty.domain.ledger import Posting, held_points, lock_families, post, refuse_when_gone
from loyalty.domain.levels import Earned, earned_by, hand_stands, refresh_level, standing
from loyalty.domain.lots import Lot, lots_of
from loyalty.domain.programme import programme, store_zone
from loyalty.domain.taking_back import parts_of
from loyalty.enums import EntryKind, LevelCriterion, RedemptionStatus, ReferralStatus
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
    # Whose level by hand it is, if it is one.
    by_hand_of: Member | None
    account: User | None
    phone: str
    spare_phone: str
    filled: list[Any]
    purchases: int
    open_redemptions: int
    # Of bonuses that both got and one person gets once; `points` and `owed` are without them.
    given_twice: int
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
    sums = _sums(kept, other, moment)
    counted = _counted_level(kept, other, sums.twice, moment)
    hand = _hand_of_both(kept, other, counted, moment)
    return MergePreview(
        kept=kept,
        other=other,
        points=sums.points,
        owed=sums.owed,
        held=sums.held,
        lots=_lots(other),
        level=hand.hand_level if hand else counted,
        by_hand_of=hand,
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
        given_twice=sum(one.due for one in sums.twice),
        refusal=refusal,
    )


def merge_members(kept: Member, other: Member, *, by: User | None, now: datetime | None = None) -> Member:
    """`kept` has everything of both afterwards; `other` stays to be read, with nothing. Again: no change.

    Refused when both have an account (`two_accounts`), when they are one already (`same_member`), or when
    either is gone (`merged`, `erased`).
    """
    moment = now or timezone.now()
    with transaction.atomic():
        locked = lock_families(kept.pk, other.pk)
        kept, other = locked[kept.pk], locked[other.pk]
        if other.merged_into_id == kept.pk:
            return kept
        _refuse(kept, other)
        counted = _counted_level(kept, other, given_twice(kept, other), moment)
        hand = _hand_of_both(kept, other, counted, moment)
        _move_points(kept, other, by, moment)
        _move_belongings(kept, other)
        _move_referrals(kept, other)
        _move_person(kept, other, hand, by)
        take_given_twice(kept, by=by, now=moment)
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


def _move_person(kept: Member, other: Member, hand: Member | None, by: User | None) -> None:
    """One row lets go before the other takes: an account and a phone are one member's."""
    before = [(one, as_written(one)) for one in (kept, other)]
    if hand is other:
        kept.hand_level, kept.hand_level_until = other.hand_level, other.hand_level_until
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
    hands = ["hand_level", "hand_level_until"]
    kept.save(update_fields=["user", "phone", *_FILLED, *hands, "note", "joined_at", "search_text"])
    for one, written in before:
        note_edit(one, written, by=by)


class _Sums(NamedTuple):
    points: int
    owed: int
    held: int
    twice: list[Twice]


def _sums(kept: Member, other: Member, now: datetime) -> _Sums:
    points, owed = kept.balance + other.balance, kept.owed + other.owed
    held = held_points(kept, now=now) + held_points(other, now=now)
    twice = given_twice(kept, other)
    for one in twice:
        parts = parts_of(one.due, one.own, spendable=points - held, now=now)
        points, owed, held = points - parts.held - parts.free, owed + parts.owed, held - parts.held
    return _Sums(points, owed, held, twice)


def _counted_level(kept: Member, other: Member, twice: list[Twice], now: datetime) -> Level | None:
    """By the rules, from what both earned."""
    settings = programme()
    earned = [*earned_by(kept, settings), *earned_by(other, settings)]
    if settings.level_criterion == LevelCriterion.POINTS:
        zone = store_zone()
        earned += [Earned(one.entry.created_at.astimezone(zone), Decimal(-one.due)) for one in twice]
    return standing(earned, list(Level.objects.all()), settings, now=now.astimezone(store_zone())).level


def _hand_of_both(kept: Member, other: Member, counted: Level | None, now: datetime) -> Member | None:
    """Whose level by hand stands afterwards; None when the level goes by the rules. One that comes along
    never lowers what the kept one has."""
    both = [(one, one.hand_level) for one in (kept, other) if hand_stands(one, now=now)]
    hands = [(level.threshold, one.hand_level_until or date.max, one) for one, level in both if level]
    best = max(hands, key=lambda hand: hand[:2], default=None)
    if best is None or (len(hands) == 1 and best[2] is other and counted and counted.threshold > best[0]):
        return None
    return best[2]
