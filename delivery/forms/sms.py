"""Trying out how a shop sends SMS."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider
from delivery.forms.couriers import CourierPhoneField


class SmsTestForm(forms.Form):
    """`form_token` names this one try: sent twice, one SMS goes out."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    phone = CourierPhoneField(
        label=_("Phone"),
        help_text=_("It gets one SMS, which counts and costs like any other."),
        widget=forms.TextInput(
            attrs={"type": "tel", "dir": "ltr", "inputmode": "tel", "autocomplete": "off"}
        ),
    )

    def __init__(self, data: Any = None, *, provider: Provider, phone: str = "") -> None:
        super().__init__(data, initial={"form_token": uuid.uuid4(), "phone": phone})
        self.fields["phone"].regions = (provider.phone_region,)  # type: ignore[attr-defined]
