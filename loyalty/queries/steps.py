"""What a rule did, in a sentence for the operator and the member."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from loyalty.enums import Rounding, RuleKind
from marketplace.common.calendars import format_number
from marketplace.common.money import format_money

# Why a rule gave nothing, by the code that loyalty.domain.earning gives.
WHY: dict[str, Promise] = {
    "inactive": _("The rule is switched off."),
    "not_first": _("It is not the member's first purchase."),
    "dates": _("The day is outside the rule's dates."),
    "weekday": _("The rule does not hold on this weekday."),
    "hours": _("The time is outside the rule's hours."),
    "provider": _("The rule is for other providers."),
    "branch": _("The rule is for other branches."),
    "level": _("The rule is for other levels."),
    "birthday": _("It is not the month of the member's birthday."),
    "minimum": _("The amount is below the minimum spend."),
    "category": _("Nothing was bought in the rule's categories."),
    "after_last": _("A rule above says that none follows it."),
    "greater_one": _("Another rule gives more."),
    "too_little": _("The amount is too small for a whole point."),
}


def points_text(points: int | Decimal) -> str:
    """ "1,280 points", in the reader's digits."""
    number = format_number(points, get_language() or "en")
    return ngettext("%(number)s point", "%(number)s points", abs(int(points))) % {"number": number}


def money_text(amount: Decimal | str) -> str:
    return format_money(Decimal(amount), settings.STORE_CURRENCY, get_language() or "en")


def number_text(number: Decimal | str) -> str:
    return format_number(Decimal(number).normalize(), get_language() or "en")


def step_sentence(step: Mapping[str, Any]) -> str:
    """How a step came to its points; `step` is as the ledger keeps it (loyalty.domain.earning.Step)."""
    if step.get("why"):
        return str(WHY[step["why"]])
    match step["kind"]:
        case RuleKind.SPENDING:
            return gettext("%(amount)s at %(points)s for each %(per)s, %(rounding)s.") % {
                "amount": money_text(step["amount"]),
                "points": points_text(step["each"]),
                "per": money_text(step["per"]),
                "rounding": _ROUNDED[step["rounding"]],
            }
        case RuleKind.MULTIPLIER if step.get("amount"):
            return gettext("The points for %(amount)s of it count %(times)s times.") % {
                "amount": money_text(step["amount"]),
                "times": number_text(step["times"]),
            }
        case RuleKind.MULTIPLIER:
            return gettext("The points from spending count %(times)s times.") % {
                "times": number_text(step["times"])
            }
        case RuleKind.FIRST_PURCHASE:
            return gettext("For the first purchase.")
        case RuleKind.BIRTHDAY:
            return gettext("For the birthday.")
        case RuleKind.SIGN_UP:
            return gettext("For joining.")
    return gettext("At this level points count %(times)s times.") % {"times": number_text(step["times"])}


_ROUNDED: dict[str, Promise] = {
    Rounding.DOWN: _("down to whole points"),
    Rounding.NEAREST: _("to the nearest whole point"),
    Rounding.UP: _("up to whole points"),
}
