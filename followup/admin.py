from django.contrib import admin

from followup.models import CallbackRequest, DeskSettings, FollowUp, SilentThread
from marketplace.common.admin_parts import ReadOnlyAdmin


@admin.register(CallbackRequest)
class CallbackRequestAdmin(ReadOnlyAdmin):
    list_display = ["name", "provider", "phone", "email", "desk_state", "due_at", "created_at"]
    list_filter = ["desk_state", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["provider"]
    search_fields = ["search_text", "provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["desk_state", "due_at", "task", "task_since", "created_at"]


@admin.register(SilentThread)
class SilentThreadAdmin(ReadOnlyAdmin):
    list_display = ["thread", "provider", "desk_state", "task_since", "due_at"]
    list_filter = ["desk_state", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["thread", "provider"]
    search_fields = ["thread__topic", "provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["desk_state", "due_at", "task", "task_since", "created_at"]


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    """The list shows who wrote when; what was written is one click further, for a complaint."""

    list_display = ["pk", "by", "order", "callback", "transfer", "silence", "follow_up_at", "created_at"]
    list_filter = [("created_at", admin.DateFieldListFilter)]
    list_select_related = ["by", "order", "callback", "transfer__order", "silence__thread"]
    search_fields = ["=order__number", "by__display_name", "by__username"]
    ordering = ["-pk"]
    readonly_fields = ["created_at", "reminded_at"]


@admin.register(DeskSettings)
class DeskSettingsAdmin(ReadOnlyAdmin):
    list_display = ["provider", "unanswered_hours", "callback_hours", "unpaid_hours"]
    list_select_related = ["provider"]
    search_fields = ["provider__name"]
    ordering = ["pk"]
