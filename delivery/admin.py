"""Couriers of all shops for the operator; what happened on the road is only read here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from delivery.domain import couriers as domain
from delivery.forms.couriers import CourierForm, PhotoInput
from delivery.models import (
    Assignment,
    Courier,
    Delivery,
    DeliveryEvent,
    DeliverySettings,
    HandIn,
    MessageSwitch,
    MessageText,
)
from marketplace.common.admin_parts import ListAdmin, ReadOnlyAdmin, ReadOnlyInline, confirmed_action
from marketplace.common.errors import DomainError
from marketplace.common.uploads import drop_photo

MOST_TASKS = 200


class AdminPhotoInput(PhotoInput):
    """On a page without the scripts and styles of the shop's form."""

    template_name = "delivery/widgets/admin_photo.html"


class CourierAdminForm(CourierForm):
    """The shop's form, with the shop to choose; as the admin wants it, it saves a Courier."""

    provider = forms.ModelChoiceField(
        Provider.objects.order_by("name"),
        label=_("Provider"),
        required=False,
        empty_label=_("For all shops"),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=AdminPhotoInput,
        help_text=_("JPEG, PNG or WebP, at most 10 MB. The shops' people see it when they choose."),
    )
    field_order = ["provider", "name", "phone", "username", "password", "must_change"]

    by: User  # set by get_form, which knows the request

    def __init__(self, *args: Any, instance: Courier | None = None, **kwargs: Any) -> None:
        courier = instance if instance is not None and instance.pk else None
        provider = courier.provider if courier else None
        super().__init__(*args, provider=provider, by=self.by, courier=courier, **kwargs)
        self.instance = instance if instance is not None else Courier()
        if courier is not None:
            del self.fields["provider"]  # its tasks are that shop's

    def clean(self) -> None:
        """Saved here, so that a refusal stands beside its field; a photo waits for the next try."""
        super().clean()
        if not self.errors:
            try:
                self.instance = self._write()
            except DomainError as error:
                self.refuse(error)
            else:
                drop_photo(user_id=self.by.pk)
        if self.errors:
            self.keep_photo()

    def _write(self) -> Courier:
        said = self.cleaned_data
        if self.courier is None:
            return domain.define_courier(
                said["provider"],
                by=self.by,
                profile=self.profile,
                password=said["password"],
                must_change=said["must_change"],
                is_active=said["is_active"],
                form_token=said["form_token"],
            )
        courier = domain.change_courier(self.courier, by=self.by, profile=self.profile)
        if said["is_active"] != courier.is_active:
            (domain.activate if said["is_active"] else domain.deactivate)(courier, by=self.by)
        return courier

    def save(self, commit: bool = True) -> Courier:
        return self.instance

    def save_m2m(self) -> None:
        """A courier has none."""


