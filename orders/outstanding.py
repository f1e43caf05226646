"""How long a confirmed order has been waiting (manual E13): "x hours y minutes", minutes alone under an hour.

Hours go on beyond 24. `static/orders/outstanding.js` says the same while the page stays open.
"""

from datetime import datetime, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from marketplace.common.calendars import base_language, format_number

_MINUTE = timedelta(minutes=1)


def minutes_between(since: datetime, now: datetime) -> int:
    """Whole minutes; 0 where the clocks of two machines disagree."""
    return max(0, (now - since) // _MINUTE)


def outstanding_words(minutes: int) -> str:
    """ "59 minutes", "1 hour 0 minutes", "25 hours 3 minutes", in the reader's language and digits."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _minutes(rest)
    return _("%(hours)s %(minutes)s") % {"hours": _hours(hours), "minutes": _minutes(rest)}


def outstanding_forms() -> dict[str, str]:
    """The same sentence in pieces, "%s" for each number, for a page that counts on.

    "one" and "other" are the plural categories of all our languages.
    """
    return {
        "hours-one": ngettext("%(number)s hour", "%(number)s hours", 1) % {"number": "%s"},
        "hours-other": ngettext("%(number)s hour", "%(number)s hours", 2) % {"number": "%s"},
        "minutes-one": ngettext("%(number)s minute", "%(number)s minutes", 1) % {"number": "%s"},
        "minutes-other": ngettext("%(number)s minute", "%(number)s minutes", 2) % {"number": "%s"},
        "both": _("%(hours)s %(minutes)s") % {"hours": "%h", "minutes": "%m"},
    }


def _hours(hours: int) -> str:
    return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": _shown(hours)}


def _minutes(minutes: int) -> str:
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": _shown(minutes)}


def _shown(number: int) -> str:
    return format_number(number, base_language(get_language()))
