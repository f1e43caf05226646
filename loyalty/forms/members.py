"""What the pages of 4.1 Member Detail ask for."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from loyalty.domain.programme import store_day
from loyalty.enums import EntryKind
from loyalty.models import Level, Member, Purchase
from marketplace.common.errors import DomainError
from marketplace.common.fields import LocalDateField, MoneyField
from marketplace.common.text import fold_digits

_AUTO = {"dir": "auto"}


class MemberPhoneField(PhoneNumberField):  # type: ignore[misc]  # the library has no types
    """Cleans to a PhoneNumber or None, from any of our digits, without country code as in the store's."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "inputmode": "tel", "autocomplete": "off"}
        super().__init__(region=settings.STORE_COUNTRY, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(fold_digits(value) if isinstance(value, str) else value) or None


class MemberForm(forms.Form):
    """For adding (`member` is None) and editing."""

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
        before = self.initial.get("hand_level"), self.initial.get("hand_level_until")
        return chosen != before and chosen[1] is not None and chosen[1] < store_day()

    def refuse(self, error: DomainError) -> None:
        self.add_error("phone" if error.code == "phone_taken" else None, error.sentence)


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
