"""The one programme of the store: its settings, branches, and the operator's people."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import User
from loyalty.enums import Expiry, LevelCriterion, LevelWindow, Right, Role


class Programme(models.Model):
    """One row, made by the first migration."""

    store_name = models.CharField(_("store name"), max_length=120, blank=True)
    contact_phone = PhoneNumberField(_("contact phone"), blank=True)
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_address = models.TextField(_("address"), blank=True, max_length=1000)
    website = models.URLField(_("website"), blank=True)
    is_running = models.BooleanField(
        _("points are given"), default=True, help_text=_("When off, purchases are noted without points.")
    )
    expiry_months = models.PositiveSmallIntegerField(
        _("points expire"),
        choices=Expiry.choices,
        default=Expiry.TWELVE,
        help_text=_("On the last day of that month; the oldest points are spent first."),
    )
    hold_days = models.PositiveSmallIntegerField(_("days until points of a purchase can be spent"), default=0)
    point_value = models.DecimalField(
        _("worth of one point"),
        max_digits=12,
        decimal_places=4,
        default=Decimal("0.1"),
        validators=[MinValueValidator(0)],
        help_text=_("For the outstanding liability on the dashboard."),
    )
    level_criterion = models.CharField(
        _("levels go by"), max_length=10, choices=LevelCriterion.choices, default=LevelCriterion.SPENDING
    )
    level_window = models.PositiveSmallIntegerField(
        _("counted"), choices=LevelWindow.choices, default=LevelWindow.YEAR
    )
    level_keep_months = models.PositiveSmallIntegerField(
        _("months that a reached level is kept"),
        null=True,
        blank=True,
        default=12,
        help_text=_("0: it falls as soon as the criterion is not met. Empty: it never falls."),
    )
    needs_approval = models.BooleanField(_("a second person approves point adjustments"), default=False)
    # The last day, in the store, whose work was done: see loyalty.domain.daily.
    worked_on = models.DateField(null=True, editable=False)
    # User Insight.
    new_days = models.PositiveSmallIntegerField(_("new: joined in the last days"), default=30)
    regular_purchases = models.PositiveSmallIntegerField(
        _("regular: at least that many purchases"), default=3
    )
    regular_days = models.PositiveSmallIntegerField(_("regular: within the last days"), default=90)
    inactive_days = models.PositiveSmallIntegerField(_("inactive: nothing for that many days"), default=90)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programme")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="programme_is_one")]

    def __str__(self) -> str:
        return self.store_name or settings.STORE_NAME


class BranchQuerySet(models.QuerySet["Branch"]):
    def open(self) -> "BranchQuerySet":
        return self.filter(is_active=True)


class Branch(models.Model):
    """A place with a counter. One that closed stays, for what happened there."""

    name = models.CharField(_("branch name"), max_length=120)
    code = models.CharField(_("branch code"), max_length=20, unique=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    address = models.TextField(_("address"), blank=True, max_length=1000)
    is_active = models.BooleanField(_("open"), default=True)

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class BackofficeAccount(models.Model):
    """One of the operator's people: an Admin, an Operator or, at one branch's counter, Staff."""

    user = models.OneToOneField(
        User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="backoffice"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("Staff work at this branch alone. Empty: at any."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("backoffice account")
        verbose_name_plural = _("backoffice accounts")

    def __str__(self) -> str:
        return str(self.user)


class RoleRights(models.Model):
    """What a role may do. An Admin may do everything and has no row."""

    role = models.CharField(_("role"), max_length=10, choices=Role.choices, unique=True)
    rights: Any = ArrayField(
        models.CharField(max_length=24, choices=Right.choices), verbose_name=_("rights"), default=list
    )

    class Meta:
        verbose_name = _("rights of a role")
        verbose_name_plural = _("rights of roles")

    def __str__(self) -> str:
        return str(Role(self.role).label)
