from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AppointmentStatus(TextChoices):
    """What is stored. Upcoming, enterable and past follow from the clock."""

    SCHEDULED = "scheduled", _("Waiting for the customer's answer")
    ACCEPTED = "accepted", _("Accepted")
    CANCELLED = "cancelled", _("Cancelled")


class Phase(TextChoices):
    """What the reader sees at this moment."""

    UPCOMING = "upcoming", _("Upcoming")
    ENTERABLE = "enterable", _("Enter now")
    PAST = "past", _("Past")
    CANCELLED = "cancelled", _("Cancelled")


class CallEventKind(TextChoices):
    JOINED = "joined", _("joined")
    CONNECTED = "connected", _("connected")
    AWAY = "away", _("lost the connection")  # the socket broke; the page may be back in a second
    LEFT = "left", _("left")
    FAILED = "failed", _("could not connect")


class CallOutcome(TextChoices):
    """How a call ended. A call that still runs has none."""

    TALKED = "talked", _("Talked")
    MISSED = "missed", _("Missed")
    FAILED = "failed", _("Could not connect")
