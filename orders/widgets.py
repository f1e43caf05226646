"""The slip's place in the form."""

import base64
from typing import Any

from django import forms

from marketplace.common.images import ACCEPT, Photo, thumbnail


class SlipInput(forms.FileInput):
    """A file input with the picture above it: one kept from the last try, or a preview of the chosen one."""

    template_name = "orders/widgets/slip_input.html"
    extra_attrs = {"accept": ACCEPT, "class": "form-control"}
    kept: Photo | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, {**(attrs or {}), **self.extra_attrs})
        context["picture"] = _data_url(thumbnail(self.kept, size=(300, 400))) if self.kept else ""
        return context


def _data_url(photo: Photo) -> str:
    return f"data:{photo.content_type};base64,{base64.b64encode(photo.content).decode()}"
