"""Levels, and what they go by."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.enums import LevelCriterion, LevelWindow
from loyalty.forms.setup import save_asked
from loyalty.models import Level, Programme
from marketplace.common.fields import DigitIntegerField, MoneyField, NumberInput
from marketplace.common.money import currency_name


class ThresholdField(MoneyField):
    """An amount, or points; the first level starts at 0."""

    def validate(self, value: Any) -> None:
        forms.DecimalField.validate(self, value)


class LevelForm(forms.ModelForm[Level]):
    threshold = ThresholdField(label=_("Reached at"), min_value=0)
    multiplier = forms.DecimalField(
        label=_("Points from spending count"),
        min_value=1,
        max_value=100,
        decimal_places=2,
        initial=Decimal(1),
        widget=NumberInput,
        help_text=_("times: 1.5 gives half as many points again. 1 changes nothing."),
    )

    class Meta:
        model = Level
        fields = ["name", "threshold", "multiplier", "benefits", "colour"]
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto"}),
            "benefits": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            "colour": forms.TextInput(attrs={"type": "color"}),
        }

    def __init__(self, *args: Any, criterion: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if criterion == LevelCriterion.POINTS:
            self.fields["threshold"].help_text = _("Points earned.")
        else:
            self.fields["threshold"].help_text = _("Money spent, in %(currency)s.") % {
                "currency": currency_name(settings.STORE_CURRENCY, get_language() or "en")
            }

    def clean_threshold(self) -> Decimal:
        threshold: Decimal = self.cleaned_data["threshold"]
        same = Level.objects.filter(threshold=threshold).exclude(pk=self.instance.pk).first()
        if same is not None:
            raise forms.ValidationError(
                _("“%(level)s” is reached at that already. Choose another amount."), params={"level": same}
            )
        return threshold


KEEP_CHOICES = [
    ("falls", _("Falls at once")),
    ("kept", _("Is kept for some months")),
    ("never", _("Never falls")),
]


class LevelSettingsForm(forms.ModelForm[Programme]):
    """Three ways to fall are one number: 0 months, some, or none at all."""

    level_criterion = forms.ChoiceField(
        label=_("Levels go by"), choices=LevelCriterion.choices, widget=forms.RadioSelect
    )
    level_window = forms.TypedChoiceField(
        label=_("What counts"), choices=LevelWindow.choices, coerce=int, widget=forms.RadioSelect
    )
    fall = forms.ChoiceField(
        label=_("When the criterion is not met any more, the level"),
        choices=KEEP_CHOICES,
        widget=forms.RadioSelect,
    )
    months = DigitIntegerField(label=_("Months that it is kept"), required=False, min_value=1, max_value=60)

    class Meta:
        model = Programme
        fields = ["level_criterion", "level_window"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep = self.instance.level_keep_months
        self.initial["fall"] = "never" if keep is None else ("kept" if keep else "falls")
        self.initial["months"] = keep or 12

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("fall") == "kept" and not data.get("months") and "months" not in self.errors:
            self.add_error("months", _("Write for how many months."))

    def save(self, commit: bool = True) -> Programme:
        data = self.cleaned_data
        self.instance.level_keep_months = {"falls": 0, "never": None, "kept": data["months"]}[data["fall"]]
        return save_asked(self, "level_keep_months")
