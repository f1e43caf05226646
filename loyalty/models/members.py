"""Members of the programme and their levels."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import User


class Level(models.Model):
    """Reached at `threshold`, of points earned or money spent as the programme says. The lowest is at 0."""

    name = models.CharField(_("level name"), max_length=60)
    threshold = models.DecimalField(
        _("reached at"),
        max_digits=14,
        decimal_places=2,
        unique=True,
        validators=[MinValueValidator(0)],
    )
    multiplier = models.DecimalField(
        _("multiplies points by"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(1))],
    )
    benefits = models.TextField(_("benefits"), blank=True, max_length=2000)
    colour = models.CharField(_("colour"), max_length=7, default="#8C8C8C")

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["threshold"]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(models.QuerySet["Member"]):
    def current(self) -> "MemberQuerySet":
        """Neither merged into another nor erased."""
        return self.filter(merged_into=None, erased_at=None)


class Member(models.Model):
    """Known by phone; may exist before an account does. `balance` is the sum of the ledger's entries, kept in
    the transaction that writes them."""

    number = models.CharField(_("Member ID"), max_length=20, unique=True, editable=False)
    user = models.OneToOneField(
        User,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="member",
    )
    phone = PhoneNumberField(_("phone"), null=True, blank=True, unique=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    email = models.EmailField(_("email"), blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    address = models.TextField(_("address"), blank=True, max_length=1000)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    balance = models.BigIntegerField(_("points"), default=0, editable=False)
    # What a refund could not take back, because it was spent: paid off from the next points earned.
    owed = models.BigIntegerField(_("points owed"), default=0, editable=False)
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT, editable=False
    )
    # Set by hand: stands until its date, whatever the ledger says.
    hand_level = models.ForeignKey(
        Level,
        verbose_name=_("level by hand"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    hand_level_until = models.DateField(_("until"), null=True, blank=True)
    invite_code = models.CharField(max_length=12, unique=True, editable=False)
    qr_token = models.CharField(max_length=32, unique=True, editable=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, db_default=Now())
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        editable=False,
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    # Name, phone, email and number, folded; kept by loyalty.domain.
    search_text = models.TextField(editable=False, default="", blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(condition=models.Q(balance__gte=0), name="member_balance_not_negative"),
            models.CheckConstraint(condition=models.Q(owed__gte=0), name="member_owed_not_negative"),
        ]
        indexes = [
            GinIndex(fields=["search_text"], name="member_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["-joined_at"], name="member_newest"),
        ]

    def __str__(self) -> str:
        return self.name or self.number

    @property
    def is_gone(self) -> bool:
        return self.merged_into_id is not None or self.erased_at is not None

    def get_absolute_url(self) -> str:
        return reverse("loyalty:member", args=[self.pk])


class MemberEdit(models.Model):
    """What somebody changed about a member by hand. `changes`: the field → [before, after], as texts; empty
    texts once the person is erased."""

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="edits", db_index=False
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changes: Any = models.JSONField(_("changes"), default=dict)

    # Of Member, in the order in which they are shown.
    FIELDS = (
        "name",
        "phone",
        "email",
        "birthday",
        "address",
        "note",
        "hand_level",
        "hand_level_until",
        "merged_into",
        "erased_at",
    )

    class Meta:
        verbose_name = _("change by hand")
        verbose_name_plural = _("changes by hand")
        indexes = [models.Index(fields=["member", "-id"], name="edit_of_member")]

    def __str__(self) -> str:
        return f"{self.member}: {', '.join(self.changes)}"
