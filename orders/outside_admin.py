"""Outside order systems, for the operator to look at when something does not arrive."""

from django.contrib import admin

from marketplace.common.admin_parts import ReadOnlyAdmin
from orders.models import OutsideDelivery, OutsideEvent, OutsideSystem


@admin.register(OutsideSystem)
class OutsideSystemAdmin(ReadOnlyAdmin):
    list_display = ["provider", "webhook_url", "is_active", "created_at"]
    list_filter = ["is_active"]
    list_select_related = ["provider"]
    search_fields = ["provider__name", "webhook_url"]
    ordering = ["-pk"]
    readonly_fields = ["created_at"]


@admin.register(OutsideDelivery)
class OutsideDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "system", "kind", "order", "status", "attempts", "answer_status"]
    list_filter = ["status", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["system__provider", "order"]
    search_fields = ["=event_id", "=order__number", "system__provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["created_at"]


@admin.register(OutsideEvent)
class OutsideEventAdmin(ReadOnlyAdmin):
    list_display = ["received_at", "system", "event_id", "order", "outcome"]
    list_filter = [("received_at", admin.DateFieldListFilter)]
    list_select_related = ["system__provider", "order"]
    search_fields = ["=event_id", "=order__number", "system__provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["received_at"]
