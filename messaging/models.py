"""One thread for each relationship of a customer and a provider."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from messaging.enums import MessageKind


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User | AnonymousUser) -> "ThreadQuerySet":
        """The customer's own threads, and those of the shops in which the person works."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(
            models.Q(customer=user)
            | models.Q(provider__in=Provider.objects.filter(members__user=user).values("pk"))
        )


class Thread(models.Model):
    customer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="threads")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="threads")
    topic = models.CharField(_("topic"), max_length=160)
    assigned_to = models.ForeignKey(
        User,
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    last_seq = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        constraints = [
            models.UniqueConstraint(fields=["customer", "provider"], name="thread_once_per_relationship")
        ]
        indexes = [
            models.Index(
                fields=["customer", "-last_message_at", "-id"],
                name="thread_customer_newest",
            ),
            models.Index(
                fields=["provider", "-last_message_at", "-id"],
                name="thread_provider_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("messaging:thread", args=[self.pk])

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class Message(models.Model):
    """seq is given under the thread's row lock, so a thread's numbers have no gap.

    (thread, author, client_id) is unique, so a resend is one message.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=MessageKind.choices, default=MessageKind.TEXT)
    body = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    client_id = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["thread", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["thread", "author", "client_id"], name="message_resend_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id}/{self.seq}"


class Attachment(models.Model):
    """A photo (re-encoded) or a file (always a download) of one message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="attachments/%Y/%m/")
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.width is not None


class Participation(models.Model):
    """How far one person has read, and received, one thread."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="participations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="participations",
    )
    read_seq = models.PositiveIntegerField(default=0)
    delivered_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="participation_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.thread_id}: {self.read_seq}"
