"""Notes, requests to be called back, and what a desk's list is narrowed to."""

import re
import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import to_python

from accounts.models import Provider, User
from accounts.queries import people_of
from followup.models import DeskSettings
from followup.queries import Wanted
from marketplace.common.fields import DigitIntegerField, LocalDateField, LocalDateTimeField
from marketplace.common.text import fold_digits
from orders.enums import NoticeDecision, NoticeFinding, OrderStatus, SalesChannel
from services.models import Service

FARTHEST = timedelta(days=3653)
MORNING = time(9)  # of a follow-up date that is typed without a time
_SEND_AGAIN = _("Please send the form once more.")


class NoteForm(forms.Form):
    """`form_token` names this one filling-in, so that sending it twice stores one note."""

    form_token = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _SEND_AGAIN, "invalid": _SEND_AGAIN}
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write what you agreed on, or why you call again.")},
    )
    follow_up_at = LocalDateTimeField(
        label=_("Follow-up date"),
        required=False,
        default_time=MORNING,
        help_text=_("When to contact the customer next; we remind you then. Empty: no reminder."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"form_token": uuid.uuid4()})

    def clean_follow_up_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["follow_up_at"]
        if moment is not None and abs(moment - timezone.now()) > FARTHEST:
            raise forms.ValidationError(
                _("This date is more than ten years away: check its year."), code="too_far"
            )
        return moment

    def clean(self) -> None:
        for error in self.errors.pop("form_token", []):  # hidden: its error has no place of its own
            self.add_error(None, error)
            data: Any = self.data
            self.data = data.copy()
            self.data["form_token"] = str(self.initial["form_token"])  # type: ignore[index]


class TickForm(forms.Form):
    """The tick in a note's frame."""

    ended = forms.BooleanField(label=_("Follow-up ended"), required=False)


class CallbackForm(forms.Form):
    """Phone or email, one at least. `website` is a trap: people do not see it, programs fill it in."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        error_messages={"required": _("Write your name, so that the shop knows whom to ask for.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "dir": "ltr", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )
    message = forms.CharField(
        label=_("Message"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, data: Any = None, *, user: User | None) -> None:
        known = {"name": user.name, "phone": str(user.phone or ""), "email": user.email} if user else {}
        super().__init__(data, initial=known)

    def clean_phone(self) -> str:
        """E.164 where it can be read so; else the digits as they were typed, for the shop to make out."""
        typed = fold_digits(self.cleaned_data["phone"]).strip()
        if not typed:
            return ""
        read = to_python(typed)
        if read is not None and read.is_valid():
            return str(read)
        digits = re.sub(r"[\s().\-]", "", typed)
        if not re.fullmatch(r"\+?[0-9]{6,15}", digits):
            raise forms.ValidationError(
                _("This is not a phone number. Write it with digits, such as 081 234 5678."), code="phone"
            )
        return digits

    def clean(self) -> None:
        given = self.cleaned_data.get("phone") or self.cleaned_data.get("email")
        if not given and not self.has_error("phone") and not self.has_error("email"):
            self.add_error("phone", _("Give a phone number or an email, so that the shop can answer."))

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website"))


class SettingsForm(forms.ModelForm[DeskSettings]):
    class Meta:
        model = DeskSettings
        fields = ["unanswered_hours", "callback_hours", "unpaid_hours"]
        field_classes = dict.fromkeys(fields, DigitIntegerField)


class ListForm(forms.Form):
    """What a list is narrowed to; what cannot be read narrows nothing."""

    q = forms.CharField(required=False, max_length=100, strip=True)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("Any status")), *[c for c in OrderStatus.choices if c[0] != OrderStatus.DRAFT]],
    )
    channel = forms.ChoiceField(
        label=_("Sales channel"),
        required=False,
        choices=[("", _("Any channel")), *SalesChannel.choices],
    )
    finding = forms.ChoiceField(
        label=_("Finding"), required=False, choices=[("", _("Any finding")), *NoticeFinding.choices]
    )
    decision = forms.ChoiceField(
        label=_("Decision"), required=False, choices=[("", _("Any decision")), *NoticeDecision.choices]
    )
    agent = forms.ModelChoiceField(User.objects.none(), label=_("Agent"), required=False)
    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), required=False)

    def __init__(self, data: Any, *, provider: Provider, names: tuple[str, ...]) -> None:
        """`names` are the filters that this list has beside its search."""
        super().__init__(data)
        for name in list(self.fields):
            if name not in ("q", *names):
                del self.fields[name]
        if "agent" in names:
            self.fields["agent"].queryset = people_of(provider)  # type: ignore[attr-defined]
            self.fields["service"].queryset = Service.objects.of_provider(provider)  # type: ignore[attr-defined]
        if "first" in names:
            self.fields["from"] = LocalDateField(required=False)
            self.fields["to"] = LocalDateField(required=False)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-select"

    def wanted(self) -> Wanted:
        self.is_valid()
        found = self.cleaned_data
        agent, service = found.get("agent"), found.get("service")
        return Wanted(
            search=found.get("q", ""),
            status=found.get("status", ""),
            channel=found.get("channel", ""),
            finding=found.get("finding", ""),
            decision=found.get("decision", ""),
            agent=agent.pk if agent else None,
            service=service.pk if service else None,
            first=found.get("from"),
            last=found.get("to"),
        )
