"""The log-in and sign-up forms, and those of the settings page."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.domain import finish_signup
from accounts.enums import Role
from accounts.models import Provider, User
from accounts.zones import known_time_zone, time_zones
from marketplace.common.errors import DomainError
from marketplace.common.images import ACCEPT, reencode_photo
from marketplace.common.outgoing import OutgoingError, check_address
from marketplace.common.text import fold_digits
from marketplace.notify.vapid import is_browser_key


class LoginForm(allauth.LoginForm):  # type: ignore[misc]  # allauth has no types
    def clean_login(self) -> str:
        """A courier's username may hold digits, typed on any keyboard."""
        return fold_digits(super().clean_login())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("Email")
        login.help_text = _("A username works too.")
        login.widget.attrs.update(autocomplete="username", autocapitalize="none", dir="ltr")
        password.label = _("Password")
        password.help_text = ""  # the page has its own "Forgot password"
        password.widget.attrs["dir"] = "ltr"
        for field in (login, password):
            field.widget.attrs.pop("placeholder", None)


class SignupForm(allauth.SignupForm):  # type: ignore[misc]
    """Makes the account, or logs in who signs up again with the email and password of their account."""

    role = forms.ChoiceField(
        label=_("I register as"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two: Provider or Customer.")},
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("Others see this name: your own, or your shop's."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))
    field_order = ["role", "name", "email", "password1", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._login_form: LoginForm | None = None
        email, password = self.fields["email"], self.fields["password1"]
        email.label, password.label = _("Email"), _("Password")
        password.help_text = _("At least 8 characters, not only digits, and not a common password.")
        for field in (email, password):
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["dir"] = "ltr"

    def clean_time_zone(self) -> str:
        return known_time_zone(self.cleaned_data["time_zone"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.errors:
            self._look_for_own_account(cleaned)
        return cleaned

    def _look_for_own_account(self, cleaned: dict[str, Any]) -> None:
        # Through the log-in form, so that its limits hold here too: else this page could be used to
        # guess passwords.
        form = LoginForm(
            {"login": cleaned["email"], "password": cleaned["password1"]}, request=context.request
        )
        if form.is_valid():
            self._login_form = form
        elif form.has_error(NON_FIELD_ERRORS, "too_many_login_attempts"):
            self.add_error(None, form.errors[NON_FIELD_ERRORS])

    def try_save(self, request: HttpRequest) -> Any:
        if self._login_form is not None:
            return None, self._login_form.login(request, redirect_url=get_next_redirect_url(request))
        with transaction.atomic():
            return super().try_save(request)

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the account is stored."""
        finish_signup(
            user,
            role=self.cleaned_data["role"],
            display_name=self.cleaned_data["name"],
            language=get_language() or "",
            time_zone=self.cleaned_data["time_zone"],
        )


class TimeZoneField(forms.CharField):
    """A zone's name, typed or chosen from the page's list `time-zones`."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"list": "time-zones", "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(label=_("Time zone"), max_length=64, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        found = {zone.lower(): zone for zone in time_zones()}.get(name.strip().replace(" ", "_").lower())
        if found is None:
            raise forms.ValidationError(
                _("Choose a time zone from the list, such as Asia/Bangkok."), code="time_zone"
            )
        return found


class FoldedPhoneMixin:
    """Phones may be typed in any of our digits."""

    phone_field: str
    data: Any

    def fold_phone(self) -> None:
        if self.data.get(self.phone_field):
            self.data = self.data.copy()
            self.data[self.phone_field] = fold_digits(self.data[self.phone_field])


class ProfileForm(FoldedPhoneMixin, forms.ModelForm[User]):
    phone_field = "phone"
    time_zone = TimeZoneField()

    class Meta:
        model = User
        fields = ["display_name", "phone", "language", "time_zone"]
        labels = {"display_name": _("Name"), "phone": _("Phone"), "language": _("Language")}
        help_texts = {
            "display_name": _("Others see this name."),
            "phone": _("With country code, such as +66 81 234 5678. Only used for alerts."),
        }
        widgets = {
            "display_name": forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"}),
            "phone": forms.TextInput(
                attrs={"type": "tel", "dir": "ltr", "autocomplete": "tel", "inputmode": "tel"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fold_phone()
        self.fields["display_name"].required = True
        self.fields["language"].required = True


class OpenShopForm(forms.Form):
    name = forms.CharField(
        label=_("Shop name"),
        max_length=120,
        help_text=_("Customers see this name on your services. You can change it later."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "organization"}),
    )


class ShopForm(FoldedPhoneMixin, forms.ModelForm[Provider]):
    phone_field = "contact_phone"
    time_zone = TimeZoneField(help_text=_("Your customers see your hours in this zone."))
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPT, "data-photo-preview": "shop-photo"}),
    )

    class Meta:
        model = Provider
        fields = ["name", "about", "city", "photo", "time_zone", "contact_email", "contact_phone"]
        labels = {
            "name": _("Shop name"),
            "about": _("About the shop"),
            "city": _("City"),
            "contact_email": _("Contact email"),
            "contact_phone": _("Contact phone"),
        }
        help_texts = {
            "about": _("What you do and for whom; shown on your shop's page."),
            "contact_phone": _("With country code, such as +66 81 234 5678."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto", "autocomplete": "organization"}),
            "about": forms.Textarea(attrs={"dir": "auto", "rows": 4}),
            "city": forms.TextInput(attrs={"dir": "auto", "autocomplete": "address-level2"}),
            "contact_email": forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "email"}),
            "contact_phone": forms.TextInput(
                attrs={"type": "tel", "dir": "ltr", "autocomplete": "tel", "inputmode": "tel"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fold_phone()

    def clean_photo(self) -> Any:
        photo = self.cleaned_data["photo"]
        if not isinstance(photo, UploadedFile):
            return photo  # the one that is stored
        try:
            return reencode_photo(photo, max_side=800).as_file()
        except DomainError as error:
            raise forms.ValidationError(error.sentence, code=error.code) from error


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        help_text=_("They get a link that is good for 14 days and for one person."),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )


class PushSubscriptionForm(forms.Form):
    """What a browser's `PushSubscription.toJSON()` says. Its address is called by us: only https, and no
    machine behind our own firewall (on a developer's machine, any)."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        try:
            check_address(endpoint, allow_private=settings.DEBUG)
        except OutgoingError as error:
            raise forms.ValidationError(error.code, code=error.code) from error
        if not endpoint.isascii():
            raise forms.ValidationError("address", code="address")
        return endpoint

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not is_browser_key(cleaned.get("p256dh", ""), cleaned.get("auth", "")):
            raise forms.ValidationError("keys", code="keys")
        return cleaned
