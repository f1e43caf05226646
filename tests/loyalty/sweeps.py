"""What the day's work does piece by piece, of everybody at once."""

from datetime import date, datetime

from loyalty.domain import expire_points_of, giving
from loyalty.domain.expiring import lapsed_members
from loyalty.domain.friends import refunded_referrals, reverse_referral
from loyalty.domain.programme import store_day


def expire_points(*, now: datetime, since: date | None = None) -> int:
    """How many points were over."""
    keys = lapsed_members(now=now, since=since).order_by("pk").values_list("pk", flat=True)
    return sum(expire_points_of(pk, now=now) for pk in list(keys))


def reverse_refunded(*, now: datetime | None = None) -> int:
    """How many referrals whose purchase went back."""
    return sum(
        reverse_referral(pk, now=now) for pk in list(refunded_referrals().values_list("pk", flat=True))
    )


def give_birthday_bonuses(*, now: datetime) -> int:
    """To everybody whose birthday it is in the store; how many got some."""
    days = [store_day(now)]
    found = list(giving.birthday_members(days))
    return sum(1 for one in found if giving.give_birthday_bonuses(one.pk, days=days, now=now))
