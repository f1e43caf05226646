from django.db.models import TextChoices


class MessageKind(TextChoices):
    TEXT = "text"
    FILE = "file"
    CARD = "card"  # an order or an appointment, drawn by the app that owns it
    NOTICE = "notice"  # a line about something that happened; never counted as unread
