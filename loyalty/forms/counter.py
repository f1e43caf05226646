"""The counter's forms: an amount, and whose it is."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from loyalty.models import Member
from loyalty.queries.points import member_by_card, member_by_number, member_by_phone, phone_in
from marketplace.common.errors import DomainError
from marketplace.common.fields import MoneyField
from marketplace.common.images import ACCEPT
from marketplace.common.qr_codes import read_photo

NOT_FOUND = _("No customer data found.")  # the manual's own sentence
_NO_CODE = _("No QR code can be read in this photo. Hold the phone closer and straight, or type the phone.")


class PhoneField(forms.CharField):
    """A phone as the store's country writes it, in any digits; cleans to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "off", "dir": "ltr"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        phone = phone_in(text)
        if phone is None:
            raise ValidationError(_("Write the whole phone number."), code="invalid_phone")
        return str(phone.as_e164)


class QrField(forms.FileField):
    """A photo of a QR code; cleans to what the code says."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"accept": ACCEPT, "capture": "environment"}
        super().__init__(required=False, widget=forms.FileInput(attrs=attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> str:
        photo: UploadedFile[bytes] | None = super().clean(data, initial)
        if not photo:
            return ""
        if photo.size and photo.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(_("This photo is too large."), code="too_large")
        try:
            text = read_photo(photo.read())
        except DomainError as error:
            raise ValidationError(error.sentence, code=error.code) from error
        if not text:
            raise ValidationError(_NO_CODE, code="no_code")
        return text


class MemberForm(forms.Form):
    """Who stands at the counter: by card, as scanned or photographed, or by what was typed.

    `member` in the cleaned data; `new_phone` (E.164) when a good phone is nobody's yet.
    """

    phone = forms.CharField(
        label=_("Phone number"),
        required=False,
        max_length=60,
        help_text=_("Or the Member ID."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "dir": "ltr"}),
    )
    card = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    picture = QrField(label=_("Photo of the QR code"))
    new_phone = ""

    @property
    def found(self) -> Member | None:
        """Also while another field is wrong, so that nobody has to be looked for twice."""
        return self.cleaned_data.get("member") if self.is_bound and hasattr(self, "cleaned_data") else None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        typed, card = data.get("phone", ""), data.get("picture") or data.get("card", "")
        if "picture" in self.errors:
            return data
        member = self._by_card(card) if card else self._by_text(typed)
        if member is not None:
            data["member"] = member
        return data

    def _by_card(self, text: str) -> Member | None:
        member = member_by_card(text)
        if member is None:
            self.add_error("phone", NOT_FOUND)
        return member

    def _by_text(self, typed: str) -> Member | None:
        if not typed.strip():
            self.add_error("phone", _("Type the phone number, or scan the customer's QR code."))
            return None
        phone = phone_in(typed)
        member = (member_by_phone(phone) if phone else None) or member_by_number(typed)
        if member is None:
            self.new_phone = phone.as_e164 if phone else ""
            self.add_error("phone", NOT_FOUND)
        return member


class EarnForm(MemberForm):
    amount = MoneyField(label=_("Amount spent"))
    field_order = ["amount", "phone"]


class NewMemberForm(forms.Form):
    phone = PhoneField(label=_("Phone number"))
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    amount = MoneyField(label=_("Amount spent"))


class AmountForm(forms.Form):
    """From the address of the page that confirms."""

    amount = MoneyField()


class LinkPhoneForm(forms.Form):
    phone = PhoneField(label=_("Phone number"))


class CouponForm(forms.Form):
    code = forms.CharField(
        label=_("Coupon code"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}),
    )
    picture = QrField(label=_("Photo of the QR code"))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        data["code"] = data.get("picture") or data.get("code", "").strip()
        if not data["code"] and not self.errors:
            self.add_error("code", _("Type the code of the coupon, or scan its QR code."))
        return data
