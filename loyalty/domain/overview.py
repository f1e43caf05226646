"""A member's points and level now, with what comes of them if nothing more happens."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from loyalty.domain.ledger import held_points
from loyalty.domain.levels import Earned, Standing, earned_by, standing, standing_of
from loyalty.domain.lots import Lot
from loyalty.domain.programme import programme, store_day, store_zone
from loyalty.models import Level, Member, Programme
from marketplace.common.calendars import add_months

_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class PointsNow:
    """`this_month` and `next_month` are what is not good any more after these months' last days, unless it
    is spent; the second includes the first."""

    balance: int
    spendable: int
    held: int
    owed: int
    this_month: int
    this_month_end: date
    next_month: int
    next_month_end: date


@dataclass(frozen=True, slots=True)
class LevelNow:
    """`by_rules` is the level without the one set by hand. `falls_on` is the store's day on which that one
    falls if nothing more is earned; None when it does not."""

    standing: Standing
    settings: Programme
    by_rules: Level | None
    falls_on: date | None


def points_now(member: Member, lots: Sequence[Lot], *, now: datetime) -> PointsNow:
    held = held_points(member, now=now)
    this_end = _month_end(store_day(now))
    next_end = _month_end(this_end + timedelta(days=1))
    return PointsNow(
        balance=member.balance,
        spendable=member.balance - held,
        held=held,
        owed=member.owed,
        this_month=_until(lots, this_end),
        this_month_end=this_end,
        next_month=_until(lots, next_end),
        next_month_end=next_end,
    )


def level_now(member: Member, *, now: datetime) -> LevelNow:
    moment = now.astimezone(store_zone())  # months are the store's
    settings, levels = programme(), list(Level.objects.all())
    earned = earned_by(member, settings)
    return LevelNow(
        standing=standing_of(member, now=moment),
        settings=settings,
        by_rules=standing(earned, levels, settings, now=moment).level,
        falls_on=falls_on(earned, levels, settings, now=moment),
    )


def falls_on(
    earned: Sequence[Earned], levels: Sequence[Level], settings: Programme, *, now: datetime
) -> date | None:
    """The day on which the level by the rules falls if nothing more is earned; `now` is in the store's zone.

    Nothing but an event that leaves its window lowers what is counted, and the level so many months later as
    it is kept: between these moments it stands, and it never rises. So the first lower one is searched for.
    """
    window, keep = settings.level_window, settings.level_keep_months
    level = standing(earned, levels, settings, now=now).level
    if level is None or not window or keep is None:
        return None
    lost = {_months_on(_months_on(one.at.astimezone(now.tzinfo), window), keep) for one in earned}
    moments = sorted(moment + _AFTER for moment in lost if moment >= now)

    def is_lower(moment: datetime) -> bool:
        then = standing(earned, levels, settings, now=moment).level
        return then is None or then.threshold < level.threshold

    first = bisect_left(moments, True, key=is_lower)
    return moments[first].date() if first < len(moments) else None


def _months_on(at: datetime, months: int) -> datetime:
    """The first moment from which, that many months back, `at` is reached: a day that the month does not have
    is reached with the next month."""
    then = add_months(at, months)
    if then.day == at.day:
        return then
    return datetime.combine(_month_end(then.date()) + timedelta(days=1), time.min, at.tzinfo)


def _until(lots: Sequence[Lot], day: date) -> int:
    return sum(lot.left for lot in lots if lot.expires_on is not None and lot.expires_on <= day)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
