"""3.2 Reward Setup and 3.3 Package Setup."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from loyalty.domain.reward_setup import TERMS, has_open_redemptions, read_codes, typed_codes
from loyalty.enums import CodeSource, RewardKind
from loyalty.forms.pictures import PictureForm
from loyalty.models import Branch, Level, Package, Reward
from marketplace.common.errors import DomainError
from marketplace.common.fields import DigitIntegerField, LocalDateField, MoneyField, NumberInput

MOST_POINTS = 1_000_000_000
MOST = 10_000_000
MOST_ITEMS = 20

# What each type needs and shows; the others stay empty.
FIELDS = {
    RewardKind.COUPON: ("discount", "percent", "minimum_order", "valid_days"),
    RewardKind.PRODUCT: ("valid_days",),
    RewardKind.POINTS: ("bonus",),
    RewardKind.GIFT: ("valid_days",),
}
OF_KINDS = ("discount", "percent", "minimum_order", "bonus", "valid_days")


def _with_manual_word(word: str) -> SafeString:
    """The manual's English word, which stands in every language, with its translation beside it."""
    own = gettext(word)
    shown = format_html('<span translate="no" lang="en">{}</span>', word)
    return shown if own == word else format_html("{} <small>{}</small>", shown, own)


with_manual_word = lazy(_with_manual_word, SafeString)


