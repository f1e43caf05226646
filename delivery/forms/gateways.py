"""How a shop sends SMS: through which gateway, and how much it may spend."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider
from delivery.forms.generic_gateway import TEXTS, problems_of
from marketplace.common.fields import DigitIntegerField, NumberInput
from marketplace.common.money import currency_decimals, parse_number
from marketplace.common.text import TypedTextError, fold_digits
from marketplace.notify.enums import BodyFormat, GatewayKind, HttpMethod
from marketplace.notify.models import SmsGateway
from marketplace.notify.transports import generic, kavenegar

CURRENCIES = ("IRR", "THB", "VND", "USD", "EUR")
ABOUT = {
    GatewayKind.CONSOLE: _("No phone gets anything. What would go out stands under “Sent SMS”."),
    GatewayKind.KAVENEGAR: _("For Iran. You need its API key and, if you have one, a line of your own."),
    GatewayKind.TWILIO: _("For most countries. You need the account's SID, its token and a number."),
    GatewayKind.GENERIC: _("Any other gateway that takes an HTTP request for each message."),
}
FIRST_FIELDS = "to = {to}\ntext = {text}\nfrom = {sender}"
# Which fields belong to which gateway; the page shows only those of the one that is chosen.
OWN_FIELDS: dict[str, tuple[str, ...]] = {
    GatewayKind.CONSOLE: (),
    GatewayKind.KAVENEGAR: ("kavenegar_secret", "kavenegar_sender"),
    GatewayKind.TWILIO: ("twilio_account", "twilio_secret", "twilio_sender"),
    GatewayKind.GENERIC: (
        "method",
        "address",
        "body_format",
        "fields",
        "headers",
        "generic_account",
        "generic_secret",
        "generic_sender",
        "reference_path",
        "success_text",
    ),
}
# They say no price, or only later and in their own currency: an amount a day needs one of the settings.
_SLOW_OR_SILENT = (GatewayKind.TWILIO, GatewayKind.GENERIC)
_PLAIN = {"dir": "ltr", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_REQUIRED = _("Fill this in.")


class PriceField(forms.DecimalField):
    """Zero or more, in any of our digits, with as many decimals as prices of SMS have."""

    widget = NumberInput

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # a stub says int
        if value in self.empty_values:
            return None
        try:
            return parse_number(str(value), decimals=self.decimal_places, language=get_language())
        except TypedTextError as error:
            raise forms.ValidationError(error.message, code=error.code, params=error.params) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _text(label: Any, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("max_length", 120)
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs=_PLAIN), **kwargs)


def _secret(label: Any) -> forms.CharField:
    # What was typed comes back with an error; what is stored never does.
    widget = forms.PasswordInput(attrs={**_PLAIN, "autocomplete": "new-password"}, render_value=True)
    return forms.CharField(label=label, required=False, max_length=300, widget=widget)


def _lines(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={**_PLAIN, "rows": 4})
    return forms.CharField(label=label, required=False, max_length=4000, widget=widget, help_text=help_text)


class GatewayForm(forms.Form):
    """`settings_given` is what marketplace.notify.sms.save_gateway takes."""

    kind = forms.ChoiceField(label=_("Gateway"), choices=GatewayKind.choices)
    is_on = forms.BooleanField(
        label=_("Send SMS"), required=False, help_text=_("Off: nothing goes out, the settings stay.")
    )
    kavenegar_secret = _secret(_("API key"))
    kavenegar_sender = _text(_("Sender"), max_length=40, help_text=_("Empty: the account's usual line."))
    twilio_account = _text(_("Account SID"), help_text=_("It begins with AC."))
    twilio_secret = _secret(_("Auth token"))
    twilio_sender = _text(
        _("Sender"),
        max_length=40,
        help_text=_("A number such as +15005550006, or a service that begins with MG."),
    )
    method = forms.ChoiceField(label=_("Method"), choices=HttpMethod.choices, required=False)
    address = _text(_("Address"), max_length=500)
    body_format = forms.ChoiceField(
        label=_("Format"),
        choices=BodyFormat.choices,
        required=False,
        help_text=_("With GET, they go into the address."),
    )
    fields_text = _lines(_("Fields"), _("One a line, as in: to = {to}"))
    headers = _lines(_("Headers"), _("One a line, as in: Authorization: Bearer {secret}"))
    generic_account = _text(
        _("Account"), help_text=_("For {account} and {basic}, if the gateway wants a name.")
    )
    generic_secret = _secret(_("Key or password"))
    generic_sender = _text(_("Sender"), max_length=40)
    reference_path = _text(
        _("Where its number for the message stands"),
        max_length=200,
        help_text=_("In a JSON answer, as in: data.0.id"),
    )
    success_text = _text(
        _("What a good answer contains"), max_length=200, help_text=_("Empty: its status 200 is enough.")
    )
    per_number = DigitIntegerField(
        label=_("SMS to one number a day"), required=False, min_value=1, max_value=10_000
    )
    per_day = DigitIntegerField(label=_("SMS a day"), required=False, min_value=1, max_value=1_000_000)
    daily_cap = PriceField(
        label=_("Amount a day"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    part_price = PriceField(
        label=_("Price of one part"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=4,
        help_text=_("Counts until the gateway says what a message cost."),
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, data: Any = None, *, provider: Provider, gateway: SmsGateway | None) -> None:
        self.provider, self.gateway = provider, gateway
        super().__init__(data, initial=_initial(provider, gateway))
        # A form has `fields` of its own.
        self.fields["fields"] = self.fields.pop("fields_text")
        currencies = dict.fromkeys([provider.currency, *CURRENCIES])
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]
        for name in ("per_number", "per_day", "daily_cap"):
            self.fields[name].help_text = _("Empty: no limit.")
        for kind in (GatewayKind.KAVENEGAR, GatewayKind.TWILIO, GatewayKind.GENERIC):
            field = self.fields[f"{kind.value}_secret"]
            if self.keeps_secret(kind):
                field.help_text = _("One is stored. Leave this empty to keep it.")
                field.widget.attrs["placeholder"] = "••••••••"

    def keeps_secret(self, kind: str) -> bool:
        return bool(self.gateway and self.gateway.kind == kind and self.gateway.has_secret)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """For the page: each gateway with its own fields."""
        return [
            {"kind": kind.value, "fields": [self[name] for name in OWN_FIELDS[kind]], "about": ABOUT[kind]}
            for kind in GatewayKind
        ]

    @property
    def choices(self) -> list[dict[str, Any]]:
        chosen = self["kind"].value()
        return [
            {"value": kind.value, "label": kind.label, "about": about, "is_checked": kind.value == chosen}
            for kind, about in ABOUT.items()
        ]

    @property
    def limits(self) -> list[Any]:
        return [self[name] for name in ("per_number", "per_day", "daily_cap", "part_price", "currency")]

    @property
    def settings_given(self) -> dict[str, Any]:
        cleaned, kind = self.cleaned_data, self.cleaned_data["kind"]
        shared = ("kind", "is_on", "per_number", "per_day", "daily_cap", "part_price")
        given = {name: cleaned[name] for name in shared}
        given["secret"] = cleaned.get(f"{kind}_secret", "")
        given["sender"] = cleaned.get(f"{kind}_sender", "")
        given["account"] = cleaned.get(f"{kind}_account", "")
        given["currency"] = self._currency()
        if kind == GatewayKind.GENERIC:
            names = (
                "method",
                "address",
                "body_format",
                "fields",
                "headers",
                "reference_path",
                "success_text",
            )
            given |= {name: cleaned[name] for name in names}
        return given

    def clean(self) -> None:
        kind = self.cleaned_data.get("kind")
        if kind == GatewayKind.KAVENEGAR:
            self._need_secret(kind)
        elif kind == GatewayKind.TWILIO:
            self._need(["twilio_account", "twilio_sender"])
            self._need_secret(kind)
        elif kind == GatewayKind.GENERIC:
            self._need(["address"])
            self.cleaned_data["method"] = self.cleaned_data.get("method") or HttpMethod.POST
            self.cleaned_data["body_format"] = self.cleaned_data.get("body_format") or BodyFormat.FORM
            said = {name: self.cleaned_data.get(name, "") for name in TEXTS}
            for name, problem in problems_of(said, but=self.errors):
                self.add_error(name, problem)
            if generic.uses_secret(*said.values()):
                self._need_secret(kind)
        cap = self.cleaned_data.get("daily_cap")
        if cap is not None and cap != round(cap, currency_decimals(self._currency())):
            self.add_error("daily_cap", _("Write a whole amount: this currency has no decimals."))
        if cap is not None and kind in _SLOW_OR_SILENT and not self.cleaned_data.get("part_price"):
            self._refuse_price()

    def _refuse_price(self) -> None:
        if "part_price" not in self.errors:
            words = _("Write what one part costs: without it the amount a day cannot be kept.")
            self.add_error("part_price", words)

    def clean_twilio_account(self) -> str:
        return self._without_spaces("twilio_account")

    def clean_twilio_sender(self) -> str:
        return self._without_spaces("twilio_sender")

    def clean_kavenegar_sender(self) -> str:
        return self._without_spaces("kavenegar_sender")

    def _without_spaces(self, name: str) -> str:
        return fold_digits("".join(self.cleaned_data[name].split()))

    def _currency(self) -> str:
        """Kavenegar says its prices in rials."""
        is_rial = self.cleaned_data.get("kind") == GatewayKind.KAVENEGAR
        return kavenegar.CURRENCY if is_rial else self.cleaned_data.get("currency") or self.provider.currency

    def _need(self, names: Iterable[str]) -> None:
        for name in names:
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, _REQUIRED)

    def _need_secret(self, kind: str) -> None:
        if not self.keeps_secret(kind):
            self._need([f"{kind}_secret"])


def _initial(provider: Provider, gateway: SmsGateway | None) -> dict[str, Any]:
    first: dict[str, Any] = {
        "kind": "",
        "is_on": True,
        "method": HttpMethod.POST,
        "body_format": BodyFormat.FORM,
        "fields": FIRST_FIELDS,
        "per_number": 10,
        "per_day": 200,
        "currency": provider.currency,
    }
    if gateway is None:
        return first
    names = ("kind", "is_on", "per_number", "per_day", "daily_cap", "part_price", "currency")
    stored = {name: getattr(gateway, name) for name in names}
    if gateway.kind == GatewayKind.GENERIC:
        own = ("method", "address", "body_format", "fields", "headers", "reference_path", "success_text")
        stored |= {name: getattr(gateway, name) for name in own}
    stored |= {f"{gateway.kind}_sender": gateway.sender, f"{gateway.kind}_account": gateway.account}
    return {**first, **stored}
