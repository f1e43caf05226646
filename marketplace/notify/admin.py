from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from marketplace.common.admin_parts import ReadOnlyAdmin, confirmed_action
from marketplace.notify import domain
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import Notification, PushSubscription, SmsGateway


def _send_again(notification: Notification, _reason: str) -> None:
    domain.send_again(notification)


# Their texts hold links that log a person in; whoever reads one could take over that account.
_PERSONAL = ("account.", "mfa.")


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["pk", "status", "channel", "kind", "address", "attempts", "created_at", "sent_at"]
    list_display_links = ["pk", "kind"]
    list_filter = ["status", "channel", ("created_at", admin.DateFieldListFilter)]
    search_fields = ["address", "kind", "=recipient__username"]
    ordering = ["-pk"]
    list_select_related = ["recipient"]
    fields = [
        ("status", "attempts"),
        "last_error",
        ("channel", "address", "recipient"),
        ("kind", "language", "time_zone"),
        "subject",
        "text",
        "attachment_name",
        ("created_at", "due_at", "sent_at"),
        ("unique_key", "reference"),
        ("gateway", "via", "reach", "problem"),
        ("parts", "cost", "cost_currency", "handed_at"),
        "answer",
    ]
    actions = ["send_again"]

    def get_fields(self, request: HttpRequest, obj: Notification | None = None) -> Any:
        """The text may hold an invitation or a code: who only sends again does not need to read it."""
        fields = super().get_fields(request, obj)
        may_read = request.user.has_perm("notify.change_notification")
        return fields if may_read else [name for name in fields if name not in ("text", "answer")]

    @admin.display(description=_("text"))
    def text(self, notification: Notification) -> Any:
        if notification.kind.startswith(_PERSONAL):
            return _("Not shown: it holds a personal link.")
        return notification.body or _("Not written yet.")

    @admin.action(description=_("Send again"), permissions=["operate"])
    def send_again(self, request: HttpRequest, queryset: "QuerySet[Notification]") -> HttpResponse | None:
        return confirmed_action(
            self,
            request,
            queryset.filter(status=NotificationStatus.FAILED),
            title=_("Send again"),
            text=_("Only those that were not delivered are sent again."),
            done=_("Will be sent again."),
            do=_send_again,
        )


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnlyAdmin):
    """Without the endpoint's own address and the keys: with them anybody could write to the device."""

    list_display = ["user", "push_service", "user_agent", "created_at"]
    search_fields = ["=user__username", "=user__email"]
    ordering = ["-pk"]
    list_select_related = ["user"]
    fields = ["user", "push_service", "user_agent", "created_at"]

    @admin.display(description=_("push service"))
    def push_service(self, device: PushSubscription) -> str:
        return device.service


@admin.register(SmsGateway)
class SmsGatewayAdmin(ReadOnlyAdmin):
    """Without the secret, and without the fields and headers, into which a shop may have written one."""

    list_display = ["provider", "kind", "is_on", "sender", "per_day", "daily_cap", "currency", "changed_at"]
    list_filter = ["kind", "is_on"]
    search_fields = ["provider__name"]
    ordering = ["-pk"]
    list_select_related = ["provider"]
    fields = [
        "provider",
        ("kind", "is_on", "sender"),
        ("per_number", "per_day"),
        ("daily_cap", "part_price", "currency"),
        "time_zone",
        "owner",
        ("created_at", "changed_at"),
    ]
