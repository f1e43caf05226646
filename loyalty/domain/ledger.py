"""Writing to the ledger: the only place that makes entries one by one and changes balances with them.

Batches write many at once, by the same rules (loyalty.domain.batches).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from loyalty.enums import EARNED, EntryKind, Place
from loyalty.models import Branch, LedgerEntry, Member, Purchase
from marketplace.common.errors import DomainError


@dataclass(frozen=True, slots=True)
class Posting:
    """One entry to be made; the fields are LedgerEntry's."""

    kind: EntryKind
    points: int
    reference: str
    shortfall: int = 0
    available_at: datetime | None = None
    expires_on: date | None = None
    reverses: LedgerEntry | None = None
    purchase: Purchase | None = None
    branch: Branch | None = None
    place: Place = Place.BACKOFFICE
    by: User | None = None
    note: str = ""
    steps: Any = None


def lock_member(member_pk: int) -> Member:
    """The member, locked until the transaction ends. Whoever locks other rows too locks the member first."""
    return Member.objects.select_for_update().get(pk=member_pk)


def lock_current(member_pk: int) -> Member:
    """The same, or who it was merged into by the time the lock is held. The one that was merged is let go
    first: who holds one member never waits for another with a lesser key."""
    try:
        with transaction.atomic():  # leaving a savepoint by an error gives its locks back
            member = lock_member(member_pk)
            if member.merged_into_id is not None:
                raise _MergedError
    except _MergedError:
        assert member.merged_into_id is not None
        return lock_current(member.merged_into_id)
    return member


def lock_families(*member_pks: int) -> dict[int, Member]:
    """These and all who were merged into them, by key, locked in the order of their keys."""
    family = Member.objects.filter(Q(pk__in=member_pks) | Q(merged_into__in=member_pks))
    try:
        with transaction.atomic():
            locked = {one.pk: one for one in family.select_for_update().order_by("pk")}
            # While this waited somebody may have come in; from now on nobody can.
            if family.exclude(pk__in=locked).exists():
                raise _MergedError
    except _MergedError:
        return lock_families(*member_pks)
    return locked


class _MergedError(Exception):
    """Only to leave a savepoint: a merge was quicker."""


def held_points(member: Member, *, now: datetime) -> int:
    """In the balance, but not to be spent yet."""
    held = LedgerEntry.objects.filter(member=member, available_at__gt=now)
    return int(held.aggregate(total=Sum("points"))["total"] or 0)


def spendable_points(member: Member, *, now: datetime) -> int:
    return member.balance - held_points(member, now=now)


def post(member: Member, postings: Sequence[Posting], *, now: datetime) -> list[LedgerEntry]:
    """Writes what is not written yet; returns the new entries. `member` is locked.

    A posting whose kind and reference the ledger has is left out: the same cause never counts twice. Raises
    DomainError when more would go than can be spent; then nothing is written. What comes in the same call
    pays for nothing in it. What goes with an `available_at` to come is taken from held points: of how many,
    the caller knows.
    """
    assert transaction.get_connection().in_atomic_block
    known = _known(postings)
    causes = {(posting.kind, posting.reference): posting for posting in reversed(postings)}
    fresh = [posting for cause, posting in reversed(causes.items()) if cause not in known]
    taken = -sum(p.points for p in fresh if p.points < 0 and _is_spending(p, now))
    if taken:
        check_spendable(member, taken, now=now)
    entries = [_entry(member, posting, now) for posting in fresh]
    LedgerEntry.objects.bulk_create(entries)
    if member.owed:
        entries += _pay_off(member, entries, now)
    _carry(member, entries)
    return entries


def check_spendable(member: Member, points: int, *, now: datetime) -> None:
    """Raises DomainError when the member cannot spend that many."""
    can = spendable_points(member, now=now)
    if points <= can:
        return
    missing = points - can
    raise DomainError(
        ngettext_lazy("%(count)s point is missing.", "%(count)s points are missing.", missing)
        % {"count": missing},
        code="not_enough_points",
        missing=missing,
        spendable=can,
    )


def refuse_own(member: Member, by: User | None) -> None:
    """At the counter nobody serves themselves."""
    if by is not None and member.user_id == by.pk:
        raise DomainError(_("This is your own account. Ask a colleague to do it."), code="own")


def refuse_when_gone(member: Member) -> None:
    if member.merged_into_id is not None:
        raise DomainError(_("This member was merged into another. Open the other one."), code="merged")
    if member.erased_at is not None:
        raise DomainError(_("This member was erased."), code="erased")


def _is_spending(posting: Posting, now: datetime) -> bool:
    """Whether it takes what could be spent. Expiry and a merge take whatever is there."""
    if posting.kind in (EntryKind.EXPIRY, EntryKind.MERGE):
        return False
    return posting.available_at is None or posting.available_at <= now


def _known(postings: Iterable[Posting]) -> set[tuple[str, str]]:
    wanted = Q()
    for posting in postings:
        wanted |= Q(kind=posting.kind, reference=posting.reference)
    if not wanted:
        return set()
    return set(LedgerEntry.objects.filter(wanted).values_list("kind", "reference"))


def _entry(member: Member, posting: Posting, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        member=member,
        kind=posting.kind,
        reference=posting.reference,
        points=posting.points,
        shortfall=posting.shortfall,
        created_at=now,
        available_at=posting.available_at,
        expires_on=posting.expires_on,
        reverses=posting.reverses,
        purchase=posting.purchase,
        branch=posting.branch,
        place=posting.place,
        by=posting.by,
        note=posting.note,
        steps=posting.steps,
    )


def _pay_off(member: Member, entries: Sequence[LedgerEntry], now: datetime) -> list[LedgerEntry]:
    """What a refund could not take back comes out of what is earned next, from those very points; or out of
    what an undone redemption brings back, for which it had been spent."""
    owed, payments = member.owed, []
    for earned in entries:
        part = min(owed, earned.points)
        if earned.kind not in (*EARNED, EntryKind.RETURNED) or part <= 0:
            continue
        owed -= part
        payments.append(
            LedgerEntry(
                member=member,
                kind=EntryKind.OWED,
                reference=f"{earned.kind}:{earned.reference}",
                points=-part,
                shortfall=-part,
                created_at=now,
                available_at=earned.available_at,
                reverses=earned,
                purchase=earned.purchase,
                place=earned.place,
            )
        )
    return LedgerEntry.objects.bulk_create(payments)


def _carry(member: Member, entries: Sequence[LedgerEntry]) -> None:
    """The member's sums follow the entries in the same transaction; CHECKs keep both from going below 0."""
    points, owed = sum(e.points for e in entries), sum(e.shortfall for e in entries)
    if not points and not owed:
        return
    Member.objects.filter(pk=member.pk).update(balance=F("balance") + points, owed=F("owed") + owed)
    member.balance += points
    member.owed += owed
