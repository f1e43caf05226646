"""People and shops for the operator. Suspending goes through the domain, so its rules hold."""

from typing import Any

# Their own pages would show secrets and let a write pass by our rules: registered first, then replaced.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.domain import restore, save_shop, suspend
from accounts.models import Invitation, Provider, ProviderMember, User
from marketplace.common.admin_parts import (
    BorrowedAdmin,
    ListAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    confirmed_action,
)

_POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class MembershipInline(ReadOnlyInline):
    model = ProviderMember
    fields = ["provider", "user", "role"]


@admin.register(User)
class PersonAdmin(ListAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    list_display = ["username", "display_name", "email", "phone", "is_active", "is_staff", "date_joined"]
    list_filter = ["is_active", "is_staff", "language", ("date_joined", admin.DateFieldListFilter)]
    search_fields = ["username", "display_name", "email", "phone"]
    ordering = ["-pk"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["display_name", "email", "phone", ("language", "time_zone")]}),
        (_("Suspension"), {"fields": ["is_active", "suspended_reason"]}),
        (_("Rights"), {"classes": ["collapse"], "fields": _POWERS}),
        (_("Dates"), {"fields": [("last_login", "date_joined"), "must_change_password"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "display_name", "usable_password", "password1", "password2"]})
    ]
    inlines = [MembershipInline]
    actions = ["suspend_accounts", "restore_accounts"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        # An email is changed by its owner, who must confirm it; suspending is an action with a reason.
        fixed = ["email", "is_active", "suspended_reason", "last_login", "date_joined"]
        names = fixed if request.user.is_superuser else [*fixed, *_POWERS]
        return [self.shown(name) for name in names]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        sets: list[Any] = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return sets
        return [(None, {"fields": ["username"]}), *sets[1:]]  # the password's field leads on to a new one

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody but an administrator touches (and so could log in as) an operator's account."""
        if isinstance(obj, User) and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An address that somebody may type: no page leads here, and nobody is deleted."""
        messages.error(
            request,
            gettext(
                "Accounts are not deleted: orders, notes and credits belong to them. Suspend the account"
                " instead."
            ),
        )
        return redirect("admin:accounts_user_change", object_id)

    @admin.action(description=_("Suspend accounts"), permissions=["operate"])
    def suspend_accounts(self, request: HttpRequest, queryset: "QuerySet[User]") -> HttpResponse | None:
        assert isinstance(request.user, User)
        by = request.user
        return confirmed_action(
            self,
            request,
            self._within_reach(request, queryset),
            title=_("Suspend accounts"),
            text=_("They are logged out at once and cannot come back; their shops leave the site."),
            done=_("Suspended."),
            do=lambda person, reason: suspend(person, reason=reason, by=by),
            reason_help=_("The person sees this when logging in."),
        )

    @admin.action(description=_("Restore accounts"), permissions=["operate"])
    def restore_accounts(self, request: HttpRequest, queryset: "QuerySet[User]") -> HttpResponse | None:
        return confirmed_action(
            self,
            request,
            self._within_reach(request, queryset),
            title=_("Restore accounts"),
            text=_("They can log in again, and their shops are back on the site."),
            done=_("Restored."),
            do=lambda person, _reason: restore(person),
        )

    def _within_reach(self, request: HttpRequest, queryset: "QuerySet[User]") -> "QuerySet[User]":
        if request.user.is_superuser:
            return queryset
        return queryset.filter(is_staff=False, is_superuser=False)


@admin.register(Provider)
class ProviderAdmin(ListAdmin):
    list_display = ["name", "city", "currency", "time_zone", "is_suspended", "created_at"]
    list_filter = ["is_suspended", "currency", ("created_at", admin.DateFieldListFilter)]
    search_fields = ["name", "slug", "city", "contact_email"]
    ordering = ["-pk"]
    readonly_fields = ["slug", "currency", "is_suspended", "photo", "created_at"]
    inlines = [MembershipInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a shop is opened by its owner

    def save_model(self, request: HttpRequest, obj: Provider, form: Any, change: bool) -> None:
        save_shop(obj)


@admin.register(ProviderMember)
class ProviderMemberAdmin(ReadOnlyAdmin):
    list_display = ["user", "provider", "role"]
    list_filter = ["role"]
    list_select_related = ["user", "provider"]
    search_fields = ["user__username", "user__display_name", "provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["joined_at"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = [
        "email",
        "provider",
        "invited_by",
        "sent_at",
        "accepted_at",
        "accepted_by",
        "withdrawn_at",
    ]
    list_filter = [("sent_at", admin.DateFieldListFilter)]
    list_select_related = ["provider", "invited_by", "accepted_by"]
    search_fields = ["email", "provider__name"]
    ordering = ["-pk"]
    exclude = ["token"]  # who holds it may join
    readonly_fields = ["created_at"]


for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """Only the owner of a mailbox can confirm it."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email", "user__username"]
    ordering = ["-pk"]


class KindFilter(admin.ChoicesFieldListFilter):
    """Under a title in the reader's language: the field's own name is English."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("kind")


@admin.register(Authenticator)
class AuthenticatorAdmin(BorrowedAdmin):
    names = (_("second step of logging in"), _("second steps of logging in"))
    labels = {
        "user": _("person"),
        "type": _("kind"),
        "created_at": _("created"),
        "last_used_at": _("last used"),
    }
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = [("type", KindFilter)]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    ordering = ["-pk"]
    exclude = ["data"]  # the secret itself


@admin.register(UserSession)
class UserSessionAdmin(BorrowedAdmin):
    names = (_("signed-in device"), _("signed-in devices"))
    labels = {
        "user": _("person"),
        "ip": _("network address"),
        "user_agent": _("browser"),
        "created_at": _("signed in since"),
        "last_seen_at": _("last seen"),
        "session_key": _("session"),
    }
    list_display = ["user", "ip", "user_agent", "created_at", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "=ip"]
    ordering = ["-pk"]
    exclude = ["data"]
