from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class DeskState(TextChoices):
    """What is stored; what is shown also depends on the day: see Symbol."""

    NONE = "none", _("Not followed up")
    OPEN = "open", _("Following up")
    ENDED = "ended", _("Follow-up ended")


class Symbol(TextChoices):
    """The leftmost column of the sales desk, in the order in which its lists show them."""

    DUE = "due", _("Due for follow-up")
    NOT_FOLLOWED = "none", _("Not followed up")
    FOLLOWING = "following", _("Following up")
    ENDED = "ended", _("Follow-up ended")


class DeskTask(TextChoices):
    """Silence that became a task."""

    UNANSWERED = "unanswered", _("The customer is waiting for an answer")
    NO_NOTE = "no_note", _("Nobody has called back yet")
    UNPAID = "unpaid", _("Confirmed and not paid")


class NoticeFinding(TextChoices):
    """What a transfer notice looks like beside the order."""

    CLAIMED = "claimed", _("Claimed")
    MATCHES = "matches", _("Matches")
    DIFFERS = "differs", _("Amount differs")
    DUPLICATE = "duplicate", _("Duplicate")
    NOT_OURS = "not_ours", _("Not ours")


class NoticeDecision(TextChoices):
    WAITING = "waiting", pgettext_lazy("transfer notice", "Waiting")
    ACCEPTED = "accepted", pgettext_lazy("transfer notice", "Accepted")
    REJECTED = "rejected", pgettext_lazy("transfer notice", "Rejected")


class UpdateOutcome(TextChoices):
    """What became of an update from the outside order system. The first four are final."""

    UPDATED = "updated", _("Card updated")
    UNCHANGED = "unchanged", _("Nothing new")
    STALE = "stale", _("Older than what the card shows")
    FILLED = "filled", _("Older, filled what was missing")
    RECEIVED = "received", _("Being read")
    MALFORMED = "malformed", _("Refused: not understood")
    UNKNOWN_ORDER = "unknown_order", _("Refused: unknown order")
    NUMBER_TAKEN = "number_taken", _("Refused: order number in use")
    FINISHED = "finished", _("Refused: the order is finished")


class SendProblem(TextChoices):
    """Why an event reached nobody."""

    ADDRESS = "address", _("The address cannot be used. It must begin with https://.")
    PRIVATE = "private", _("The address belongs to a private network.")
    UNREACHABLE = "unreachable", _("Nobody answers at this address.")
    TLS = "tls", _("Its certificate is not valid.")
    TIMEOUT = "timeout", _("No answer in time.")
    ANSWER = "answer", _("The answer was not readable.")
    DISCONNECTED = "disconnected", _("The order system is disconnected.")


class DeliveryStatus(TextChoices):
    """Of an event for the outside order system."""

    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", pgettext_lazy("event", "Failed")
