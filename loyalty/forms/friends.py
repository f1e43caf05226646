"""What a Friend Get Friend campaign is made of."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.domain.campaigns import PROMISED
from loyalty.models import ReferralCampaign
from marketplace.common.errors import DomainError
from marketplace.common.fields import DigitIntegerField, LocalDateField, MoneyField


class MinimumField(MoneyField):
    """An amount, or nothing: 0."""

    def validate(self, value: Any) -> None:
        forms.DecimalField.validate(self, value)


class CampaignForm(forms.Form):
    """`campaign` is None for a new one."""

    name = forms.CharField(
        label=_("Campaign name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    starts_on = LocalDateField(label=_("From day"))
    ends_on = LocalDateField(label=_("To day"))
    inviter_points = DigitIntegerField(label=_("Points for who invites"), min_value=1, max_value=1_000_000)
    friend_points = DigitIntegerField(
        label=_("Points for the friend"), min_value=0, max_value=1_000_000, initial=0
    )
    event = forms.ChoiceField(
        label=_("Given"),
        choices=ReferralCampaign._meta.get_field("event").choices,  # type: ignore[arg-type]
        initial="order",
    )
    minimum = MinimumField(
        label=_("First order of at least"),
        min_value=0,
        initial=0,
        help_text=_("The first order that reaches it counts. Not used when points are given for joining."),
    )
    return_days = DigitIntegerField(
        label=_("Days in which an order can be returned"),
        min_value=0,
        max_value=365,
        initial=7,
        help_text=_("Points are given when they are over; those for joining, so many days after it."),
    )
    per_inviter = DigitIntegerField(
        label=_("Friends for each inviter at most"),
        min_value=1,
        max_value=100_000,
        initial=20,
        required=False,
        help_text=_("Empty: without limit."),
    )
    is_active = forms.BooleanField(label=_("Running"), required=False, initial=True)

    def __init__(self, *args: Any, campaign: ReferralCampaign | None = None, **kwargs: Any) -> None:
        if campaign is not None:
            kwargs["initial"] = {name: getattr(campaign, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if campaign is not None and campaign.referrals.exists():
            for name in PROMISED:
                self.fields[name].disabled = True

    def clean(self) -> None:
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("This day is before the first one. Choose a later day."))

    def refuse(self, error: DomainError) -> None:
        self.add_error("starts_on" if error.code == "overlap" else None, error.sentence)
