"""The outbox: one row for each alert and channel, written in the transaction that causes it."""

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.notify.enums import (
    BodyFormat,
    Channel,
    GatewayKind,
    HttpMethod,
    NotificationStatus,
    Problem,
    Reach,
)
from marketplace.notify.sealing import seal, unseal

# Longer than a mail server can keep one dialogue going (a dozen answers, EMAIL_TIMEOUT each); then the
# sender is dead.
CLAIM_LASTS = timedelta(minutes=3)


class SmsGateway(models.Model):
    """Through whom one shop sends its SMS, and how much it may spend. `secret` is an API key, a token or a
    password: it goes to the gateway and nowhere else."""

    provider = models.OneToOneField(
        "accounts.Provider",
        verbose_name=_("provider"),
        on_delete=models.CASCADE,
        related_name="sms_gateway",
    )
    # Who is told when a day's limit is reached: the shop's owner, who made the settings.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("alarms go to"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.CharField(_("Gateway"), max_length=12, choices=GatewayKind.choices)
    is_on = models.BooleanField(_("Send SMS"), default=True)
    sender = models.CharField(_("Sender"), max_length=40, blank=True)
    account = models.CharField(_("Account"), max_length=120, blank=True)
    sealed_secret = models.TextField(editable=False, blank=True)
    # Only for GENERIC.
    method = models.CharField(_("Method"), max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST)
    address = models.CharField(_("Address"), max_length=500, blank=True)
    body_format = models.CharField(
        _("Format"), max_length=4, choices=BodyFormat.choices, default=BodyFormat.FORM
    )
    fields = models.TextField(_("Fields"), blank=True, max_length=4000)
    headers = models.TextField(_("Headers"), blank=True, max_length=4000)
    reference_path = models.CharField(
        _("Where its number for the message stands"), max_length=200, blank=True
    )
    success_text = models.CharField(_("What a good answer contains"), max_length=200, blank=True)
    # A day is one of the shop's time zone. Empty: no limit.
    time_zone = models.CharField(_("time zone"), max_length=64)
    per_number = models.PositiveIntegerField(_("SMS to one number a day"), null=True, blank=True, default=10)
    per_day = models.PositiveIntegerField(_("SMS a day"), null=True, blank=True, default=200)
    daily_cap = models.DecimalField(
        _("Amount a day"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(_("currency"), max_length=3)
    part_price = models.DecimalField(
        _("Price of one part"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("SMS gateway")
        verbose_name_plural = _("SMS gateways")

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_kind_display()}"

    @property
    def secret(self) -> str | None:
        """None when it cannot be opened any more: see unseal."""
        return unseal(self.sealed_secret)

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = seal(value)

    @property
    def has_secret(self) -> bool:
        return bool(self.secret)


_OF_GATEWAY = models.Q(gateway__isnull=False)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def claimable(self) -> "NotificationQuerySet":
        """Due and nobody's: waiting, or left behind by a worker that died while sending."""
        now = timezone.now()
        return self.filter(
            models.Q(status=NotificationStatus.PENDING, due_at__lte=now)
            | models.Q(status=NotificationStatus.SENDING, claimed_at__lt=now - CLAIM_LASTS)
        )


class Notification(models.Model):
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    address = models.CharField(_("address"), max_length=254)
    kind = models.CharField(_("kind"), max_length=60)
    unique_key = models.CharField(_("cause"), max_length=160, help_text=_("One cause tells one person once."))
    language = models.CharField(_("language"), max_length=8)
    time_zone = models.CharField(_("time zone"), max_length=64)
    context = models.JSONField(
        _("details"), default=dict, help_text=_("What the text's template is filled with.")
    )
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    body = models.TextField(_("text"), blank=True)
    attachment_name = models.CharField(_("attachment"), max_length=80, blank=True)
    attachment_type = models.CharField(_("file type"), max_length=80, blank=True)
    attachment = models.TextField(_("contents of the attachment"), blank=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=NotificationStatus.choices,
        default=NotificationStatus.PENDING,
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    claimed_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    message_id = models.UUIDField(
        default=uuid.uuid4, editable=False, help_text=_("The same at every attempt.")
    )
    reference = models.CharField(_("gateway reference"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # Of an SMS alone.
    gateway = models.ForeignKey(
        SmsGateway,
        verbose_name=_("SMS gateway"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="messages",
    )
    via = models.CharField(_("Gateway"), max_length=12, choices=GatewayKind.choices, blank=True)
    parts = models.PositiveSmallIntegerField(_("Parts"), default=0)
    # When the gateway was last called with it; from the first time on it is asked before it is called again.
    handed_at = models.DateTimeField(_("handed to the gateway"), null=True, blank=True)
    reach = models.CharField(_("How far it got"), max_length=12, choices=Reach.choices, blank=True)
    ask_at = models.DateTimeField(null=True, blank=True, editable=False)
    asked = models.PositiveSmallIntegerField(default=0, editable=False)
    cost = models.DecimalField(_("Cost"), max_digits=14, decimal_places=4, null=True, blank=True)
    cost_currency = models.CharField(_("currency"), max_length=3, blank=True)
    is_estimate = models.BooleanField(_("estimated"), default=False)
    problem = models.CharField(_("What went wrong"), max_length=16, choices=Problem.choices, blank=True)
    answer = models.TextField(_("The gateway's answer"), blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["unique_key", "channel"], name="notification_once_per_cause"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="notification_open",
                condition=models.Q(status__in=["pending", "sending"]),
            ),
            models.Index(fields=["-id"], name="notification_newest"),
            # Health checks count them every few seconds.
            models.Index(fields=["-id"], name="notification_failed", condition=models.Q(status="failed")),
            # A shop's log of its SMS, all of it and one state of it; what a day's limits count.
            models.Index(fields=["gateway", "-id"], name="sms_newest", condition=_OF_GATEWAY),
            models.Index(
                fields=["gateway", "status", "reach", "-id"], name="sms_state", condition=_OF_GATEWAY
            ),
            models.Index(fields=["gateway", "handed_at"], name="sms_of_the_day", condition=_OF_GATEWAY),
            models.Index(fields=["ask_at"], name="sms_to_ask", condition=models.Q(ask_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"

    @property
    def sms_state(self) -> str:
        """For the reader of the log: waiting, accepted, delivered, undelivered, unknown or failed."""
        if self.status in (NotificationStatus.PENDING, NotificationStatus.SENDING):
            return "waiting"
        if self.status == NotificationStatus.FAILED:
            return "unknown" if self.problem == Problem.UNKNOWN else "failed"
        return self.reach or Reach.ACCEPTED


class PushSubscription(models.Model):
    """One browser of one person that asked to be told at once. Whoever knows the endpoint and the keys can
    show notices there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE)
    endpoint = models.CharField(_("address"), max_length=1000)
    p256dh = models.CharField(_("public key"), max_length=100, help_text=_("The browser's own."))
    auth = models.CharField(_("secret"), max_length=40, help_text=_("The browser's own."))
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("turned on"), default=timezone.now)

    class Meta:
        verbose_name = _("device to notify")
        verbose_name_plural = _("devices to notify")
        constraints = [models.UniqueConstraint(fields=["endpoint"], name="push_endpoint_is_one_persons")]

    def __str__(self) -> str:
        return f"{self.user} · {self.service}"

    @property
    def service(self) -> str:
        """The machine that takes notices for this browser."""
        return urlsplit(self.endpoint).hostname or ""
