"""What the booking forms take."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from appointments.domain.booking import DEFAULT_LENGTH
from marketplace.common.calendars import base_language, format_number
from marketplace.common.errors import DomainError
from marketplace.common.fields import LocalDateTimeField

LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240)


def _length_choices() -> list[tuple[int, str]]:
    # A function: the words and digits are those of the request.
    language = base_language(get_language())
    return [
        (
            n,
            ngettext("%(minutes)s minute", "%(minutes)s minutes", n)
            % {"minutes": format_number(n, language)},
        )
        for n in LENGTHS
    ]


def fitting_length(minutes: int) -> int:
    """The shortest offered length in which something of so many minutes has room, else the longest."""
    return next((length for length in LENGTHS if length >= minutes), LENGTHS[-1])


class TimeForm(forms.Form):
    """A form with a field `start`. Its buttons named `picked` send an offered time in place of it."""

    free_times: list[datetime] = []

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None and data.get("picked"):
            data = data.copy()
            data["start"] = data["picked"]
        super().__init__(data, **kwargs)

    def refuse(self, error: DomainError) -> None:
        """Says why beside the time, which nearly every refusal is about, and offers the free times."""
        in_field = error.code in ("taken", "past", "too_far")
        self.add_error("start" if in_field else None, error.sentence)
        self.free_times = error.extra.get("free_times", [])


class AppointmentForm(TimeForm):
    topic = forms.CharField(
        label=_("Appointment topic"), max_length=160, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    start = LocalDateTimeField(label=_("Date and time"))
    minutes = forms.TypedChoiceField(
        label=_("Length"),
        coerce=int,
        choices=_length_choices,
        initial=int(DEFAULT_LENGTH.total_seconds() // 60),
    )

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["minutes"])


class ProposalForm(TimeForm):
    start = LocalDateTimeField(label=_("Date and time"))
