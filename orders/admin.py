from django.contrib import admin

from marketplace.common.admin_parts import ReadOnlyAdmin, ReadOnlyInline
from orders import outside_admin, payment_admin  # noqa: F401  (each registers its models)
from orders.models import Order, OrderEvent, OrderLine


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = ["title", "quantity", "unit_price"]


class EventInline(ReadOnlyInline):
    model = OrderEvent
    fields = ["at", "status", "by", "reason"]
    readonly_fields = ["at"]


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = [
        "number",
        "status",
        "customer",
        "provider",
        "total",
        "currency",
        "channel",
        "created_at",
    ]
    list_filter = ["status", "channel", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["customer", "provider"]
    search_fields = ["=number", "=contract_number", "customer__display_name", "provider__name"]
    ordering = ["-pk"]
    readonly_fields = ["created_at"]
    inlines = [LineInline, EventInline]


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ["title", "order", "quantity", "unit_price"]
    list_select_related = ["order"]
    search_fields = ["title", "=order__number"]
    ordering = ["-pk"]


@admin.register(OrderEvent)
class OrderEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "order", "status", "by"]
    list_filter = ["status", ("at", admin.DateFieldListFilter)]
    list_select_related = ["order", "by"]
    search_fields = ["=order__number"]
    ordering = ["-pk"]
    readonly_fields = ["at"]
