"""What a new day of the store brings: one part after the other, each member apart."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F, Q, QuerySet

from loyalty.domain.batches import delete_old_files
from loyalty.domain.checking import check_balances
from loyalty.domain.expiring import expire_points_of, lapsed_members
from loyalty.domain.friends import refunded_referrals, reverse_referral
from loyalty.domain.giving import birthday_members, give_birthday_bonuses
from loyalty.domain.ledger import lock_member
from loyalty.domain.levels import refresh_level
from loyalty.domain.programme import programme, store_day
from loyalty.domain.walks import along, apart, go_on
from loyalty.enums import LevelWindow
from loyalty.models import Level, Member, MemberQuerySet, Programme, Walk

# Birthdays of days on which nothing ran are made up for, not those of long ago.
MAKES_UP_FOR = 14


def work_of_the_day(*, now: datetime) -> bool:
    """A piece of it, once for each day of the store, as soon as that has begun; whether some may be left.

    The proof of every balance comes first, so that nothing keeps it from telling; then points that are over,
    birthdays, levels, friends and old files. What cannot be done is logged and holds up nothing else; its
    members are tried again with the next day. Each part may be done twice: it then does nothing.
    """
    return go_on("day", partial(_step, now=now))


def due_for_levels(*, now: datetime) -> MemberQuerySet:
    """Whose level can have changed by time alone: it falls, or one by hand is over. And who has none though
    there is one for everybody."""
    settings = programme()
    due = Q(hand_level_until__lt=store_day(now), level=F("hand_level"))
    if settings.level_window != LevelWindow.LIFETIME and settings.level_keep_months is not None:
        due |= Q(level__threshold__gt=0)
    if Level.objects.filter(threshold=0).exists():
        due |= Q(level=None)
    return Member.objects.current().filter(due)


def _step(walk: Walk, *, now: datetime) -> bool:
    if not walk.part and not _begin(walk, now):
        return False
    if _PARTS[walk.part](walk, now):
        walk.part, walk.after_pk = _FOLLOWING[walk.part], 0
        if not walk.part:
            Programme.objects.filter(pk=1).update(worked_on=walk.day)
    return True


def _begin(walk: Walk, now: datetime) -> bool:
    day, last = store_day(now), programme().worked_on
    if last is not None and last >= day:
        return False
    walk.day, walk.since, walk.part = day, last, next(iter(_PARTS))
    walk.again, walk.failed = walk.failed, []
    return True


# --- the parts: each does some of it and says whether that was the last ------------------------------------


def _check(walk: Walk, now: datetime) -> bool:
    apart("the check of balances", check_balances)
    return True


def _again(walk: Walk, now: datetime) -> bool:
    """Who could not be done the last time; all of it."""
    assert walk.day is not None
    days = _days(walk.day - timedelta(days=MAKES_UP_FOR), walk.day)

    def everything(pk: int) -> None:
        expire_points_of(pk, now=now)
        give_birthday_bonuses(pk, days=days, now=now)
        _refresh_level(pk, now=now)

    return _members(walk, Member.objects.filter(pk__in=walk.again), everything, "what failed before")


def _expire(walk: Walk, now: datetime) -> bool:
    members = lapsed_members(now=now, since=walk.since)
    return _members(walk, members, partial(expire_points_of, now=now), "expiry")


def _birthdays(walk: Walk, now: datetime) -> bool:
    assert walk.day is not None
    days = _days(walk.since, walk.day)
    give = partial(give_birthday_bonuses, days=days, now=now)
    return _members(walk, birthday_members(days), give, "birthday")


def _levels(walk: Walk, now: datetime) -> bool:
    return _members(walk, due_for_levels(now=now), partial(_refresh_level, now=now), "level")


def _friends(walk: Walk, now: datetime) -> bool:
    """One at a time: each locks two members."""
    reverse = partial(reverse_referral, now=now)
    is_over, _failed = along(walk, refunded_referrals(), reverse, what="reversal of referral", at_once=1)
    return is_over


def _files(walk: Walk, now: datetime) -> bool:
    apart("the deletion of old files", partial(delete_old_files, now=now))
    return True


_PARTS: dict[str, Callable[[Walk, datetime], bool]] = {
    "check": _check,
    "again": _again,
    "expiry": _expire,
    "birthdays": _birthdays,
    "levels": _levels,
    "friends": _friends,
    "files": _files,
}
_FOLLOWING = dict(zip(_PARTS, [*list(_PARTS)[1:], ""], strict=True))


def _members(walk: Walk, members: QuerySet[Any], each: Callable[[int], object], what: str) -> bool:
    is_over, failed = along(walk, members, each, what=f"{what} of member")
    walk.failed = sorted({*walk.failed, *failed})
    return is_over


def _refresh_level(pk: int, *, now: datetime) -> None:
    refresh_level(lock_member(pk), now=now)


def _days(last: date | None, day: date) -> list[date]:
    """Those since `last`, oldest first, up to `day`."""
    missed = 1 if last is None else min((day - last).days, MAKES_UP_FOR)
    return [day - timedelta(days=back) for back in reversed(range(missed))]
