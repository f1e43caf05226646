"""The photo's place in the service form."""

import base64
from typing import Any

from django import forms

from marketplace.common.images import ACCEPT, Photo, thumbnail


class PhotoInput(forms.FileInput):
    """A file input with the picture above it: the stored one, one kept from the last try, or a preview."""

    template_name = "services/widgets/photo_input.html"
    extra_attrs = {"accept": ACCEPT, "class": "form-control"}
    current_url = ""
    kept: Photo | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, {**(attrs or {}), **self.extra_attrs})
        context["picture"] = _data_url(thumbnail(self.kept)) if self.kept else self.current_url
        context["is_kept"] = self.kept is not None
        return context


def _data_url(photo: Photo) -> str:
    return f"data:{photo.content_type};base64,{base64.b64encode(photo.content).decode()}"
