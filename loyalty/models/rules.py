"""Rules by which spending and joining give points."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider
from loyalty.enums import Rounding, RuleKind
from loyalty.models.members import Level
from loyalty.models.programme import Branch


class EarningRule(models.Model):
    """Looked at from the top: by `position`. Which fields matter depends on `kind`; conditions that are left
    empty hold for everybody and always."""

    name = models.CharField(_("rule name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=RuleKind.choices)
    description = models.TextField(_("details"), blank=True, max_length=2000)
    is_active = models.BooleanField(_("in force"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_last = models.BooleanField(
        _("no rules after this one"),
        default=False,
        help_text=_("When this rule gives points, rules of the same kind below it are left out."),
    )
    # SPENDING: `points` for each whole or partial `per_amount`, by `rounding`.
    per_amount = models.DecimalField(
        _("for each"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    rounding = models.CharField(_("rounding"), max_length=8, choices=Rounding.choices, default=Rounding.DOWN)
    # MULTIPLIER
    multiplier = models.DecimalField(
        _("times"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(1))],
    )
    minimum = models.DecimalField(
        _("minimum spend"),
        max_digits=14,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    # Keys of the store's categories, as text.
    categories: Any = ArrayField(
        models.CharField(max_length=20), verbose_name=_("categories"), default=list, blank=True
    )
    providers: Any = models.ManyToManyField(
        Provider, verbose_name=_("providers"), blank=True, related_name="+"
    )
    branches: Any = models.ManyToManyField(Branch, verbose_name=_("branches"), blank=True, related_name="+")
    levels: Any = models.ManyToManyField(Level, verbose_name=_("levels"), blank=True, related_name="+")
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    # 0 is Monday.
    weekdays: Any = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True
    )
    from_time = models.TimeField(_("from"), null=True, blank=True)
    until_time = models.TimeField(_("until"), null=True, blank=True)
    in_birthday_month = models.BooleanField(_("only in the month of the member's birthday"), default=False)

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
