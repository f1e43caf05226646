"""Earning rules as their list shows them."""

from dataclasses import dataclass
from datetime import date

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext

from loyalty.enums import RuleKind
from loyalty.models import EarningRule
from loyalty.queries.steps import money_text, number_text, points_text
from marketplace.common.calendars import format_date, format_time


@dataclass(frozen=True, slots=True)
class RuleRow:
    """`gives` is a sentence, `conditions` short ones; `state` is on, off, coming or over."""

    rule: EarningRule
    gives: str
    conditions: list[str]
    state: str


def rule_rows(today: date, categories: dict[str, str]) -> list[RuleRow]:
    """From the top, in six queries at most; `categories` are names by key."""
    rules = EarningRule.objects.prefetch_related("providers", "branches", "levels")
    return [
        RuleRow(rule, _gives(rule), list(_conditions(rule, categories)), _state(rule, today))
        for rule in rules
    ]


def _gives(rule: EarningRule) -> str:
    if rule.kind == RuleKind.SPENDING and rule.per_amount is not None:
        return gettext("%(points)s for each %(per)s") % {
            "points": points_text(rule.points or 0),
            "per": money_text(rule.per_amount),
        }
    if rule.kind == RuleKind.MULTIPLIER and rule.multiplier is not None:
        return gettext("Points from spending × %(times)s") % {"times": number_text(rule.multiplier)}
    return points_text(rule.points or 0)


def _conditions(rule: EarningRule, categories: dict[str, str]) -> list[str]:
    language = get_language() or "en"
    found = []
    if rule.minimum:
        found.append(gettext("from %(amount)s") % {"amount": money_text(rule.minimum)})
    if rule.categories:
        found.append(", ".join(categories.get(key, key) for key in rule.categories))
    found += [
        ", ".join(str(one) for one in many.all()) for many in (rule.providers, rule.branches, rule.levels)
    ]
    if rule.weekdays:
        found.append(", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(rule.weekdays)))
    if rule.from_time or rule.until_time:
        hours = [
            format_time(clock, language) if clock else "…" for clock in (rule.from_time, rule.until_time)
        ]
        found.append("–".join(hours))
    if rule.starts_on or rule.ends_on:
        days = [format_date(day, language) if day else "…" for day in (rule.starts_on, rule.ends_on)]
        found.append(" – ".join(days))
    if rule.in_birthday_month:
        found.append(gettext("in the birthday month"))
    if rule.is_last:
        found.append(gettext("no rules after it"))
    return [text for text in found if text]


def _state(rule: EarningRule, today: date) -> str:
    if not rule.is_active:
        return "off"
    if rule.starts_on and today < rule.starts_on:
        return "coming"
    return "over" if rule.ends_on and today > rule.ends_on else "on"
