"""What a shop lets its couriers see."""

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.models import DeliverySettings
from marketplace.common.fields import DigitIntegerField

TICKS = ("show_lines", "show_prices", "show_total", "show_phone", "show_note")


class DeliverySettingsForm(forms.ModelForm[DeliverySettings]):
    link_hours = DigitIntegerField(
        label=_("Hours that a task's link works"),
        min_value=1,
        max_value=168,
        help_text=_(
            "From 1 to 168 (a week). Whoever holds the link of an SMS sees that one task without logging in."
        ),
    )

    class Meta:
        model = DeliverySettings
        fields = [*TICKS, "link_hours"]
        help_texts = {
            "show_lines": _("What is in the parcel, and how many."),
            "show_prices": _("Beside each item."),
            "show_total": _("The amount to collect always shows; this is the sum of the whole order."),
            "show_phone": _("With a button to call."),
            "show_note": _("What the customer wrote with the order."),
        }
