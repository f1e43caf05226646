from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """Where the parcel is. WAITING: taken back from a courier, and nobody has it."""

    WAITING = "waiting", _("Waiting for a courier")
    ASSIGNED = "assigned", _("Assigned")
    PICKED_UP = "picked_up", _("Picked up")
    ON_THE_WAY = "on_the_way", _("On the way")
    FAILED = "failed", _("Failed")
    RETURNED = "returned", _("Returned")
    DELIVERED = "delivered", _("Delivered")


# What a courier reports. Where two reports name one moment, the later one here counts.
REPORTED = (
    DeliveryState.PICKED_UP,
    DeliveryState.ON_THE_WAY,
    DeliveryState.FAILED,
    DeliveryState.RETURNED,
    DeliveryState.DELIVERED,
)
OVER = (DeliveryState.RETURNED, DeliveryState.DELIVERED)


class FailureReason(TextChoices):
    ABSENT = "absent", _("Nobody was there")
    WRONG_ADDRESS = "wrong_address", _("The address is wrong or incomplete")
    REFUSED = "refused", _("The receiver did not take it")
    NO_MONEY = "no_money", _("The money to collect was not there")
    DAMAGED = "damaged", _("The parcel is damaged")
    OTHER = "other", _("Another reason")


class Outcome(TextChoices):
    """What a courier's report did."""

    COUNTED = "counted", _("Counted")
    CONFLICT = "conflict", _("Came when the task was not open to them any more")
    ACCEPTED = "accepted", _("Accepted by the shop")
