"""What a customer fills in to order, and what anybody says when cancelling."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import DomainError
from marketplace.common.fields import DigitIntegerField, LocalDateTimeField
from services.enums import ServiceKind
from services.models import Service

_FIELD_OF_REFUSAL = {"past": "preferred_at", "quantity": "quantity"}


class OrderForm(forms.Form):
    """`form_token` names this one filling-in, so that sending it twice orders once."""

    form_token = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Please send the form once more."),
            "invalid": _("Please send the form once more."),
        },
    )
    seen_price = forms.DecimalField(widget=forms.HiddenInput, required=False)
    quantity = DigitIntegerField(label=_("Quantity"), min_value=1, max_value=999, initial=1)
    preferred_at = LocalDateTimeField(
        label=_("Preferred time"),
        required=False,
        help_text=_("If you have one. You agree on the time with the provider in the chat."),
    )
    delivery_address = forms.CharField(
        label=_("Delivery address"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "autocomplete": "street-address"}),
        help_text=_("Empty: you pick it up yourself."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("What should the provider know?"),
    )

    def __init__(
        self, data: Any = None, *, service: Service, quantity: str = "", token: uuid.UUID | None = None
    ) -> None:
        super().__init__(
            data,
            initial={
                "form_token": token or uuid.uuid4(),
                "seen_price": service.price,
                "quantity": int(quantity) if quantity.isdecimal() and 0 < int(quantity) < 1000 else 1,
            },
        )
        if service.kind != ServiceKind.GOODS:
            del self.fields["quantity"], self.fields["delivery_address"]

    def clean(self) -> None:
        for name in ("form_token", "seen_price"):  # hidden: their errors have no place of their own
            for error in self.errors.pop(name, []):
                self.add_error(None, error)
                self._refill(name, self.initial[name])

    def refuse(self, error: DomainError) -> None:
        """Shows a refusal beside what was typed, and takes over a price that has changed."""
        field = _FIELD_OF_REFUSAL.get(error.code)
        self.add_error(field if field in self.fields else None, error.sentence)
        if "price" in error.extra:
            self._refill("seen_price", error.extra["price"])

    def _refill(self, name: str, value: object) -> None:
        data: Any = self.data
        self.data = data.copy()  # a request's own is read-only
        self.data[name] = str(value)  # type: ignore[index]


class CancelForm(forms.Form):
    """The shop says why, except of what was never placed; the customer may."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Say why: the customer will see it.")},
    )

    def __init__(self, data: Any = None, *, is_shop: bool, is_draft: bool = False) -> None:
        super().__init__(data)
        reason = self.fields["reason"]
        reason.required = is_shop and not is_draft
        if not is_shop:
            reason.help_text = _("If you like; the provider will see it.")
        elif is_draft:
            reason.help_text = _("If you like; the customer will see it.")
        else:
            reason.help_text = _("The customer will see it.")
