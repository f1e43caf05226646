"""One thread for each relationship of a customer and a provider."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, ProviderMember, User
from marketplace.common.folding import Folded
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

    def with_assignee(self) -> "ThreadQuerySet":
        """Sets `assignee_id`: to whom the room is assigned, as long as that person works in the shop.

        Who has left has no rooms any more, and gets none back by joining again.
        """
        place = ProviderMember.objects.filter(
            provider=models.OuterRef("provider"),
            user=models.OuterRef("assigned_to"),
            joined_at__lte=models.OuterRef("assigned_at"),
        )
        assignee = models.Subquery(place.values("user"))
        return self.annotate(assignee_id=assignee)  # type: ignore[no-redef]  # declared below


class Thread(models.Model):
    customer = models.ForeignKey(
        User, verbose_name=_("Customer"), on_delete=models.PROTECT, related_name="threads"
    )
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="threads"
    )
    topic = models.CharField(_("topic"), max_length=160)
    topic_folded = models.GeneratedField(
        expression=Folded("topic"), output_field=models.TextField(), db_persist=True
    )
    assigned_to = models.ForeignKey(
        User,
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    assigned_at = models.DateTimeField(_("assigned"), null=True, editable=False)
    last_seq = models.PositiveIntegerField(_("messages"), default=0)
    last_message_at = models.DateTimeField(_("newest message"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ThreadQuerySet.as_manager()

    assignee_id: int | None  # set by `with_assignee`

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
            models.Index(
                fields=["provider", "assigned_to", "-last_message_at", "-id"],
                name="thread_assigned_newest",
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

    thread = models.ForeignKey(
        Thread, verbose_name=_("thread"), on_delete=models.CASCADE, related_name="messages"
    )
    seq = models.PositiveIntegerField(_("number"))
    author = models.ForeignKey(
        User, verbose_name=_("author"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind.choices, default=MessageKind.TEXT)
    body = models.TextField(_("text"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    # In the shop only this person and the owner see it: a card belongs to who made it.
    only_for = models.ForeignKey(
        User, verbose_name=_("only for"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    client_id = models.UUIDField(_("sender's mark"), default=uuid.uuid4)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    is_hidden = False  # from the reader for whom it was fetched: see queries.hide_private

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

    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/")
    name = models.CharField(_("file name"), max_length=160)
    content_type = models.CharField(_("file type"), max_length=80)
    size = models.PositiveIntegerField(_("size in bytes"))
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.width is not None


class Participation(models.Model):
    """How far one person has read, and received, one thread."""

    thread = models.ForeignKey(
        Thread, verbose_name=_("thread"), on_delete=models.CASCADE, related_name="participations"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="participations",
    )
    read_seq = models.PositiveIntegerField(_("read up to"), default=0)
    delivered_seq = models.PositiveIntegerField(_("received up to"), default=0)

    class Meta:
        verbose_name = _("state of reading")
        verbose_name_plural = _("states of reading")
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="participation_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.read_seq}"