@admin.register(Courier)
class CourierAdmin(ListAdmin):
    list_display = ["name", "username", "shop", "phone", "vehicle", "is_active", "created_at"]
    list_filter = [("user__is_active", admin.BooleanFieldListFilter)]
    list_select_related = ["user", "provider"]
    search_fields = ["user__username", "user__display_name", "user__phone", "provider__name"]
    ordering = ["-pk"]
    actions = ["deactivate_couriers", "activate_couriers", "reset_passwords"]

    @admin.display(description=_("Name"))
    def name(self, courier: Courier) -> str:
        return courier.name

    @admin.display(description=_("Username"))
    def username(self, courier: Courier) -> str:
        return courier.user.username

    @admin.display(description=_("Provider"))
    def shop(self, courier: Courier) -> str:
        return str(courier.provider) if courier.provider else gettext("For all shops")

    @admin.display(description=_("Phone"))
    def phone(self, courier: Courier) -> str:
        return str(courier.user.phone or "")

    @admin.display(description=_("Active"), boolean=True)
    def is_active(self, courier: Courier) -> bool:
        return courier.is_active

    def get_form(
        self, request: HttpRequest, obj: Courier | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A form of this request, whose operator the domain asks for."""
        return type("CourierAdminForm", (CourierAdminForm,), {"by": request.user})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = [
            "name",
            "phone",
            "username",
            *([] if obj else ["password", "must_change"]),
            "photo",
            "vehicle",
            "note",
            "is_active",
            "form_token",
            "kept_photo",
        ]
        guide = _(
            "A courier logs in with the username and password and sees only what is handed over. Without a"
            " shop, every shop can hand orders to this courier. Pass the password on: it is not shown again."
        )
        description = format_html("{}{}", guide, _open_tasks(obj)) if obj else guide
        return [(None, {"fields": [*([] if obj else ["provider"]), *fields], "description": description})]

    def save_model(self, request: HttpRequest, obj: Courier, form: Any, change: bool) -> None:
        """Done by the domain, in the form's `clean`; here who switched somebody off hears what is left."""
        if change and "is_active" in form.changed_data and not form.cleaned_data["is_active"]:
            _tell_left(request, obj)

    @admin.action(description=_("Deactivate couriers"), permissions=["operate"])
    def deactivate_couriers(self, request: HttpRequest, queryset: "QuerySet[Courier]") -> HttpResponse | None:
        by = _operator(request)

        def deactivate(courier: Courier, _reason: str) -> None:
            domain.deactivate(courier, by=by)
            _tell_left(request, courier)

        return confirmed_action(
            self,
            request,
            queryset.select_related("user", "provider"),
            title=_("Deactivate couriers"),
            text=_("They are logged out at once and get no orders until they are activated again."),
            done=_("Deactivated."),
            do=deactivate,
        )

    @admin.action(description=_("Activate couriers"), permissions=["operate"])
    def activate_couriers(self, request: HttpRequest, queryset: "QuerySet[Courier]") -> HttpResponse | None:
        by = _operator(request)
        return confirmed_action(
            self,
            request,
            queryset.select_related("user", "provider"),
            title=_("Activate couriers"),
            text=_("They can log in again with the password that they had."),
            done=_("Activated."),
            do=lambda courier, _reason: domain.activate(courier, by=by),
        )

    @admin.action(description=_("Give new passwords"), permissions=["operate"])
    def reset_passwords(self, request: HttpRequest, queryset: "QuerySet[Courier]") -> HttpResponse | None:
        by = _operator(request)

        def reset(courier: Courier, _reason: str) -> None:
            password = domain.reset_password(courier, by=by, must_change=True)
            said = gettext("%(username)s has the password %(password)s now; it is shown this once.")
            messages.info(request, said % {"username": courier.user.username, "password": password})

        return confirmed_action(
            self,
            request,
            queryset.select_related("user", "provider"),
            title=_("Give new passwords"),
            text=_("The old ones end at once; at the first log-in each courier chooses an own one."),
            done=_("New passwords are set."),
            do=reset,
        )


class AssignmentInline(ReadOnlyInline):
    model = Assignment
    fields = ["at", "courier", "by"]
    readonly_fields = ["at"]


class EventInline(ReadOnlyInline):
    model = DeliveryEvent
    fields = ["happened_at", "state", "reason", "receiver", "collected", "outcome", "received_at"]
    readonly_fields = ["happened_at", "received_at"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["order", "provider", "state", "courier", "state_at", "due_at", "closed_at"]
    list_filter = ["state", ("due_at", admin.DateFieldListFilter)]
    list_select_related = ["order", "provider", "courier__user"]
    search_fields = ["=order__number", "courier__user__display_name", "provider__name"]
    ordering = ["-pk"]
    exclude = ["link_token", "link_until"]  # who holds the link sees the task
    inlines = [AssignmentInline, EventInline]


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ["at", "delivery", "courier", "by"]
    list_filter = [("at", admin.DateFieldListFilter)]
    list_select_related = ["delivery__order", "courier__user", "by"]
    search_fields = ["=delivery__order__number", "courier__user__display_name"]
    ordering = ["-pk"]


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(ReadOnlyAdmin):
    list_display = ["happened_at", "delivery", "state", "reason", "outcome", "received_at"]
    list_filter = ["state", "outcome", ("received_at", admin.DateFieldListFilter)]
    list_select_related = ["delivery__order"]
    search_fields = ["=delivery__order__number"]
    ordering = ["-pk"]


@admin.register(HandIn)
class HandInAdmin(ReadOnlyAdmin):
    list_display = ["at", "courier", "provider", "amount", "currency", "by"]
    list_filter = [("at", admin.DateFieldListFilter)]
    list_select_related = ["courier__user", "provider", "by"]
    search_fields = ["courier__user__display_name", "provider__name"]
    ordering = ["-pk"]


@admin.register(DeliverySettings)
class DeliverySettingsAdmin(ReadOnlyAdmin):
    list_display = [
        "provider",
        "show_lines",
        "show_prices",
        "show_total",
        "show_phone",
        "show_note",
        "link_hours",
    ]
    list_select_related = ["provider"]
    search_fields = ["provider__name"]
    ordering = ["-pk"]


@admin.register(MessageText)
class MessageTextAdmin(ReadOnlyAdmin):
    list_display = ["provider", "kind", "language"]
    list_filter = ["kind", "language"]
    list_select_related = ["provider"]
    search_fields = ["provider__name", "text"]
    ordering = ["-pk"]


@admin.register(MessageSwitch)
class MessageSwitchAdmin(ReadOnlyAdmin):
    list_display = ["provider", "kind", "is_on"]
    list_filter = ["kind", "is_on"]
    list_select_related = ["provider"]
    search_fields = ["provider__name"]
    ordering = ["-pk"]


def _tell_left(request: HttpRequest, courier: Courier) -> None:
    left = Delivery.objects.filter(courier=courier, closed_at=None)[:1000].count()
    if left:
        said = ngettext(
            "%(name)s has %(number)s open task. The shop sees it and hands it to somebody else.",
            "%(name)s has %(number)s open tasks. The shops see them and hand them to somebody else.",
            left,
        )
        messages.warning(request, said % {"name": courier.name, "number": left})


def _open_tasks(courier: Courier) -> SafeString:
    """Which they are and whose, in the courier's own sequence."""
    tasks = courier.deliveries.filter(closed_at=None).select_related("order", "provider")
    rows = [
        (reverse("admin:delivery_delivery_change", args=[task.pk]), str(task.order), task.provider.name)
        for task in tasks.order_by("assignment_number")[:MOST_TASKS]
    ]
    if not rows:
        return SafeString("")
    title = gettext("Open tasks: hand them to another courier in the shop's dashboard.")
    listed = format_html_join("", '<li><a href="{}">{}</a> · <bdi>{}</bdi></li>', rows)
    return format_html("<p>{}</p><ul>{}</ul>", title, listed)


def _operator(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
