"""What a shop writes about a courier."""

import base64
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from accounts.domain import folded_username, suggested_password
from accounts.models import Provider, User
from delivery.domain.couriers import Profile
from delivery.models import Courier
from marketplace.common.calendars import base_language
from marketplace.common.errors import DomainError
from marketplace.common.images import ACCEPT, Photo, reencode_photo, thumbnail
from marketplace.common.text import fold_digits
from marketplace.common.uploads import keep_photo, kept_photo

MAX_SIDE = 800
_REGIONS = {"th": "TH", "fa": "IR", "vi": "VN"}
_FIELD_OF_REFUSAL = {
    "name": "name",
    "username": "username",
    "username_taken": "username",
    "password": "password",
}
_SEND_AGAIN = _("Please send the form once more.")


class CourierPhoneField(PhoneNumberField):  # type: ignore[misc]  # the library has no types
    """Cleans to a PhoneNumber or ""; a number without country code is read as in the first of `regions` in
    which it is one: a shop in Bangkok may well write an Iranian courier's number as at home."""

    regions: tuple[str, ...] = ()

    def to_python(self, value: Any) -> Any:
        typed = fold_digits(value).strip() if isinstance(value, str) else value
        if isinstance(typed, str) and typed and not typed.startswith("+"):
            for region in self.regions:
                found = _read(typed, region)
                if found is not None:
                    return found
        return super().to_python(typed)


class PhotoInput(forms.FileInput):
    """A file input with the picture above it: the stored one, or one kept from the last try."""

    template_name = "services/widgets/photo_input.html"
    current_url = ""
    kept: Photo | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        own = {"accept": ACCEPT, "class": "form-control"}
        context: dict[str, Any] = super().get_context(name, None, {**(attrs or {}), **own})
        context["picture"] = _data_url(thumbnail(self.kept)) if self.kept else self.current_url
        context["is_kept"] = self.kept is not None
        return context


class CourierForm(forms.Form):
    """Add and edit; without a stored courier it also asks for the password. `profile` is what the domain
    takes; `provider` None: a courier of the operator's, for all shops."""

    form_token = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _SEND_AGAIN, "invalid": _SEND_AGAIN}
    )
    kept_photo = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    phone = CourierPhoneField(
        label=_("Phone"),
        required=False,
        help_text=_("New orders are announced to it by SMS."),
        widget=forms.TextInput(
            attrs={"type": "tel", "dir": "ltr", "inputmode": "tel", "autocomplete": "off"}
        ),
    )
    username = forms.CharField(
        label=_("Username"),
        max_length=60,
        help_text=_("3 to 30 letters from a to z or digits, such as reza-2."),
        widget=forms.TextInput(
            attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    # In plain sight: the shop passes it on, and a second field would only be typed twice.
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("Take the suggested one or write your own: at least 8 characters, not only digits."),
        widget=forms.TextInput(
            attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    must_change = forms.BooleanField(
        label=_("Must choose an own password at the first log-in"), required=False
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=PhotoInput,
        help_text=_("JPEG, PNG or WebP, at most 10 MB. Your shop's people see it when they choose."),
    )
    vehicle = forms.CharField(
        label=_("Vehicle"),
        required=False,
        max_length=80,
        help_text=_("Such as motorbike or van, and its plate."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        help_text=_("Only your shop reads it."),
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 3}),
    )
    is_active = forms.BooleanField(
        label=_("Active"),
        required=False,
        initial=True,
        help_text=_("Who is not active cannot log in and gets no orders."),
    )

    def __init__(
        self, *args: Any, provider: Provider | None, by: User, courier: Courier | None = None, **kwargs: Any
    ) -> None:
        self.courier, self.by = courier, by
        self.new_photo: Photo | None = None
        kwargs["initial"] = {**_initial(courier), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        phone: Any = self.fields["phone"]
        phone.regions = _regions(provider)
        if courier is not None:
            del self.fields["password"], self.fields["must_change"]

    def clean_password(self) -> str:
        return fold_digits(self.cleaned_data["password"])  # as the log-in reads it from any keyboard

    @property
    def profile(self) -> Profile:
        said = self.cleaned_data
        return Profile(
            name=said["name"],
            username=said["username"],
            phone=str(said["phone"] or ""),
            vehicle=said["vehicle"],
            note=said["note"],
            new_photo=self.new_photo,
        )

    def clean_username(self) -> str:
        return folded_username(self.cleaned_data["username"])

    def clean_photo(self) -> None:
        upload = self.files.get("photo")
        try:
            if upload:
                self.new_photo = reencode_photo(upload, max_side=MAX_SIDE)
            else:
                self.new_photo = kept_photo(str(self.data.get("kept_photo", "")), user_id=self.by.pk)
        except DomainError as error:
            raise forms.ValidationError(error.sentence, code=error.code) from error

    def clean(self) -> None:
        for error in self.errors.pop("form_token", []):  # hidden: it has no place of its own
            self.add_error(None, error)
            self._refill("form_token", str(uuid.uuid4()))

    def refuse(self, error: DomainError) -> None:
        """Shows a refusal of the domain beside the field that it is about."""
        self.add_error(_FIELD_OF_REFUSAL.get(error.code), error.sentence)

    def keep_photo(self) -> None:
        """After an error elsewhere: the photo waits for the next try and is shown in the form."""
        if self.new_photo is not None:
            self._refill("kept_photo", keep_photo(self.new_photo, user_id=self.by.pk))
            widget: Any = self.fields["photo"].widget
            widget.kept = self.new_photo

    def _refill(self, name: str, value: str) -> None:
        sent: Any = self.data
        data = sent.copy()  # a request's own is read-only
        data[name] = value
        self.data = data


def _initial(courier: Courier | None) -> dict[str, Any]:
    if courier is None:
        return {"form_token": uuid.uuid4(), "password": suggested_password()}
    user = courier.user
    return {
        "form_token": uuid.uuid4(),
        "name": user.name,
        "phone": user.phone.as_international if user.phone else "",
        "username": user.username,
        "vehicle": courier.vehicle,
        "note": courier.note,
        "is_active": user.is_active,
    }


def _regions(provider: Provider | None) -> tuple[str, ...]:
    """Of the shop, of the reader's language, of the store: each once."""
    shops = provider.phone_region if provider else settings.STORE_COUNTRY
    spoken = _REGIONS.get(base_language(get_language()), shops)
    return tuple(dict.fromkeys([shops, spoken, settings.STORE_COUNTRY]))


def _read(typed: str, region: str) -> PhoneNumber | None:
    try:
        found = PhoneNumber.from_string(typed, region=region)
    except NumberParseException:
        return None
    return found if found.is_valid() else None


def _data_url(photo: Photo) -> str:
    return f"data:{photo.content_type};base64,{base64.b64encode(photo.content).decode()}"
