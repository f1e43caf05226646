"""Points for other things than buying: joining, and birthdays."""

from calendar import isleap
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from loyalty.domain.earning import Step
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.levels import refresh_level
from loyalty.domain.programme import expiry_day, programme, store_day
from loyalty.enums import EntryKind, RuleKind
from loyalty.models import EarningRule, LedgerEntry, Member, MemberQuerySet


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
    return _give(member, RuleKind.SIGN_UP, "", day=store_day(now), now=now)


def birthday_members(days: Iterable[date]) -> MemberQuerySet:
    """Whose birthday is on one of these days of the store, if a rule gives something for it. Who was born on
    29 February has it on the 28th in other years."""
    born = Q(pk__in=[])
    for day in days:
        if rules_in_force(RuleKind.BIRTHDAY, day):
            born |= Q(birthday__month=day.month, birthday__day__in=_born_on(day))
    return Member.objects.current().filter(born)


def give_birthday_bonuses(member_pk: int, *, days: Iterable[date], now: datetime) -> int:
    """Each BIRTHDAY rule's points for the member's birthday if it is one of `days`, once a year; how many.
    Nothing for a year in which somebody got them who was merged into this member."""
    member = Member.objects.get(pk=member_pk)
    born = member.birthday
    return sum(
        _give(member, RuleKind.BIRTHDAY, f":{day.year}", day=day, now=now)
        for day in days
        if born and born.month == day.month and born.day in _born_on(day)
    )


def occasion_of(bonus: LedgerEntry) -> str:
    """Of a birthday bonus ":" and its year; "" of one for joining."""
    _kind, _rule, _member, *year = bonus.reference.split(":")
    return "".join(f":{part}" for part in year)


def _give(member: Member, kind: RuleKind, occasion: str, *, day: date, now: datetime) -> int:
    """By the rules of that day; the points are good from now on."""
    settings = programme()
    if not settings.is_running:
        return 0
    with transaction.atomic():
        member = lock_member(member.pk)
        if member.merged_into_id is not None or member.erased_at is not None:
            return 0
        if _got_before_a_merge(member, kind, occasion):
            return 0
        postings = [
            Posting(
                EntryKind.BONUS,
                rule.points or 0,
                f"{kind}:{rule.pk}:{member.pk}{occasion}",
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


def _got_before_a_merge(member: Member, kind: RuleKind, occasion: str) -> bool:
    """Whether somebody did who is this member now."""
    theirs = LedgerEntry.objects.filter(member__merged_into=member, kind=EntryKind.BONUS)
    same = theirs.filter(reference__startswith=f"{kind}:", reference__endswith=occasion)
    return any(occasion_of(entry) == occasion for entry in same)


def _is_for(rule: EarningRule, member: Member) -> bool:
    levels = {level.pk for level in rule.levels.all()}
    return not levels or member.level_id in levels


def _born_on(day: date) -> list[int]:
    """On which days of the month those were born who have their birthday on `day`."""
    return [28, 29] if (day.month, day.day) == (2, 28) and not isleap(day.year) else [day.day]
