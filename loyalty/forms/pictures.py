"""A picture in a backoffice form: encoded anew, and kept when another field has an error."""

import base64
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import DomainError
from marketplace.common.images import Photo, reencode_photo, thumbnail
from marketplace.common.uploads import keep_photo, kept_photo

ACCEPT = "image/jpeg,image/png"
SIDE = 800  # pixels; recommended are 500


class PictureInput(forms.FileInput):
    """A file input with the picture beside it: the stored one, or the one kept from the last try."""

    template_name = "loyalty/widgets/picture.html"
    current_url = ""
    kept: Photo | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, {**(attrs or {}), "accept": ACCEPT})
        context["picture"] = _data_url(self.kept) if self.kept else self.current_url
        context["is_kept"] = self.kept is not None
        return context


class PictureForm(forms.Form):
    """`new_photo` is what was sent or kept, or None when the stored picture stays."""

    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=PictureInput,
        help_text=_("Recommended: 500×500 px, JPG/PNG, at most 10 MB."),
    )
    kept_picture = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user_id: int, picture_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user_id = user_id
        self.new_photo: Photo | None = None
        self.fields["picture"].widget.current_url = picture_url

    def clean_picture(self) -> Photo | None:
        upload = self.files.get("picture")
        if not upload:
            self.new_photo = kept_photo(self.data.get("kept_picture", ""), user_id=self.user_id)
            return self.new_photo
        try:
            self.new_photo = reencode_photo(upload, max_side=SIDE)
        except DomainError as error:
            raise forms.ValidationError(error.sentence, code=error.code) from error
        return self.new_photo

    def keep_picture(self) -> None:
        """After an error elsewhere: it waits for the next try and is shown in the form."""
        if self.new_photo is None:
            return
        token = keep_photo(self.new_photo, user_id=self.user_id)
        sent: Any = self.data
        self.data = sent = sent.copy()  # what a request brings cannot be written to
        sent["kept_picture"] = token
        self.fields["picture"].widget.kept = self.new_photo


def _data_url(photo: Photo) -> str:
    small = thumbnail(photo, size=(320, 320))
    return f"data:{small.content_type};base64,{base64.b64encode(small.content).decode()}"
