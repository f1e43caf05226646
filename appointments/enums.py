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


class RelayOutcome(TextChoices):
    """What became of one try at the relay; the words are for the operator."""

    WORKS = "works", _("Works: what we sent through it arrived.")
    UNCHECKED = "unchecked", _("Cannot be checked from here: TLS over UDP. Use the check from this browser.")
    REFUSED = "refused", _("Nobody listens there. Start coturn, or correct the port in TURN_URLS.")
    WRONG_SECRET = (
        "wrong_secret",
        _("It refuses our password. TURN_SECRET must be coturn's static-auth-secret, and both clocks right."),
    )
    SILENT = "silent", _("No answer. Is coturn running, and is this port open in the firewall?")
    UNRESOLVABLE = "unresolvable", _("This name leads nowhere. Correct it in TURN_URLS or in the DNS.")
    LOST = (
        "lost",
        _(
            "It gives out addresses, but what is sent there gets lost. Open coturn's UDP ports from min-port"
            " to max-port; behind NAT, set external-ip."
        ),
    )
    DENIED = (
        "denied",
        _(
            "It refuses to send to the addresses that it gives out itself. Behind NAT, set external-ip in"
            " coturn; else take its address out of denied-peer-ip."
        ),
    )
    FULL = "full", _("It has no room for another call. Raise coturn's quotas, or add a second relay.")
    NOT_TRUSTED = (
        "not_trusted",
        _("Its encryption fails. coturn needs a certificate that is valid for this name."),
    )
    MALFORMED = "malformed", _("Not the address of a relay. Write it as turn:relay.example:3478")
    FAILED = "failed", _("It answers with an error.")
