from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The two public roles of the sign-up form."""

    PROVIDER = "provider", _("Provider")
    CUSTOMER = "customer", _("Customer")


class MemberRole(TextChoices):
    """What a person is in a shop."""

    OWNER = "owner", _("Owner")
    AGENT = "agent", _("Agent")
