"""What customers say about a transfer, what the shop says to it, and how the shop is paid."""

import re
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import DomainError
from marketplace.common.fields import DigitIntegerField, LocalDateTimeField, MoneyField
from marketplace.common.text import fold_digits
from orders.domain.paying import REJECTIONS
from orders.models import BankAccount, Order, PaymentSettings
from orders.queries.payments import PROMPTPAY_CURRENCY, WaysToPay
from orders.transfers.keeping import keep_slip, kept_slip
from orders.transfers.slips import Slip, read_slip
from orders.widgets import SlipInput

OTHER = "other"
PROMPTPAY = "PromptPay"
_FIELD_OF_REFUSAL = {
    "bank": "bank",
    "amount": "amount",
    "future": "transferred_at",
    "old": "transferred_at",
    "slip_used": "slip",
}


class TransferForm(forms.Form):
    """`form_token` names this one filling-in; `slip` cleans to a Slip or None.

    `owner` says whose kept slip this form may use: see orders.transfers.keeping.
    """

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    kept_slip = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    bank = forms.ChoiceField(
        label=_("Bank"),
        help_text=_("To which account you transferred."),
        error_messages={"required": _("Choose to which account you transferred.")},
    )
    other_bank = forms.CharField(
        label=_("Another bank"),
        required=False,
        max_length=120,
        help_text=_("Only if it is not in the list."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    transferred_at = LocalDateTimeField(label=_("Date and time"), help_text=_("As on the slip."))
    slip = forms.FileField(
        label=_("Slip"),
        required=False,
        widget=SlipInput,
        help_text=_(
            "A picture of the slip: JPEG, PNG or WebP of at most 10 MB. With it the provider finds the "
            "transfer sooner."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        order: Order,
        ways: WaysToPay,
        due: Decimal,
        owner: str,
        token: uuid.UUID | None = None,
    ) -> None:
        self.owner = owner
        self.new_slip: Slip | None = None
        now = timezone.now().replace(second=0, microsecond=0)
        super().__init__(data, files, initial={"form_token": token or uuid.uuid4(), "transferred_at": now})
        self.fields["amount"] = MoneyField(
            label=_("Amount"), currency=order.currency, max_digits=14, initial=due or None
        )
        banks = _banks(ways)
        self.fields["bank"].choices = [  # type: ignore[attr-defined]
            *([("", gettext("Choose one"))] if len(banks) > 1 else []),
            *((bank, bank) for bank in banks),
            (OTHER, gettext("Another bank")),
        ]
        if not banks:
            del self.fields["bank"]
            self.fields["other_bank"].required = True
            self.fields["other_bank"].label = _("Bank")
            self.fields["other_bank"].help_text = _("To which bank you transferred.")
        names = ["form_token", "kept_slip", "bank", "other_bank", "amount", "transferred_at", "slip"]
        self.order_fields([name for name in names if name in self.fields])

    def clean_slip(self) -> Slip | None:
        upload = self.files.get("slip")
        if upload is None:
            self.new_slip = kept_slip(self.data.get("kept_slip", ""), owner=self.owner)
            return self.new_slip
        upload.seek(0)
        try:
            self.new_slip = read_slip(upload.read(settings.UPLOAD_MAX_BYTES + 1))
        except DomainError as error:
            raise forms.ValidationError(error.sentence, code=error.code) from error
        return self.new_slip

    def clean(self) -> None:
        if self.errors.pop("form_token", None):  # hidden: it has no place of its own
            self.add_error(None, _("Please send the form once more."))
            self._refill("form_token", self.initial["form_token"])
        chosen = self.cleaned_data.get("bank", OTHER)
        if chosen == OTHER and "bank" not in self.errors:
            other = self.cleaned_data.get("other_bank", "").strip()
            if not other and "other_bank" not in self.errors:
                self.add_error("other_bank", _("Write to which bank you transferred."))
            chosen = other
        self.cleaned_data["bank"] = chosen

    @property
    def said(self) -> dict[str, Any]:
        """What `claim_transfer` takes."""
        return {name: self.cleaned_data[name] for name in _SAID}

    def begin_anew(self) -> None:
        """What is said is another notice than the one that this page was opened for."""
        self.cleaned_data["form_token"] = uuid.uuid4()

    def refuse(self, error: DomainError) -> None:
        """Shows a refusal beside what was typed."""
        field = _FIELD_OF_REFUSAL.get(error.code)
        if field == "bank" and "bank" not in self.fields:
            field = "other_bank"
        self.add_error(field, error.sentence)
        if error.code == "slip_used":
            self.new_slip = None  # the next try needs another one

    def keep_slip(self) -> None:
        """After an error elsewhere: the slip waits for the next try and is shown in the form."""
        self._refill("kept_slip", keep_slip(self.new_slip, owner=self.owner) if self.new_slip else "")
        self.fields["slip"].widget.kept = self.new_slip.photo if self.new_slip else None

    def _refill(self, name: str, value: object) -> None:
        data: Any = self.data
        self.data = data.copy()  # a request's own is read-only
        self.data[name] = str(value)  # type: ignore[index]


_SAID = ("bank", "amount", "transferred_at", "slip", "form_token")


def _banks(ways: WaysToPay) -> list[str]:
    accounts = [f"{account.bank} {account.number}" for account in ways.accounts]
    return list(dict.fromkeys([PROMPTPAY, *accounts] if ways.promptpay_id else accounts))


class RejectForm(forms.Form):
    finding = forms.ChoiceField(
        choices=[(finding.value, finding.label) for finding in REJECTIONS],
        error_messages={
            "required": _("Choose what is wrong with this notice."),
            "invalid_choice": _("Choose what is wrong with this notice."),
        },
    )
    reason = forms.CharField(
        max_length=1000, error_messages={"required": _("Say why: the customer will see it.")}
    )


class PaymentForm(forms.ModelForm[PaymentSettings]):
    unpaid_hours = DigitIntegerField(
        label=_("Hours to pay"),
        required=False,
        min_value=1,
        max_value=24 * 60,
        help_text=_("An order that nobody paid or confirmed is cancelled after that. Empty: never."),
    )

    class Meta:
        model = PaymentSettings
        fields = ["promptpay_id", "unpaid_hours"]
        widgets = {
            "promptpay_id": forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel", "autocomplete": "off"})
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["promptpay_id"].max_length = 40  # type: ignore[attr-defined]  # with its hyphens
        self.fields["promptpay_id"].validators.clear()
        if self.instance.provider.currency != PROMPTPAY_CURRENCY:
            del self.fields["promptpay_id"]

    def _post_clean(self) -> None:
        """Nothing: the domain writes the row, and an instance half changed would show in the page."""

    def refuse(self, error: DomainError) -> None:
        self.add_error(error.code if error.code in self.fields else None, error.sentence)


class AccountForm(forms.ModelForm[BankAccount]):
    class Meta:
        model = BankAccount
        fields = ["bank", "number", "holder"]
        widgets = {
            "bank": forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            "number": forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
            "holder": forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        }
        help_texts = {"holder": _("As the bank writes it, so that customers see whom they pay.")}

    def clean_number(self) -> str:
        number = " ".join(fold_digits(self.cleaned_data["number"]).split())
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z .\-/]*", number) or len(re.findall("[0-9]", number)) < 4:
            raise forms.ValidationError(
                _("Write the account number in digits, as in 123-4-56789-0."), code="number"
            )
        return number

    def _post_clean(self) -> None:
        """Nothing: see PaymentForm."""
