"""The outbox: one row for each alert and channel, written in the transaction that causes it."""

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.notify.enums import Channel, NotificationStatus

# Longer than a mail server can keep one dialogue going (a dozen answers, EMAIL_TIMEOUT each); then the
# sender is dead.
CLAIM_LASTS = timedelta(minutes=3)


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
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"


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
