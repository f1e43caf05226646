"""What people write about a service, and what they look for."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, Submit
from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from marketplace.common.errors import DomainError
from marketplace.common.fields import DigitIntegerField, MoneyField
from marketplace.common.images import Photo, reencode_photo
from marketplace.common.money import currency_name
from marketplace.common.uploads import keep_photo, kept_photo
from services.enums import ServiceKind, Sort
from services.models import Category, Service
from services.widgets import PhotoInput


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Add and edit. `cleaned_data["photo"]` is a Photo, or None when the stored one stays."""

    duration_minutes = DigitIntegerField(
        label=_("Length in minutes"),
        min_value=5,
        max_value=24 * 60,
        help_text=_("From 5 to 1440 (24 hours). For goods: how long you need to prepare them."),
    )
    kind = forms.ChoiceField(
        label=_("Kind of service"),
        choices=ServiceKind.choices,
        widget=forms.RadioSelect,
        help_text=_("How the customer gets it: by video call, in person, or as goods."),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,  # asked for in clean_photo: one kept from the last try counts too
        widget=PhotoInput,
        help_text=_("A JPEG, PNG or WebP of at most 10 MB. It is the first thing that customers see."),
    )
    kept_photo = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    class Meta:
        model = Service
        fields = ["photo", "title", "category", "kind", "price", "duration_minutes", "description"]
        help_texts = {
            "title": _("What you do, in the words that a customer would search for. 120 characters at most."),
            "category": _("The category in which customers find it."),
            "description": _("What is included, how it goes, and what the customer should prepare."),
        }
        widgets = {
            "title": forms.TextInput(attrs={"dir": "auto"}),
            "description": forms.Textarea(attrs={"dir": "auto", "rows": 7}),
        }

    def __init__(self, *args: Any, provider: Provider, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.new_photo: Photo | None = None
        self.fields["price"] = MoneyField(
            label=_("Price"),
            currency=provider.currency,
            help_text=gettext("In %(currency)s, for the whole service.")
            % {"currency": currency_name(provider.currency, get_language() or "en")},
        )
        self.fields["category"].empty_label = gettext("Choose a category")  # type: ignore[attr-defined]
        self.fields["photo"].widget.current_url = self.instance.photo_url
        self.helper = self._helper()

    def clean_photo(self) -> Photo | None:
        # Not from cleaned_data: there stands the stored photo when none was sent.
        upload = self.files.get("photo")
        if upload:
            try:
                self.new_photo = reencode_photo(upload)
            except DomainError as error:
                raise forms.ValidationError(error.sentence, code=error.code) from error
        else:
            self.new_photo = kept_photo(self.data.get("kept_photo", ""), user_id=self.user.pk)
        if self.new_photo is None and not self.instance.photo:
            raise forms.ValidationError(_("Choose a photo: customers look at it first."), code="required")
        return self.new_photo

    def keep_photo(self) -> None:
        """After an error elsewhere: the photo waits for the next try and is shown in the form."""
        if self.new_photo is None:
            return
        token = keep_photo(self.new_photo, user_id=self.user.pk)
        self.data = {**{name: self.data[name] for name in self.data}, "kept_photo": token}
        self.fields["photo"].widget.kept = self.new_photo

    def _post_clean(self) -> None:
        """Nothing: the domain writes the row, and an instance half changed would show in the page."""

    @property
    def changes(self) -> dict[str, Any]:
        """What `add_service` and `change_service` take."""
        fields = {name: self.cleaned_data[name] for name in self.Meta.fields if name != "photo"}
        return {**fields, "new_photo": self.new_photo}

    def _helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_class = "service-form card card-body"
        helper.attrs = {"novalidate": ""}  # one voice for errors, in the reader's language
        helper.layout = Layout(
            Field("photo", template="services/widgets/photo_field.html"),
            "kept_photo",
            "title",
            "category",
            Field("kind", template="services/widgets/kind_field.html"),
            Div(
                Div("price", css_class="col-sm-6"),
                Div("duration_minutes", css_class="col-sm-6"),
                css_class="row",
            ),
            "description",
            Submit("save", gettext("Save"), css_class="btn-brand btn-lg", css_id="save-service"),
        )
        return helper


class BrowseForm(forms.Form):
    """The filters of a list. What cannot be read is left out, and said beside its field."""

    q = forms.CharField(required=False, max_length=100)
    category = forms.ModelChoiceField(Category.objects.all(), to_field_name="slug", required=False)
    kind = forms.ChoiceField(choices=[("", ""), *ServiceKind.choices], required=False)
    min_price = MoneyField(label=_("Lowest"), required=False)
    max_price = MoneyField(label=_("Highest"), required=False)
    sort = forms.ChoiceField(choices=[("", ""), *Sort.choices], required=False)
