"""The period of a report, what narrows it, and the rule of User Insight."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from loyalty.enums import Activity, Place
from loyalty.forms.setup import save_asked
from loyalty.models import Branch, Programme
from loyalty.queries.figures import Where
from marketplace.common.calendars import base_language, month_start
from marketplace.common.fields import DigitIntegerField, LocalDateField

MAX_DAYS = 3700
UNITS = [("day", _("Day")), ("week", _("Week")), ("month", _("Month"))]


class PeriodForm(forms.Form):
    since = LocalDateField(label=_("From day"))
    until = LocalDateField(label=_("To day"))
    unit = forms.ChoiceField(label=_("By"), choices=UNITS, required=False)

    def clean(self) -> None:
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if first and last and last < first:
            self.add_error("until", _("This day is before the first one. Choose a later day."))
        elif first and last and (last - first).days > MAX_DAYS:
            self.add_error("until", _("At most ten years at once. Choose a shorter period."))
        elif first and last and not self.cleaned_data.get("unit"):
            days = (last - first).days
            self.cleaned_data["unit"] = "day" if days < 62 else "week" if days < 200 else "month"


class SummaryForm(PeriodForm):
    activity = forms.ChoiceField(label=_("Activity"), required=False)
    where = forms.ChoiceField(label=_("Branch or place"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["activity"].choices = [("", _("All")), *Activity.choices]  # type: ignore[attr-defined]
        branches = [(Where(Place.COUNTER, branch.pk).key, branch.name) for branch in Branch.objects.all()]
        self.fields["where"].choices = [("", _("All")), *branches, *Place.choices]  # type: ignore[attr-defined]


class RuleForm(forms.ModelForm[Programme]):
    new_days = DigitIntegerField(label=_("New: joined within the last … days"), min_value=1, max_value=3650)
    regular_purchases = DigitIntegerField(
        label=_("Regular: at least … purchases"), min_value=1, max_value=1000
    )
    regular_days = DigitIntegerField(label=_("… within the last … days"), min_value=1, max_value=3650)
    inactive_days = DigitIntegerField(label=_("Inactive: nothing for … days"), min_value=1, max_value=3650)

    class Meta:
        model = Programme
        fields = ["new_days", "regular_purchases", "regular_days", "inactive_days"]

    def save(self, commit: bool = True) -> Programme:
        return save_asked(self)


def presets(today: date) -> list[tuple[str, dict[str, str]]]:
    """(words, fields of PeriodForm); months are the reader's."""
    language = base_language(get_language())
    month = month_start(today, language)
    before = month_start(month - timedelta(days=1), language)
    return [
        (gettext("7 days"), _period(today - timedelta(days=6), today, "day")),
        (gettext("30 days"), _period(today - timedelta(days=29), today, "day")),
        (gettext("This month"), _period(month, today, "day")),
        (gettext("Last month"), _period(before, month - timedelta(days=1), "day")),
        (gettext("12 months"), _period(today - timedelta(days=364), today, "month")),
    ]


def _period(first: date, last: date, unit: str) -> dict[str, str]:
    return {"since": first.isoformat(), "until": last.isoformat(), "unit": unit}
