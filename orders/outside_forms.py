"""Where a shop's outside order system is."""

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import DomainError
from orders.domain.outside.systems import check_event_address, check_template
from orders.models import OutsideSystem


class AddressField(forms.CharField):
    """Text and not a URLField: placeholders are no part of an address yet, and the domain checks both."""

    def __init__(self, *, check: Callable[[str], None], example: str, **kwargs: object) -> None:
        attrs = {
            "dir": "ltr",
            "inputmode": "url",
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "placeholder": example,
        }
        super().__init__(max_length=500, widget=forms.TextInput(attrs=attrs), **kwargs)  # type: ignore[arg-type]
        self._check = check

    def clean(self, value: object) -> str:
        address: str = super().clean(value)
        if address:
            try:
                self._check(address)
            except DomainError as error:
                raise forms.ValidationError(error.sentence, code=error.code) from error
        return address


class OutsideSystemForm(forms.ModelForm[OutsideSystem]):
    new_sale_url = AddressField(
        label=_("Address of the new-sale screen"),
        check=check_template,
        example="https://orders.example.com/new?card={order}",
    )
    additional_sale_url = AddressField(
        label=_("Address of the additional-sale screen"),
        check=check_template,
        example="https://orders.example.com/add?card={order}&phone={phone}",
    )
    webhook_url = AddressField(
        label=_("Address for our events"),
        check=check_event_address,
        example="https://orders.example.com/events",
        required=False,
        help_text=_("If it has one: we post order.created there as soon as a card is made."),
    )

    class Meta:
        model = OutsideSystem
        fields = ["new_sale_url", "additional_sale_url", "webhook_url"]
