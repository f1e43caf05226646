"""What was bought, and every point that came or went. The ledger is append-only: the database refuses to
change or delete its rows (migration 0001); a correction is a new entry."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from loyalty.enums import BY_BATCH, EntryKind, Place
from loyalty.models.members import Member
from loyalty.models.programme import Branch


class Purchase(models.Model):
    """Money that a customer spent: what points and levels are worked out from. `reference` names its source,
    such as "order:42", and comes once."""

    reference = models.CharField(_("reference"), max_length=80, unique=True)
    # What people call it, such as the order's number; empty where there is no such name.
    name = models.CharField(_("name"), max_length=60, blank=True, default="", db_default="")
    # Who is known of the two; the member is found or made when points are worked out. `phone` finds the
    # member of a customer who cannot log in: the shop that took the order vouches for it.
    customer = models.ForeignKey(
        User, verbose_name=_("Customer"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    phone = models.CharField(_("phone"), max_length=32, blank=True, default="")
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="purchases",
    )
    provider = models.ForeignKey(
        Provider,
        verbose_name=_("provider"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    branch = models.ForeignKey(
        Branch, verbose_name=_("branch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place = models.CharField(_("place"), max_length=10, choices=Place.choices, default=Place.ONLINE)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    # Of `amount`, by category: {"3": "120.00"}. What is in no category stands under "".
    by_category: Any = models.JSONField(default=dict, editable=False)
    refunded = models.DecimalField(_("refunded"), max_digits=14, decimal_places=2, default=Decimal(0))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Empty until points are worked out, once; then, of which money: what had gone back before gave none.
    awarded_at = models.DateTimeField(_("points worked out"), null=True, blank=True)
    awarded_amount = models.DecimalField(
        _("points given for"), max_digits=14, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(refunded__gte=0) & models.Q(refunded__lte=models.F("amount")),
                name="purchase_refunded_in_bounds",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-at"], name="purchase_of_member"),
            models.Index(fields=["id"], condition=models.Q(awarded_at=None), name="purchase_to_award"),
            BrinIndex(fields=["at"], name="purchase_at"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def gone_of_worth(self) -> tuple[Decimal, Decimal]:
        """Of the money for which points were given: how much went back, and all of it. What had gone back
        before points were worked out gave none."""
        worth = self.amount if self.awarded_amount is None else self.awarded_amount
        return self.refunded - (self.amount - worth), worth


class Refund(models.Model):
    """Money of a purchase that went back; `reference` names its source and comes once, whether points were
    concerned or not."""

    purchase = models.ForeignKey(
        Purchase, verbose_name=_("purchase"), on_delete=models.PROTECT, related_name="refunds"
    )
    reference = models.CharField(_("reference"), max_length=120, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_positive")]

    def __str__(self) -> str:
        return self.reference


class LedgerEntry(models.Model):
    """`points` came (positive) or went. Held points count in the balance and cannot be spent before
    `available_at`; `expires_on` is the last day on which they are good. `shortfall` is what a refund could
    not take back (positive) or what was paid off of it (negative): a member's `owed` is its sum."""

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind.choices)
    reference = models.CharField(_("reference"), max_length=120)
    points = models.BigIntegerField(_("points"))
    shortfall = models.BigIntegerField(_("owed"), default=0, db_default=0)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    available_at = models.DateTimeField(_("can be spent from"), null=True, blank=True)
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    reverses = models.ForeignKey(
        "self",
        verbose_name=_("takes back"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
        db_index=False,
    )
    purchase = models.ForeignKey(
        Purchase,
        verbose_name=_("purchase"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,
    )
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    place = models.CharField(_("place"), max_length=10, choices=Place.choices, default=Place.BACKOFFICE)
    by = models.ForeignKey(
        User,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    # No foreign key in the database: it would be asked for a million times, and batches are never deleted.
    batch = models.ForeignKey(
        "loyalty.Batch",
        verbose_name=_("batch"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # What people wrote, and the arithmetic (loyalty.domain.earning.Step) that a page turns into sentences.
    note = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    steps: Any = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="ledger_once_per_cause"),
            models.CheckConstraint(
                condition=~models.Q(points=0) | ~models.Q(shortfall=0), name="ledger_entry_says_something"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="ledger_of_member"),
            models.Index(
                fields=["member", "available_at"],
                condition=models.Q(available_at__isnull=False),
                name="ledger_held",
            ),
            models.Index(
                fields=["expires_on", "member"],
                condition=models.Q(expires_on__isnull=False, points__gt=0),
                name="ledger_expiring",
            ),
            models.Index(
                fields=["purchase"], condition=models.Q(purchase__isnull=False), name="ledger_of_purchase"
            ),
            models.Index(
                fields=["reverses"], condition=models.Q(reverses__isnull=False), name="ledger_reversals"
            ),
            models.Index(
                fields=["batch", "-id"], condition=models.Q(batch__isnull=False), name="ledger_of_batch"
            ),
            models.Index(fields=["-id"], condition=models.Q(by__isnull=False), name="ledger_by_people"),
            # The Activity Log, narrowed. What batches write is found by the batch: a million entries do not
            # pay for these.
            models.Index(
                fields=["by", "-id"],
                condition=models.Q(by__isnull=False, batch__isnull=True),
                name="ledger_of_person",
            ),
            models.Index(
                fields=["kind", "-id"],
                condition=models.Q(by__isnull=False) & ~models.Q(kind__in=BY_BATCH),
                name="ledger_of_kind",
            ),
            models.Index(
                fields=["branch", "-id"],
                condition=models.Q(by__isnull=False, branch__isnull=False),
                name="ledger_of_branch",
            ),
            BrinIndex(fields=["created_at"], name="ledger_when"),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.points:+}"


class BalanceCheck(models.Model):
    """What the nightly check found; `/healthz` reads the newest. `wrong` lists, for at most a hundred
    members: key, balance on the row, sum of the ledger, owed on the row, sum of the ledger."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    members = models.PositiveIntegerField(_("members"))
    wrong: Any = models.JSONField(_("wrong"), default=list)

    class Meta:
        verbose_name = _("check of the balances")
        verbose_name_plural = _("checks of the balances")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {len(self.wrong)}"
