from django.contrib import admin

from marketplace.common.admin_parts import ReadOnlyAdmin
from marketplace.common.models import Heartbeat


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "at"]
