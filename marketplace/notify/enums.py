from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(TextChoices):
    EMAIL = "email", _("Email")
    SMS = "sms", _("SMS")
    WEB_PUSH = "web_push", _("On the device")


class NotificationStatus(TextChoices):
    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not delivered")


class GatewayKind(TextChoices):
    CONSOLE = "console", _("For trying out")
    KAVENEGAR = "kavenegar", "Kavenegar"
    TWILIO = "twilio", "Twilio"
    GENERIC = "generic", _("Another gateway over HTTP")


class Reach(TextChoices):
    """How far a message got, as far as the gateway tells."""

    ACCEPTED = "accepted", pgettext_lazy("SMS", "Accepted by the gateway")
    DELIVERED = "delivered", pgettext_lazy("SMS", "Arrived on the phone")
    UNDELIVERED = "undelivered", pgettext_lazy("SMS", "Did not arrive")


class Problem(TextChoices):
    """Why an SMS did not go out, in words for the shop's owner."""

    NUMBER_LIMIT = "number_limit", _("This number has had as many SMS today as the settings allow.")
    DAY_LIMIT = "day_limit", _("Today's number of SMS is reached.")
    COST_CAP = "cost_cap", _("Today's amount for SMS is spent.")
    SWITCHED_OFF = "switched_off", _("SMS were switched off before this one went out.")
    SETUP = "setup", _("The SMS settings are not complete: type the key in again.")
    ADDRESS = "address", _("The gateway's address may not be called from here.")
    REFUSED = "refused", _("The gateway refused it.")
    NO_ANSWER = "no_answer", _("The gateway did not answer.")
    UNCLEAR = "unclear", _("The gateway's answer could not be understood. It may have gone out.")
    UNKNOWN = "unknown", _("No answer came back, so it is unknown whether this SMS went out. Send it again?")


class BodyFormat(TextChoices):
    FORM = "form", _("Form fields")
    JSON = "json", "JSON"


class HttpMethod(TextChoices):
    POST = "POST", "POST"
    GET = "GET", "GET"
