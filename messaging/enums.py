from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageKind(TextChoices):
    TEXT = "text", _("Text")
    FILE = "file", _("File")
    CARD = "card", _("Card")  # an order or an appointment, drawn by the app that owns it
    NOTICE = "notice", _("Notice")  # a line about something that happened; never counted as unread
