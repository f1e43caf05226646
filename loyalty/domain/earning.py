"""What a purchase gives, and why: every step can be shown to the operator and to the member."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import Any

from loyalty.enums import Rounding, RuleKind
from loyalty.models import EarningRule, Level

_ROUNDING = {
    Rounding.DOWN: ROUND_FLOOR,
    Rounding.NEAREST: ROUND_HALF_UP,
    Rounding.UP: ROUND_CEILING,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one purchase. `by_category` splits `amount` by the store's category keys; `at` is in the store's
    time zone."""

    amount: Decimal
    at: datetime
    by_category: dict[str, Decimal] = field(default_factory=dict)
    provider_id: int | None = None
    branch_id: int | None = None
    level: Level | None = None
    birthday: date | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule did. `why` says, as a code, why it gave nothing; then `points` is 0.

    `amount`, `per` and `each` are SPENDING's arithmetic, `times` a multiplier's; numbers are texts, so that a
    step can be kept as JSON.
    """

    kind: str
    name: str
    rule: int | None = None
    points: int = 0
    why: str = ""
    amount: str = ""
    per: str = ""
    each: int = 0
    rounding: str = ""
    times: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Quote:
    points: int
    steps: list[Step]

    def kept(self) -> list[dict[str, Any]]:
        """The steps that gave something, as the ledger keeps them."""
        return [step.as_json() for step in self.steps if not step.why]


LEVEL = "level"  # the kind of the step by which the member's level multiplies


def quote(facts: Facts, rules: Iterable[EarningRule]) -> Quote:
    """The points of a purchase.

    From the top, every SPENDING rule that fits gives its points. Of the MULTIPLIERs that fit the one counts
    that gives most; one for some categories multiplies only the points for these. The level multiplies the
    sum, and all is rounded down. FIRST_PURCHASE bonuses come last and are not multiplied. `is_last` leaves
    out rules of the same kind further down.
    """
    listed = list(rules)
    spending = _walk(listed, RuleKind.SPENDING, facts, _spend)
    base = sum(step.points for step in spending)
    times = _walk(listed, RuleKind.MULTIPLIER, facts, _times)
    multiplied = _multiplied(base, times, _shares(listed, spending, facts), facts.level)
    bonuses = _walk(listed, RuleKind.FIRST_PURCHASE, facts, _bonus)
    steps = spending + multiplied + bonuses
    return Quote(sum(step.points for step in steps), steps)


def why_not(rule: EarningRule, facts: Facts) -> str:
    """A code for the first condition of `rule` that `facts` do not meet; "" when all hold."""
    day, clock = facts.at.date(), facts.at.time()
    misses = {
        "inactive": not rule.is_active,
        "not_first": rule.kind == RuleKind.FIRST_PURCHASE and not facts.is_first,
        "dates": bool((rule.starts_on and day < rule.starts_on) or (rule.ends_on and day > rule.ends_on)),
        "weekday": bool(rule.weekdays) and day.weekday() not in rule.weekdays,
        "hours": not _is_between(clock, rule.from_time, rule.until_time),
        "provider": _is_outside(rule.providers, facts.provider_id),
        "branch": _is_outside(rule.branches, facts.branch_id),
        "level": _is_outside(rule.levels, facts.level.pk if facts.level else None),
        "birthday": rule.in_birthday_month and not (facts.birthday and facts.birthday.month == day.month),
        "minimum": facts.amount < rule.minimum,
        "category": bool(rule.categories) and _eligible(rule, facts) <= 0,
    }
    return next((code for code, missed in misses.items() if missed), "")


def _walk(rules: Sequence[EarningRule], kind: RuleKind, facts: Facts, give: Any) -> list[Step]:
    steps: list[Step] = []
    is_over = False
    for rule in rules:
        if rule.kind != kind:
            continue
        why = "after_last" if is_over else why_not(rule, facts)
        if why:
            steps.append(Step(kind, rule.name, rule.pk, why=why))
            continue
        step = give(rule, facts)
        steps.append(step)
        is_over = rule.is_last and not step.why
    return steps


def _spend(rule: EarningRule, facts: Facts) -> Step:
    assert rule.per_amount is not None
    assert rule.points is not None
    amount = _eligible(rule, facts)
    exact = amount * rule.points / rule.per_amount
    points = int(exact.to_integral_value(_ROUNDING[Rounding(rule.rounding)]))
    return Step(
        rule.kind,
        rule.name,
        rule.pk,
        points,
        why="" if points else "too_little",
        amount=str(amount),
        per=str(rule.per_amount),
        each=rule.points,
        rounding=rule.rounding,
    )


def _bonus(rule: EarningRule, _facts: Facts) -> Step:
    return Step(rule.kind, rule.name, rule.pk, rule.points or 0)


def _times(rule: EarningRule, facts: Facts) -> Step:
    amount = str(_eligible(rule, facts)) if rule.categories else ""
    return Step(rule.kind, rule.name, rule.pk, amount=amount, times=str(rule.multiplier))


def _shares(rules: Sequence[EarningRule], spending: Sequence[Step], facts: Facts) -> dict[int, Fraction]:
    """How many of the points from spending each multiplier multiplies, by its key."""
    given = {step.rule: step.points for step in spending if step.points}
    sources = [(rule, given[rule.pk]) for rule in rules if rule.pk in given]
    return {
        rule.pk: sum((points * _part(source, rule, facts) for source, points in sources), Fraction())
        for rule in rules
        if rule.kind == RuleKind.MULTIPLIER
    }


def _part(source: EarningRule, multiplier: EarningRule, facts: Facts) -> Fraction:
    """Of the money for which `source` gave points, what lies in the categories of `multiplier`."""
    if not multiplier.categories:
        return Fraction(1)
    both = set(multiplier.categories) & set(source.categories or multiplier.categories)
    return Fraction(_amount_in(both, facts)) / Fraction(_eligible(source, facts))


def _multiplied(base: int, times: list[Step], shares: dict[int, Fraction], level: Level | None) -> list[Step]:
    """The multipliers' steps with the points that each adds; only the one counts that adds most."""
    more = {
        step: shares[step.rule] * (Fraction(step.times) - 1) for step in times if step.rule and not step.why
    }
    best = max(more, key=lambda step: (more[step], Decimal(step.times)), default=None)
    sofar = base + (more[best] if best else Fraction())
    steps = [
        replace(step, points=floor(sofar) - base)
        if step is best
        else replace(step, why=step.why or "greater_one")
        for step in times
    ]
    if level is not None and level.multiplier > 1:
        after = floor(sofar * Fraction(level.multiplier))
        steps.append(Step(LEVEL, level.name, points=after - floor(sofar), times=str(level.multiplier)))
    return steps


def _eligible(rule: EarningRule, facts: Facts) -> Decimal:
    return _amount_in(rule.categories, facts) if rule.categories else facts.amount


def _amount_in(categories: Iterable[str], facts: Facts) -> Decimal:
    return sum((facts.by_category.get(key, Decimal(0)) for key in categories), Decimal(0))


def _is_outside(wanted: Any, found: int | None) -> bool:
    """Whether the rule names some and not this one. Reads what was prefetched."""
    names = {one.pk for one in wanted.all()}
    return bool(names) and found not in names


def _is_between(clock: Any, first: Any, last: Any) -> bool:
    """Hours may pass midnight: 22:00 to 02:00. The end itself is outside."""
    if first is None and last is None:
        return True
    if first is None or last is None:
        return bool(clock >= first) if first is not None else bool(clock < last)
    if first == last:
        return True  # once around the clock
    if first < last:
        return bool(first <= clock < last)
    return bool(clock >= first or clock < last)
