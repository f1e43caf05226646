"""What the pages of 4.1 Member Detail ask for."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from loyalty.domain.programme import store_day
from loyalty.enums import EntryKind
from loyalty.models import Level, Member, Purchase
from marketplace.common.calendars import base_language, format_date
from marketplace.common.errors import DomainError
from marketplace.common.fields import LocalDateField, MoneyField
from marketplace.common.text import fold_digits

_AUTO = {"dir": "auto"}
_HAND = {"hand_level", "hand_level_until"}


class MemberPhoneField(PhoneNumberField):  # type: ignore[misc]  # the library has no types
    """Cleans to a PhoneNumber or None, from any of our digits, without country code as in the store's."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "inputmode": "tel", "autocomplete": "off"}
        super().__init__(region=settings.STORE_COUNTRY, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(fold_digits(value) if isinstance(value, str) else value) or None


class MemberForm(forms.Form):
    """For adding (`member` is None) and editing. A page for editing keeps what it showed beside each field:
    only what was changed on it is written, and over nothing that somebody else wrote meanwhile."""

    name = forms.CharField(label=_("Name"), max_length=160, widget=forms.TextInput(attrs=_AUTO))
    phone = MemberPhoneField(label=_("Phone"), required=False)
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    birthday = LocalDateField(label=_("Birthday"), required=False)
    hand_level = forms.ModelChoiceField(
        Level.objects.all(),
        label=_("Member Level"),
        required=False,
        empty_label=_("By the rules"),
        help_text=_("One that is chosen here stands until its day, whatever was bought."),
    )
    hand_level_until = LocalDateField(
        label=_("Level until"), required=False, help_text=_("Its last day. Empty: until it is changed here.")
    )
    address = forms.CharField(
        label=_("Postal address"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3, **_AUTO}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3, **_AUTO}),
        help_text=_("Only the operator's people read it."),
    )

    def __init__(self, *args: Any, member: Member | None = None, **kwargs: Any) -> None:
        if member is not None:
            kwargs["initial"] = {name: getattr(member, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            shown = not self.is_bound or self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = member is not None and shown

    def seen(self) -> dict[str, Any]:
        """What the page showed in each field."""
        return {name: self._seen(name) for name in self.fields}

    def changes(self) -> dict[str, Any]:
        """What was changed on the page; a level by hand and its day are one."""
        changed = set(self.changed_data)
        if changed & _HAND:
            changed |= _HAND
        return {name: value for name, value in self.cleaned_data.items() if name in changed}

    def _seen(self, name: str) -> Any:
        field = self.fields[name]
        if not field.show_hidden_initial:
            return self.initial.get(name)
        text = self.data.get(self.add_initial_prefix(name))
        try:
            return field.to_python(text)
        except forms.ValidationError:  # such as a level that is gone by now
            return text

    def clean_birthday(self) -> Any:
        birthday = self.cleaned_data["birthday"]
        if birthday and birthday > store_day():
            raise forms.ValidationError(_("This day is still to come. Write the day of birth."))
        return birthday

    def clean(self) -> None:
        data = self.cleaned_data
        if not data.get("hand_level"):
            data["hand_level_until"] = None
        elif self._is_over(data):
            self.add_error("hand_level_until", _("This day is over. Choose today or a later day."))

    def _is_over(self, data: dict[str, Any]) -> bool:
        """What stood there before may be over: only a new level, or a new day, has to lie ahead."""
        chosen = data.get("hand_level"), data.get("hand_level_until")
        before = self._seen("hand_level"), self._seen("hand_level_until")
        return chosen != before and chosen[1] is not None and chosen[1] < store_day()

    def refuse(self, error: DomainError) -> None:
        if error.code == "changed_meanwhile":
            self._show_changed(error.extra["now"])
        else:
            self.add_error("phone" if error.code == "phone_taken" else None, error.sentence)

    def _show_changed(self, now: dict[str, Any]) -> None:
        """What was typed stays; what stands there now counts as seen."""
        shown = {self.add_initial_prefix(name): self.fields[name].prepare_value(now[name]) for name in now}
        self.data = {name: self.data.get(name) for name in self.data} | shown
        for name, value in now.items():
            if value in (None, ""):
                sentence = _("Somebody else emptied this meanwhile. Save again to write yours.")
            else:
                sentence = _(
                    "Somebody else wrote “%(value)s” here meanwhile. Save again to write yours over it."
                )
            self.add_error(name, forms.ValidationError(sentence, params={"value": _said(value)}))


def _said(value: Any) -> str:
    return format_date(value, base_language(get_language())) if isinstance(value, date) else str(value)


class RefundForm(forms.Form):
    """`form_token` names this one filling-in: sent twice, money goes back once."""

    amount = MoneyField(label=_("Amount that went back"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.TextInput(attrs=_AUTO))
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, purchase: Purchase) -> None:
        initial = {"form_token": uuid.uuid4(), "amount": purchase.amount - purchase.refunded}
        super().__init__(data, initial=initial, auto_id=f"refund-{purchase.pk}-%s")
        self.purchase = purchase


class EraseForm(forms.Form):
    number = forms.CharField(
        label=_("Member ID"),
        max_length=20,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "inputmode": "numeric"}),
    )


class KindForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Every kind")), *EntryKind.choices]
    )
