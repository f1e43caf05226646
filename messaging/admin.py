from django.contrib import admin

from marketplace.common.admin_parts import ReadOnlyAdmin
from messaging.models import Attachment, Message, Participation, Thread


@admin.register(Thread)
class ThreadAdmin(ReadOnlyAdmin):
    list_display = [
        "topic",
        "customer",
        "provider",
        "assigned_to",
        "last_seq",
        "last_message_at",
        "closed_at",
    ]
    list_filter = [("last_message_at", admin.DateFieldListFilter)]
    list_select_related = ["customer", "provider", "assigned_to"]
    search_fields = ["topic", "customer__display_name", "customer__username", "provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["last_message_at", "created_at"]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The list shows who wrote when; what was written is one click further, for a complaint."""

    list_display = ["pk", "thread", "seq", "author", "kind", "created_at"]
    list_filter = ["kind", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["thread", "author"]
    search_fields = ["=thread__id", "author__display_name", "author__username"]
    ordering = ["-pk"]


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ["name", "content_type", "size", "message"]
    list_select_related = ["message"]
    search_fields = ["name"]
    ordering = ["-pk"]
    exclude = ["file"]  # downloads go through the thread, after its access check


@admin.register(Participation)
class ParticipationAdmin(ReadOnlyAdmin):
    list_display = ["pk", "thread", "user", "delivered_seq", "read_seq"]
    list_select_related = ["thread", "user"]
    search_fields = ["=thread__id", "user__username"]
    ordering = ["-pk"]
