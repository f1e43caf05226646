from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderStatus(TextChoices):
    DRAFT = "draft", _("Creating order")
    PLACED = "placed", _("Placed")
    CONFIRMED = "confirmed", _("Confirmed")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class SalesChannel(TextChoices):
    WEB = "web", _("Website")
    CHAT = "chat", _("Chat")
    BEHALF = "behalf", _("On the customer's behalf")


class SaleKind(TextChoices):
    NEW = "new", _("New sale")
    ADDITIONAL = "additional", _("Additional sale")
