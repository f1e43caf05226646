"""7.1 Account Setup: the store, its programme, its branches."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.domain.programme import show_store_on_commit
from loyalty.forms.people import StorePhoneField
from loyalty.models import Branch, Programme
from marketplace.common.fields import DigitIntegerField, NumberInput
from marketplace.common.money import currency_name
from marketplace.common.text import fold_digits

MOST_HOLD_DAYS = 90
_AREA = forms.Textarea({"rows": 3, "dir": "auto"})


class WorthField(forms.DecimalField):
    """Typed in any of our digits."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(fold_digits(value) if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        """0.1, of a column that keeps 0.1000."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def save_asked(form: forms.ModelForm[Programme], *more: str) -> Programme:
    """Only the columns that the form asks for, and `more`: others may have been written since they were
    read."""
    form.instance.save(update_fields=[*(form._meta.fields or ()), *more])
    return form.instance


class StoreForm(forms.ModelForm[Programme]):
    contact_phone = StorePhoneField(
        label=_("Contact phone"), required=False, help_text=_("On top of every page of the site.")
    )
    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput({"dir": "ltr", "placeholder": "https://"}),
    )

    class Meta:
        model = Programme
        fields = ["store_name", "contact_phone", "contact_email", "website", "contact_address"]
        labels = {
            "store_name": _("Store name"),
            "contact_email": _("Contact email"),
            "contact_address": _("Postal address"),
        }
        help_texts = {"store_name": _("Members see it with their points.")}
        widgets = {
            "store_name": forms.TextInput({"dir": "auto", "autocomplete": "organization"}),
            "contact_email": forms.EmailInput({"dir": "ltr"}),
            "contact_address": _AREA,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store_name"].required = True
        self.initial["store_name"] = self.instance.store_name or settings.STORE_NAME

    def save(self, commit: bool = True) -> Programme:
        saved = save_asked(self)
        show_store_on_commit()
        return saved


class ProgrammeForm(forms.ModelForm[Programme]):
    hold_days = DigitIntegerField(
        label=_("Days until points of a purchase can be spent"),
        min_value=0,
        max_value=MOST_HOLD_DAYS,
        help_text=_("0: at once. For purchases from now on."),
    )
    point_value = WorthField(
        label=_("Worth of one point"),
        min_value=0,
        max_digits=12,
        decimal_places=4,
        widget=NumberInput,
    )

    class Meta:
        model = Programme
        fields = ["is_running", "expiry_months", "hold_days", "point_value", "needs_approval"]
        labels = {
            "is_running": _("Points are given"),
            "expiry_months": _("Points expire"),
            "needs_approval": _("A second person approves point adjustments"),
        }

    def __init__(self, *args: Any, is_admin: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point_value"].help_text = _(
            "In %(currency)s. The dashboard counts with it what all points are worth."
        ) % {"currency": currency_name(settings.STORE_CURRENCY, get_language() or "en")}
        if self.instance.needs_approval and not is_admin:
            # Or one person could switch it off, run a file, and switch it on again.
            approval = self.fields["needs_approval"]
            approval.disabled, approval.help_text = True, _("Only an Admin switches this off.")

    def save(self, commit: bool = True) -> Programme:
        return save_asked(self)


class BranchForm(forms.ModelForm[Branch]):
    phone = StorePhoneField(label=_("Phone"), required=False)

    class Meta:
        model = Branch
        fields = ["name", "code", "phone", "address"]
        labels = {"name": _("Branch name"), "code": _("Branch code"), "address": _("Postal address")}
        help_texts = {"code": _("Short and your own, such as SIAM; it stands in files and reports.")}
        error_messages = {"code": {"unique": _("Another branch has this code. Choose another one.")}}
        widgets = {
            "name": forms.TextInput({"dir": "auto"}),
            "code": forms.TextInput({"dir": "ltr", "autocapitalize": "characters"}),
            "address": _AREA,
        }

    def clean_code(self) -> str:
        """Files name a branch by it: in one spelling."""
        return fold_digits(self.cleaned_data["code"]).strip().upper()
