"""What couriers send from their phones, with scripts or without."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from delivery.domain import Proof
from delivery.enums import REPORTED, DeliveryState, FailureReason
from marketplace.common.errors import DomainError
from marketplace.common.fields import MoneyField
from marketplace.common.images import Photo, reencode_photo
from marketplace.common.uploads import keep_photo, kept_photo

# A clock that is further off says nothing.
_CLOCK_MAY_BE_OFF = timedelta(days=366)
_SIGNATURE_SIDE = 900
_FIELD_OF_REFUSAL = {"reason": "reason", "collected": "collected"}


class CollectedField(MoneyField):
    """Zero is an amount too: nothing was given."""

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)
        if value is not None and value < 0:
            raise ValidationError(_("Write the amount that you collected, zero or more."), code="collected")


class ReportForm(forms.Form):
    """One report. `client_id` names it, so that sending it again changes nothing. `photo` and `signature`
    clean to a Photo or None. `owner_id` is the courier's person: whose kept photo the form may use."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    said_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        choices=[(state.value, state.label) for state in REPORTED],
        error_messages={"invalid_choice": _("Choose what happened to the parcel.")},
    )
    reason = forms.ChoiceField(
        label=_("Reason"), choices=FailureReason.choices, required=False, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "class": "form-control"}),
    )
    receiver = forms.CharField(
        label=_("Name of the receiver"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "class": "form-control"}),
    )
    photo = forms.FileField(label=_("Photo"), required=False)
    kept_photo = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    signature = forms.FileField(label=_("Signature"), required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        owner_id: int,
        currency: str,
        to_collect: Decimal = Decimal(0),
        part: str = "step",
    ) -> None:
        self.owner_id = owner_id
        self.new_photo: Photo | None = None
        initial = {"client_id": uuid.uuid4()}
        super().__init__(data, files, initial=initial, auto_id=f"{part}-%s")
        self.fields["collected"] = CollectedField(
            label=_("Amount collected"),
            currency=currency,
            max_digits=14,
            required=False,
            initial=to_collect or None,
        )
        self.fields["collected"].widget.attrs |= {"class": "form-control", "dir": "ltr", "form": part}

    def clean_said_at(self) -> datetime:
        """The device's time; ours where it says none, or one that no clock shows."""
        now = timezone.now()
        try:
            said = datetime.fromisoformat(self.cleaned_data["said_at"]).astimezone(UTC)
        except (ValueError, OverflowError):
            return now
        return said if abs(said - now) < _CLOCK_MAY_BE_OFF else now

    def clean_photo(self) -> Photo | None:
        upload = self.files.get("photo")
        if upload is not None:
            self.new_photo = _reencoded(upload)
        else:
            self.new_photo = kept_photo(self.data.get("kept_photo", ""), user_id=self.owner_id)
        return self.new_photo

    def clean_signature(self) -> Photo | None:
        upload = self.files.get("signature")
        return _reencoded(upload, max_side=_SIGNATURE_SIDE) if upload is not None else None

    def clean(self) -> None:
        if self.errors.pop("client_id", None):  # hidden: it has no place of its own
            self.add_error(None, _("Please send the form once more."))
            self._refill("client_id", uuid.uuid4())
        failed = self.cleaned_data.get("state") == DeliveryState.FAILED
        if failed and "reason" not in self.errors and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Choose why it could not be delivered."))

    @property
    def proof(self) -> Proof:
        names = ("reason", "note", "receiver", "photo", "signature", "collected")
        return Proof(**{name: self.cleaned_data[name] for name in names})

    @property
    def has_photo(self) -> bool:
        return self.new_photo is not None

    def refuse(self, error: DomainError) -> None:
        self.add_error(_FIELD_OF_REFUSAL.get(error.code), error.sentence)

    def keep_photo(self) -> None:
        """After an error elsewhere the photo waits for the next try."""
        if self.new_photo is not None:
            self._refill("kept_photo", keep_photo(self.new_photo, user_id=self.owner_id))

    def _refill(self, name: str, value: object) -> None:
        data: Any = self.data
        self.data = data.copy()  # a request's own is read-only
        self.data[name] = str(value)  # type: ignore[index]


def _reencoded(upload: Any, **options: int) -> Photo:
    try:
        return reencode_photo(upload, **options)
    except DomainError as error:
        raise ValidationError(error.sentence, code=error.code) from error
