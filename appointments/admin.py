from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, CalendarFeed, Call, CallEvent
from marketplace.common.admin_parts import ReadOnlyAdmin, in_one_line
from marketplace.common.templatetags.local import local_datetime


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    list_display = ["topic", "starts", "status", "provider", "host", "customer", "version"]
    list_filter = ["status", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["provider", "host", "customer"]
    search_fields = ["topic", "customer__display_name", "provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["created_at"]

    @admin.display(description=_("Date and time"), ordering="period")
    def starts(self, appointment: Appointment) -> SafeString:
        return in_one_line(local_datetime(appointment.start))


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ["pk", "appointment", "started_at", "ended_at", "outcome"]
    list_select_related = ["appointment"]
    search_fields = ["=appointment__id"]
    ordering = ["-pk"]


@admin.register(CallEvent)
class CallEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "appointment", "user", "kind", "detail"]
    list_filter = ["kind", ("at", admin.DateFieldListFilter)]
    list_select_related = ["appointment", "user"]
    search_fields = ["=appointment__id", "user__username"]
    ordering = ["-pk"]


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    list_display = ["user"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    exclude = ["token"]  # whoever knows it reads the person's calendar
