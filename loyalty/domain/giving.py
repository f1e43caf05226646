"""Points for other things than buying: joining, and birthdays."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from loyalty.domain.earning import Step
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.levels import refresh_level
from loyalty.domain.programme import expiry_day, programme, store_day
from loyalty.enums import EntryKind, RuleKind
from loyalty.models import EarningRule, Member


def rules_in_force(kind: RuleKind, day: date) -> list[EarningRule]:
    rules = EarningRule.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=day),
        Q(ends_on=None) | Q(ends_on__gte=day),
        kind=kind,
        is_active=True,
    )
    return list(rules.prefetch_related("levels"))


def give_sign_up_bonuses(member: Member, *, now: datetime) -> int:
    """Each SIGN_UP rule's points, once for each member; how many."""
    return _give(member, RuleKind.SIGN_UP, f"{member.pk}", day=store_day(now), now=now)


def give_birthday_bonuses(*, now: datetime, day: date | None = None) -> int:
    """To everybody whose birthday it is in the store, or was on a `day` that was missed, once a year; how
    many got some. Who was born on 29 February has it on the 28th in other years."""
    day = day or store_day(now)
    if not rules_in_force(RuleKind.BIRTHDAY, day):
        return 0
    days = [day.day, 29] if (day.month, day.day) == (2, 28) and not _is_leap(day.year) else [day.day]
    members = Member.objects.current().filter(birthday__month=day.month, birthday__day__in=days)
    return sum(
        1
        for member in members.iterator()
        if _give(member, RuleKind.BIRTHDAY, f"{member.pk}:{day.year}", day=day, now=now)
    )


def _give(member: Member, kind: RuleKind, cause: str, *, day: date, now: datetime) -> int:
    """By the rules of that day; the points are good from now on."""
    settings = programme()
    if not settings.is_running:
        return 0
    with transaction.atomic():
        member = lock_member(member.pk)
        if member.merged_into_id is not None or member.erased_at is not None:
            return 0
        postings = [
            Posting(
                EntryKind.BONUS,
                rule.points or 0,
                f"{kind}:{rule.pk}:{cause}",
                expires_on=expiry_day(store_day(now), settings.expiry_months),
                steps=[Step(kind, rule.name, rule.pk, rule.points or 0).as_json()],
            )
            for rule in rules_in_force(kind, day)
            if rule.points and _is_for(rule, member)
        ]
        entries = post(member, postings, now=now)
        if entries:
            refresh_level(member, now=now)
    return sum(entry.points for entry in entries if entry.kind == EntryKind.BONUS)


def _is_for(rule: EarningRule, member: Member) -> bool:
    levels = {level.pk for level in rule.levels.all()}
    return not levels or member.level_id in levels


def _is_leap(year: int) -> bool:
    return date(year, 12, 31).timetuple().tm_yday == 366
