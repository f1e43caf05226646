"""How shops are paid, for the operator to look at when somebody complains."""

from django.contrib import admin

from marketplace.common.admin_parts import ReadOnlyAdmin
from orders.models import BankAccount, PaymentSettings, TransferNotice


@admin.register(PaymentSettings)
class PaymentSettingsAdmin(ReadOnlyAdmin):
    list_display = ["provider", "promptpay_id", "unpaid_hours"]
    list_select_related = ["provider"]
    search_fields = ["provider__name"]
    ordering = ["-pk"]


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    list_display = ["provider", "bank", "number", "holder"]
    list_select_related = ["provider"]
    search_fields = ["provider__name", "number"]
    ordering = ["-pk"]


@admin.register(TransferNotice)
class TransferNoticeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "order", "provider", "amount", "finding", "decision", "decided_by"]
    list_filter = ["finding", "decision", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["order", "provider", "decided_by"]
    search_fields = ["=order__number", "provider__name", "=slip_reference"]
    ordering = ["-pk"]
    readonly_fields = ["slip_bank", "slip_reference", "created_at"]
    exclude = ["slip"]  # the picture goes through the order, after its access check
