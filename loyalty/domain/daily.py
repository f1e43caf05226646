"""What a new day of the store brings."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from loyalty.domain.checking import check_balances
from loyalty.domain.expiring import expire_points
from loyalty.domain.friends import reverse_refunded
from loyalty.domain.giving import give_birthday_bonuses
from loyalty.domain.ledger import lock_member
from loyalty.domain.levels import refresh_level
from loyalty.domain.programme import programme, store_day
from loyalty.enums import LevelWindow
from loyalty.models import Member, Programme

# Birthdays of days on which nothing ran are made up for, not those of long ago.
MAKES_UP_FOR = 14
BATCH = 1000


def work_of_the_day(*, now: datetime) -> bool:
    """Points that are over, birthdays, friends, levels, and the proof of every balance; once a day of the
    store, as soon as it has begun, and False from then on. Each part may be done twice: it then does nothing.
    """
    day, last = store_day(now), programme().worked_on
    if last is not None and last >= day:
        return False
    expire_points(now=now, since=last)
    for one in _days(last, day):
        give_birthday_bonuses(now=now, day=one)
    reverse_refunded(now=now)
    refresh_due_levels(now=now)
    check_balances()
    Programme.objects.filter(pk=1).update(worked_on=day)
    return True


def refresh_due_levels(*, now: datetime) -> int:
    """Of members whose level can have changed by time alone: it falls, or one by hand is over; how many."""
    settings = programme()
    due = Q(hand_level_until__lt=store_day(now))
    if settings.level_window != LevelWindow.LIFETIME and settings.level_keep_months is not None:
        due |= Q(level__threshold__gt=0)
    members = Member.objects.current().filter(due, level__isnull=False).order_by("pk")
    changed = 0
    for pk in members.values_list("pk", flat=True).iterator(chunk_size=BATCH):
        with transaction.atomic():
            changed += refresh_level(lock_member(pk), now=now)
    return changed


def _days(last: date | None, day: date) -> list[date]:
    """Those since `last`, oldest first, up to `day`."""
    missed = 1 if last is None else min((day - last).days, MAKES_UP_FOR)
    return [day - timedelta(days=back) for back in reversed(range(missed))]