class OfferForm(PictureForm):
    """What rewards and packages have in common. `changes` is what the domain takes."""

    name = forms.CharField(
        label=with_manual_word(gettext_noop("Reward Name")),
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    details = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 3}),
        help_text=_("What it is, where it can be used, and special conditions."),
    )
    points = DigitIntegerField(label=_("Points needed"), min_value=0, max_value=MOST_POINTS)
    quantity = DigitIntegerField(
        label=_("Quantity available"),
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=_("How often it can be redeemed by all together. Empty: without limit."),
    )
    starts_on = LocalDateField(label=_("Start date"), required=False, help_text=_("Empty: from now on."))
    ends_on = LocalDateField(
        label=_("End date"), required=False, help_text=_("The last day on which it can be redeemed.")
    )
    no_expiry = forms.BooleanField(label=with_manual_word(gettext_noop("No Expiry")), required=False)
    per_member = DigitIntegerField(
        label=_("For each member at most"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("Empty: without limit."),
    )
    per_month = DigitIntegerField(
        label=_("For each member a month at most"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("Empty: without limit."),
    )
    levels = forms.ModelMultipleChoiceField(
        label=_("Levels that see it"),
        required=False,
        queryset=Level.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all."),
    )
    is_active = forms.BooleanField(
        label=_("Offered"), required=False, help_text=_("When off, nobody sees it or redeems it.")
    )

    plain: tuple[str, ...] = (
        "name",
        "details",
        "points",
        "quantity",
        "starts_on",
        "per_member",
        "per_month",
        "is_active",
    )

    def __init__(self, *args: Any, offer: Reward | Package, user_id: int, **kwargs: Any) -> None:
        url = offer.picture.url if offer.picture else ""
        kwargs["initial"] = self.initial_of(offer)
        super().__init__(*args, user_id=user_id, picture_url=url, **kwargs)
        self.offer = offer
        self.fields["levels"].queryset = Level.objects.all()  # type: ignore[attr-defined]

    def initial_of(self, offer: Any) -> dict[str, Any]:
        initial = {name: getattr(offer, name) for name in self.plain}
        initial["ends_on"] = offer.ends_on
        if offer.pk is None:
            return {**initial, "is_active": True}
        return {**initial, "no_expiry": offer.ends_on is None, "levels": list(offer.levels.all())}

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("no_expiry"):
            data["ends_on"] = None
            self.errors.pop("ends_on", None)
        elif data.get("ends_on") is None and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Choose the end date, or tick “No Expiry”."))
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("This day is before the first one. Choose a later day."))

    @property
    def changes(self) -> dict[str, Any]:
        names = (*self.plain, "ends_on", "levels")
        return {**{name: self.cleaned_data[name] for name in names}, "new_photo": self.new_photo}


class RewardForm(OfferForm):
    kind = forms.ChoiceField(
        label=_("Reward type"), choices=RewardKind.choices, widget=forms.RadioSelect, initial=None
    )
    discount = MoneyField(
        label=_("Discount"), required=False, help_text=_("An amount off the order. Or a percentage below.")
    )
    percent = forms.DecimalField(
        label=_("Percent off"),
        required=False,
        min_value=0.01,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=NumberInput,
    )
    minimum_order = MoneyField(label=_("From an order of"), required=False, help_text=_("Empty: any order."))
    bonus = DigitIntegerField(
        label=_("Bonus points"),
        required=False,
        min_value=1,
        max_value=MOST_POINTS,
        help_text=_("They are given at once."),
    )
    valid_days = DigitIntegerField(
        label=_("Days to use it"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("After redeeming. Empty: it can be used for ever."),
    )
    code_source = forms.ChoiceField(
        label=_("Codes"),
        choices=CodeSource.choices,
        initial=CodeSource.GENERATED,
        widget=forms.RadioSelect,
        help_text=_("You upload the list after saving."),
    )
    branches = forms.ModelMultipleChoiceField(
        label=_("Branches"),
        required=False,
        queryset=Branch.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Where it can be redeemed and used. None: all."),
    )

    plain: tuple[str, ...] = (
        *OfferForm.plain,
        "kind",
        "discount",
        "percent",
        "minimum_order",
        "bonus",
        "valid_days",
        "code_source",
    )

    def __init__(self, *args: Any, offer: Reward, **kwargs: Any) -> None:
        super().__init__(*args, offer=offer, **kwargs)
        self.fields["branches"].queryset = Branch.objects.all()  # type: ignore[attr-defined]
        self.terms_stay = offer.pk is not None and has_open_redemptions(offer)
        for name in TERMS:
            self.fields[name].disabled = self.terms_stay

    def initial_of(self, offer: Any) -> dict[str, Any]:
        initial = super().initial_of(offer)
        initial["minimum_order"] = offer.minimum_order or None
        if offer.pk is None:
            return {**initial, "kind": RewardKind.COUPON}
        return {**initial, "branches": list(offer.branches.all())}

    def clean(self) -> None:
        super().clean()
        data, kind = self.cleaned_data, self.cleaned_data.get("kind")
        for name in OF_KINDS:
            if kind and name not in FIELDS[RewardKind(kind)]:
                data[name] = None
                self.errors.pop(name, None)
        data["minimum_order"] = data.get("minimum_order") or 0
        if kind == RewardKind.POINTS and not data.get("bonus") and "bonus" not in self.errors:
            self.add_error("bonus", _("Write how many points it gives."))
        if kind != RewardKind.COUPON or {"discount", "percent"} & set(self.errors):
            return
        if data.get("discount") and data.get("percent"):
            self.add_error("percent", _("Write an amount or a percentage, not both."))
        elif not data.get("discount") and not data.get("percent"):
            self.add_error("discount", _("Write the discount: an amount or a percentage."))

    @property
    def changes(self) -> dict[str, Any]:
        return {**super().changes, "branches": self.cleaned_data["branches"]}


class ItemForm(forms.Form):
    """One of the privileges in a package; an empty row is none."""

    reward = forms.ModelChoiceField(
        label=_("Reward"), required=False, queryset=Reward.objects.none(), empty_label="—"
    )
    quantity = DigitIntegerField(label=_("Quantity"), required=False, min_value=1, max_value=50, initial=1)

    def __init__(self, *args: Any, rewards: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reward"].queryset = rewards  # type: ignore[attr-defined]

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("reward") and "quantity" not in self.errors:
            data["quantity"] = data.get("quantity") or 1


class _ItemFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        rewards = [form.cleaned_data.get("reward") for form in self.forms if form.is_valid()]
        chosen = [reward for reward in rewards if reward]
        if len(chosen) != len(set(chosen)):
            raise ValidationError(_("A reward stands in it twice. Use its quantity."), code="twice")
        if not chosen and not any(form.errors for form in self.forms):
            raise ValidationError(_("Choose at least one reward."), code="items")

    @property
    def items(self) -> dict[Reward, int]:
        return {
            form.cleaned_data["reward"]: form.cleaned_data["quantity"]
            for form in self.forms
            if form.cleaned_data.get("reward")
        }


ItemFormSet = forms.formset_factory(
    ItemForm, formset=_ItemFormSet, extra=3, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS, validate_max=True
)


class PackageForm(OfferForm):
    """The package itself; what is in it is an ItemFormSet beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Package name")


class CodesForm(forms.Form):
    """Codes of a reward, typed or from a file. `codes` are as they stand there, repeated ones too."""

    file = forms.FileField(
        label=_("File with codes"),
        required=False,
        allow_empty_file=True,  # said in our own words
        help_text=_("Text or CSV (UTF-8), one code in each line, at most 20,000 codes and 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/plain,text/csv"}),
    )
    typed = forms.CharField(
        label=_("Or write them here"),
        required=False,
        max_length=100_000,
        help_text=_("One in each line, or with commas between them."),
        widget=forms.Textarea(attrs={"dir": "ltr", "rows": 4}),
    )
    codes: list[str]

    def clean(self) -> None:
        file, typed = self.cleaned_data.get("file"), self.cleaned_data.get("typed", "")
        if self.errors:
            return
        if file is None and not typed.strip():
            raise ValidationError(_("Choose a file or write the codes."), code="empty")
        try:
            self.codes = read_codes(file.read(1024 * 1024 + 1)) if file is not None else []
            self.codes += typed_codes(typed) if typed.strip() else []
        except DomainError as error:
            raise ValidationError(error.sentence, code=error.code) from error
