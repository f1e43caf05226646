"""Notes on what is followed up: orders, callback requests, transfer notices, conversations gone silent."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from messaging.models import Thread
from orders.models import FollowedUp, Order, TransferNotice
from services.models import Service


class OfShopQuerySet(models.QuerySet["CallbackRequest"]):
    def visible_to(self, user: User | AnonymousUser) -> "OfShopQuerySet":
        """Everybody who works in the shop."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(provider__in=Provider.objects.filter(members__user=user).values("pk"))


class CallbackRequest(FollowedUp):
    """Somebody asked to be called back; they need not have an account."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="callbacks"
    )
    service = models.ForeignKey(
        Service, verbose_name=_("service"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    customer = models.ForeignKey(
        User, verbose_name=_("Customer"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(_("Name"), max_length=120)
    phone = models.CharField(_("Phone"), max_length=32, blank=True)
    email = models.EmailField(_("Email"), blank=True)
    message = models.TextField(_("Message"), max_length=2000)
    # What it was turned into.
    order = models.ForeignKey(
        Order, verbose_name=_("order"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    thread = models.ForeignKey(
        Thread, verbose_name=_("thread"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    search_text = models.TextField(editable=False, default="", blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OfShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("callback request")
        verbose_name_plural = _("callback requests")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(phone="") | ~models.Q(email=""), name="callback_can_be_answered"
            )
        ]
        indexes = [
            models.Index(fields=["provider", "-id"], name="callback_newest"),
            models.Index(fields=["provider", "desk_state", "due_at", "id"], name="callback_desk"),
            GinIndex(fields=["search_text"], name="callback_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("followup:callback", args=[self.pk])


class SilentThread(FollowedUp):
    """A conversation in which the customer waits, or waited, too long: made by the sweep, once."""

    thread = models.OneToOneField(
        Thread, verbose_name=_("thread"), on_delete=models.CASCADE, related_name="silence"
    )
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OfShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("silent conversation")
        verbose_name_plural = _("silent conversations")
        indexes = [models.Index(fields=["provider", "desk_state", "due_at", "id"], name="silence_desk")]

    def __str__(self) -> str:
        return str(self.thread)

    def get_absolute_url(self) -> str:
        return reverse("followup:silence", args=[self.pk])


class FollowUp(models.Model):
    """A note, never changed afterwards but for its tick. The newest note's date is the one in force.

    At most one note of a lead carries the tick "end follow-up": ticking another moves it, a new note
    takes it away.
    """

    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="follow_ups",
    )
    callback = models.ForeignKey(
        CallbackRequest,
        verbose_name=_("callback request"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="follow_ups",
    )
    transfer = models.ForeignKey(
        TransferNotice,
        verbose_name=_("transfer notice"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="follow_ups",
    )
    silence = models.ForeignKey(
        SilentThread,
        verbose_name=_("silent conversation"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="follow_ups",
    )
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("Note"), max_length=5000)
    follow_up_at = models.DateTimeField(_("Follow-up date"), null=True, blank=True)
    form_token = models.UUIDField(editable=False)
    ended_at = models.DateTimeField(_("Follow-up ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, verbose_name=_("ended by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reminded_at = models.DateTimeField(_("reminded"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["by", "form_token"], name="note_once_per_form"),
            models.CheckConstraint(
                name="note_on_one_lead",
                condition=(
                    models.Q(order__isnull=False, callback=None, transfer=None, silence=None)
                    | models.Q(order=None, callback__isnull=False, transfer=None, silence=None)
                    | models.Q(order=None, callback=None, transfer__isnull=False, silence=None)
                    | models.Q(order=None, callback=None, transfer=None, silence__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["follow_up_at"],
                condition=models.Q(reminded_at=None, ended_at=None),
                name="note_to_remind",
            )
        ]

    def __str__(self) -> str:
        return self.note[:60]


class DeskSettings(models.Model):
    """After how many hours silence becomes a task."""

    provider = models.OneToOneField(
        Provider,
        verbose_name=_("provider"),
        on_delete=models.CASCADE,
        related_name="desk_settings",
        primary_key=True,
    )
    unanswered_hours = models.PositiveSmallIntegerField(
        _("Hours until an unanswered conversation becomes a task"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
    )
    callback_hours = models.PositiveSmallIntegerField(
        _("Hours until a callback request without a note becomes a task"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
    )
    unpaid_hours = models.PositiveSmallIntegerField(
        _("Hours until a confirmed order that is not paid becomes a task"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
    )

    class Meta:
        verbose_name = _("sales desk settings")
        verbose_name_plural = _("sales desk settings")

    def __str__(self) -> str:
        return str(self.provider)
