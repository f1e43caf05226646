from datetime import datetime

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, CalendarFeed, Call, CallEvent
from marketplace.common.admin_parts import ReadOnlyAdmin


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    list_display = ["topic", "starts", "status", "provider", "host", "customer", "version"]
    list_filter = ["status", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["provider", "host", "customer"]
    search_fields = ["topic", "customer__display_name", "provider__name"]
    ordering = ["-pk"]

    @admin.display(description=_("Date and time"), ordering="period")
    def starts(self, appointment: Appointment) -> datetime:
        return appointment.start


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ["pk", "appointment"]
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
