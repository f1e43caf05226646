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
    UNPAID = "unpaid", _("Accepted and not paid")


class NoticeFinding(TextChoices):
    """What a transfer notice looks like beside the order."""

    CLAIMED = "claimed", _("Claimed")
    MATCHES = "matches", _("Matches")
    DIFFERS = "differs", _("Amount differs")
    DUPLICATE = "duplicate", _("Duplicate")
    NOT_OURS = "not_ours", _("Not ours")


class NoticeDecision(TextChoices):
    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class DeliveryStatus(TextChoices):
    """Of an event for the outside order system."""

    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
