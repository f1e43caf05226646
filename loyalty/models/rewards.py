"""What points buy: rewards, packages of them, and the coupons that come of it."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.enums import CodeSource, Place, RedemptionStatus, RewardKind
from loyalty.models.members import Level, Member
from loyalty.models.programme import Branch


class Offer(models.Model):
    """What rewards and packages have in common. Empty limits are none; empty dates are always."""

    name = models.CharField(_("name"), max_length=120)
    details = models.TextField(_("details"), blank=True, max_length=4000)
    points = models.PositiveIntegerField(_("points needed"))
    quantity = models.PositiveIntegerField(
        _("quantity available"), null=True, blank=True, help_text=_("Empty: without limit.")
    )
    taken = models.PositiveIntegerField(_("redeemed"), default=0, editable=False)
    per_member = models.PositiveIntegerField(_("for each member at most"), null=True, blank=True)
    per_month = models.PositiveIntegerField(_("for each member a month at most"), null=True, blank=True)
    starts_on = models.DateField(_("start date"), null=True, blank=True)
    ends_on = models.DateField(_("end date"), null=True, blank=True, help_text=_("Empty: No Expiry."))
    picture = models.ImageField(_("picture"), upload_to="rewards/", blank=True)
    is_active = models.BooleanField(_("offered"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["points", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int | None:
        return None if self.quantity is None else self.quantity - self.taken

    def is_offered_on(self, day: date) -> bool:
        return (
            self.is_active
            and (self.starts_on is None or self.starts_on <= day)
            and (self.ends_on is None or day <= self.ends_on)
        )


def _within_quantity(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(quantity=None) | models.Q(taken__lte=models.F("quantity")), name=name
    )


class Reward(Offer):
    kind = models.CharField(_("type"), max_length=10, choices=RewardKind.choices)
    # COUPON: an amount off, or a share of the order.
    discount = models.DecimalField(
        _("discount"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    percent = models.DecimalField(
        _("percent off"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(100))],
    )
    minimum_order = models.DecimalField(
        _("from an order of"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    # POINTS
    bonus = models.PositiveIntegerField(_("bonus points"), null=True, blank=True)
    valid_days = models.PositiveIntegerField(
        _("days to use it"), null=True, blank=True, help_text=_("After redeeming. Empty: No Expiry.")
    )
    code_source = models.CharField(
        _("codes"), max_length=10, choices=CodeSource.choices, default=CodeSource.GENERATED
    )
    levels: Any = models.ManyToManyField(
        Level,
        verbose_name=_("levels that see it"),
        blank=True,
        related_name="rewards",
        help_text=_("None: all."),
    )
    branches: Any = models.ManyToManyField(
        Branch, verbose_name=_("branches"), blank=True, related_name="+", help_text=_("None: all.")
    )

    class Meta(Offer.Meta):
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [_within_quantity("reward_within_quantity")]


class RewardCode(models.Model):
    """A code that the store has from elsewhere; goes out with one redemption, and stays with it when that is
    undone: it was seen, and nobody gets it again."""

    reward = models.ForeignKey(
        Reward, verbose_name=_("reward"), on_delete=models.CASCADE, related_name="codes"
    )
    code = models.CharField(_("code"), max_length=60)
    redemption = models.OneToOneField(
        "Redemption", verbose_name=_("redemption"), null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        constraints = [models.UniqueConstraint(fields=["reward", "code"], name="reward_code_once")]
        indexes = [
            models.Index(
                fields=["reward", "id"], condition=models.Q(redemption=None), name="reward_code_free"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Package(Offer):
    """Several rewards for one price in points, all at one time."""

    rewards: Any = models.ManyToManyField(Reward, verbose_name=_("rewards"), through="PackageItem")
    levels: Any = models.ManyToManyField(
        Level,
        verbose_name=_("levels that see it"),
        blank=True,
        related_name="packages",
        help_text=_("None: all."),
    )

    class Meta(Offer.Meta):
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        constraints = [_within_quantity("package_within_quantity")]


class PackageItem(models.Model):
    package = models.ForeignKey(
        Package, verbose_name=_("package"), on_delete=models.CASCADE, related_name="items"
    )
    reward = models.ForeignKey(Reward, verbose_name=_("reward"), on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(
        _("quantity"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )

    class Meta:
        verbose_name = _("privilege")
        verbose_name_plural = _("privileges")
        constraints = [models.UniqueConstraint(fields=["package", "reward"], name="package_item_once")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.reward}"


class Redemption(models.Model):
    """One reward in a member's hands. Of a package, each reward is one, and the first carries the points."""

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="redemptions"
    )
    reward = models.ForeignKey(
        Reward, verbose_name=_("reward"), on_delete=models.PROTECT, related_name="redemptions"
    )
    package = models.ForeignKey(
        Package, verbose_name=_("package"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # One press of the button, however often it arrives.
    form_token = models.UUIDField(default=uuid.uuid4, editable=False)
    place_in_package = models.PositiveSmallIntegerField(default=0, editable=False)
    points = models.PositiveIntegerField(_("points"))
    code = models.CharField(_("code"), max_length=60)
    status = models.CharField(
        _("status"), max_length=10, choices=RedemptionStatus.choices, default=RedemptionStatus.OPEN
    )
    place = models.CharField(_("place"), max_length=10, choices=Place.choices)
    branch = models.ForeignKey(
        Branch, verbose_name=_("branch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("redeemed"), default=timezone.now)
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    # What it was used on, such as "order:42", and how much it took off.
    used_on = models.CharField(_("used on"), max_length=80, blank=True)
    used_amount = models.DecimalField(_("taken off"), max_digits=14, decimal_places=2, null=True, blank=True)
    cancelled_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "form_token", "place_in_package"], name="redemption_once_per_form"
            ),
            models.UniqueConstraint(
                fields=["used_on"],
                condition=~models.Q(used_on="") & models.Q(status=RedemptionStatus.USED),
                name="redemption_one_per_order",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="redemption_of_member"),
            models.Index(fields=["code"], name="redemption_code"),
            models.Index(Upper("code"), name="redemption_code_typed"),  # however it is typed at the counter
            models.Index(fields=["-created_at"], name="redemption_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.reward}: {self.code}"


class CouponUse(models.Model):
    """A coupon that was taken in at the counter: by whom and where, also when that was undone."""

    redemption = models.ForeignKey(
        Redemption, verbose_name=_("redemption"), on_delete=models.PROTECT, related_name="uses"
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+", db_index=False
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
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("coupon taken in")
        verbose_name_plural = _("coupons taken in")
        constraints = [
            models.UniqueConstraint(
                fields=["redemption"], condition=models.Q(undone_at=None), name="coupon_use_once"
            )
        ]
        indexes = [models.Index(fields=["by", "-at"], name="coupon_use_of_person")]

    def __str__(self) -> str:
        return str(self.redemption)
