"""Earning rules, and an amount to try them with."""

from typing import Any

from django import forms
from django.conf import settings
from django.forms.widgets import TimeInput
from django.utils.dates import WEEKDAYS
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider
from loyalty.enums import RuleKind
from loyalty.models import Branch, EarningRule, Level, Member
from loyalty.queries.members import exact_members, find_members
from marketplace.common.fields import (
    DigitIntegerField,
    LocalDateField,
    LocalDateTimeField,
    MoneyField,
    NumberInput,
)
from marketplace.common.text import fold_digits

# Which fields a kind needs; the others are left as they are.
FIELDS = {
    RuleKind.SPENDING: ("per_amount", "points", "rounding"),
    RuleKind.MULTIPLIER: ("multiplier",),
    RuleKind.FIRST_PURCHASE: ("points",),
    RuleKind.BIRTHDAY: ("points",),
    RuleKind.SIGN_UP: ("points",),
}
# Conditions that ask about a purchase; joining and birthdays have none.
OF_PURCHASE = ("minimum", "categories", "providers", "branches", "weekdays", "from_time", "until_time")


def category_choices() -> list[tuple[str, str]]:
    """(key, name) of the store's categories: loyalty does not know services, the settings say who does."""
    choices: list[tuple[str, str]] = import_string(settings.LOYALTY_CATEGORIES)()
    return choices


class EarningRuleForm(forms.ModelForm[EarningRule]):
    per_amount = MoneyField(label=_("For each"), required=False)
    points = DigitIntegerField(label=_("Points"), required=False, min_value=1, max_value=1_000_000)
    multiplier = forms.DecimalField(
        label=_("Times"),
        required=False,
        min_value=1,
        max_value=100,
        decimal_places=2,
        widget=NumberInput,
        help_text=_("2 doubles the points; where categories are chosen, only the points for these."),
    )
    minimum = MoneyField(label=_("Minimum spend"), required=False)
    starts_on = LocalDateField(label=_("First day"), required=False)
    ends_on = LocalDateField(label=_("Last day"), required=False)
    categories = forms.MultipleChoiceField(
        label=_("Categories"), required=False, widget=forms.CheckboxSelectMultiple
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        required=False,
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    providers = forms.ModelMultipleChoiceField(
        label=_("Providers"), required=False, queryset=Provider.objects.none()
    )
    branches = forms.ModelMultipleChoiceField(
        label=_("Branches"),
        required=False,
        queryset=Branch.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    levels = forms.ModelMultipleChoiceField(
        label=_("Levels"), required=False, queryset=Level.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = EarningRule
        fields = [
            "name",
            "kind",
            "description",
            "is_active",
            "per_amount",
            "points",
            "rounding",
            "multiplier",
            "minimum",
            "categories",
            "providers",
            "branches",
            "levels",
            "starts_on",
            "ends_on",
            "weekdays",
            "from_time",
            "until_time",
            "in_birthday_month",
            "is_last",
        ]
        widgets = {
            "kind": forms.RadioSelect,
            "description": forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
            "name": forms.TextInput(attrs={"dir": "auto"}),
            "from_time": TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "until_time": TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = RuleKind.choices  # type: ignore[attr-defined]  # without an empty one
        self.fields["kind"].disabled = self.instance.pk is not None
        self.fields["categories"].choices = category_choices()  # type: ignore[attr-defined]
        for name, rows in (("providers", Provider), ("branches", Branch), ("levels", Level)):
            self.fields[name].queryset = rows.objects.all()  # type: ignore[attr-defined]
        if not self.instance.minimum:
            self.initial["minimum"] = None

    def clean_minimum(self) -> Any:
        return self.cleaned_data["minimum"] or 0

    def clean(self) -> None:
        data = self.cleaned_data
        for name in FIELDS.get(data.get("kind", ""), ()):
            if data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("This day is before the first one. Choose a later day."))
        if data.get("kind") in (RuleKind.BIRTHDAY, RuleKind.SIGN_UP):
            for name in OF_PURCHASE:
                data[name] = self.fields[name].clean(None) if name != "minimum" else 0
            data["in_birthday_month"] = False


class TryForm(forms.Form):
    """An amount, and whose it would be."""

    amount = MoneyField(label=_("Amount"))
    member = forms.CharField(
        label=_("Member"),
        required=False,
        help_text=_("Phone or Member ID. Empty: somebody new."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    provider = forms.ModelChoiceField(
        label=_("Provider"), required=False, queryset=Provider.objects.none(), empty_label="—"
    )
    branch = forms.ModelChoiceField(
        label=_("Branch"), required=False, queryset=Branch.objects.none(), empty_label="—"
    )
    at = LocalDateTimeField(label=_("When"), required=False, help_text=_("Empty: now."))

    def __init__(self, *args: Any, sees_members: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sees_members = sees_members
        if not sees_members:
            self.fields["member"].help_text = _("Member ID. Empty: somebody new.")
        self.fields["category"].choices = [("", "—"), *category_choices()]  # type: ignore[attr-defined]
        self.fields["provider"].queryset = Provider.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["branch"].queryset = Branch.objects.open()  # type: ignore[attr-defined]

    def clean_member(self) -> Member | None:
        typed = self.cleaned_data["member"]
        if not typed.strip():
            return None
        found = self._found(typed)
        if len(found) != 1:
            raise forms.ValidationError(
                _("No customer data found.") if not found else _("Several members fit. Type the Member ID.")
            )
        return found[0]

    def _found(self, typed: str) -> list[Member]:
        if self.sees_members:
            return exact_members(typed) or list(find_members(typed)[:2])
        # Others are not told whose phone it is, nor whether a name or an e-mail is a member's.
        return list(Member.objects.current().filter(number=fold_digits(typed).strip()))
