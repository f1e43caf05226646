"""What a shop writes in its SMS."""

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.models.texts import MAX_LENGTH


class TextForm(forms.Form):
    """Shape only; the domain judges the text."""

    text = forms.CharField(
        label=_("Text"),
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "maxlength": MAX_LENGTH}),
    )

    @property
    def typed(self) -> str:
        """As it stands in the box."""
        return str(self["text"].value() or "")
