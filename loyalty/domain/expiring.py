"""Points whose day is over."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.lots import Lot, lots_of
from loyalty.domain.programme import store_day, store_midnight
from loyalty.enums import EntryKind
from loyalty.models import LedgerEntry, Member, MemberQuerySet


def lapsed_members(*, now: datetime, since: date | None = None) -> MemberQuerySet:
    """Whose points may be over. `since` is the day of the last time, when all that was over then was taken:
    who can have nothing new is left out."""
    lapsed = Q(expires_on__lt=store_day(now), points__gt=0)
    if since is not None:
        # A day earlier than need be costs little. What was written since may be over already, as of an old
        # purchase; what an undone redemption brings back, too, and has no day of its own.
        since -= timedelta(days=1)
        written = Q(created_at__gte=store_midnight(since))
        brought_back = Q(points__gt=0, reverses__isnull=False)
        lapsed = (lapsed & (Q(expires_on__gte=since) | written)) | (brought_back & written)
    entries = LedgerEntry.objects.filter(lapsed)
    return Member.objects.filter(balance__gt=0, pk__in=entries.values("member"))


def expire_points_of(member_pk: int, *, now: datetime) -> int:
    """Of one member; how many points."""
    with transaction.atomic():
        member = lock_member(member_pk)
        entries = list(LedgerEntry.objects.filter(member=member).order_by("pk"))
        over = _over(entries, store_day(now))
        if not over:
            return 0
        # Names this moment of this ledger: the same points can be over again, after an undone redemption.
        cause = f"{member.pk}:{entries[-1].pk}"
        posted = post(member, list(_postings(over, cause, now)), now=now)
    return -sum(entry.points for entry in posted)


def _over(entries: list[LedgerEntry], day: date) -> list[Lot]:
    return [lot for lot in lots_of(entries) if lot.expires_on is not None and lot.expires_on < day]


def _postings(over: list[Lot], cause: str, now: datetime) -> Iterator[Posting]:
    """One for all that could be spent; points that are still held go each with their entry, so that what is
    held stays the sum of what is held."""
    free = [lot for lot in over if not lot.is_held(now)]
    if free:
        last = max(lot.expires_on for lot in free if lot.expires_on is not None)
        yield Posting(EntryKind.EXPIRY, -sum(lot.left for lot in free), cause, expires_on=last)
    for lot in over:
        if lot.is_held(now):
            yield Posting(
                EntryKind.EXPIRY,
                -lot.left,
                f"{cause}:{lot.entry_id}",
                available_at=lot.available_at,
                expires_on=lot.expires_on,
                reverses=LedgerEntry(pk=lot.entry_id),
            )
