from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LeadKind(TextChoices):
    """What is followed up."""

    ORDER = "order", _("Order")
    CALLBACK = "callback", _("Callback request")
    TRANSFER = "transfer", _("Transfer notice")
    THREAD = "thread", _("Conversation")
