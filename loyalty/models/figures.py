"""What the Home pages show, prepared ahead by loyalty.domain.figures. All of it can be made anew."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models.programme import Branch


class DailyFigure(models.Model):
    """Sums of one day of the store. `kind` is an Activity or Counted; "" is all activities together. Place ""
    is everywhere; what has a branch is at its counter. `members` are different ones: what is together is
    counted for itself, since nobody can add them up."""

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=12, blank=True, default="")
    branch = models.ForeignKey(
        Branch, verbose_name=_("branch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place = models.CharField(_("place"), max_length=10, blank=True, default="")
    entries = models.IntegerField(_("entries"), default=0)
    members = models.IntegerField(_("members"), default=0)
    # Both positive.
    points_in = models.BigIntegerField(_("points given"), default=0)
    points_out = models.BigIntegerField(_("points taken"), default=0)
    # Less those undone on that day.
    redemptions = models.IntegerField(_("redemptions"), default=0)

    class Meta:
        verbose_name = _("figure of a day")
        verbose_name_plural = _("figures of days")
        constraints = [
            models.UniqueConstraint(
                fields=["place", "kind", "day", "branch"], name="figure_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.kind}"


class PreparedFigures(models.Model):
    """One row: how far the days are counted, and what is counted of all members at once."""

    as_of = models.DateTimeField(_("as of"))
    zone = models.CharField(max_length=64, editable=False)
    # Rows with greater keys, whatever day they bear, are counted by the next run.
    last_entry = models.BigIntegerField(default=0, editable=False)
    last_redemption = models.BigIntegerField(default=0, editable=False)
    members = models.IntegerField(_("members"), default=0)
    # Key of the level (or "") → members.
    by_level: Any = models.JSONField(default=dict, editable=False)
    # The rule of User Insight by which `groups` and `months` were counted; group → members; and the same by
    # the last day of each of the last months.
    rule: Any = models.JSONField(default=list, editable=False)
    groups: Any = models.JSONField(default=dict, editable=False)
    months: Any = models.JSONField(default=dict, editable=False)
    # Last day of a month → points that are not good any more after it, unless they are spent.
    expiring: Any = models.JSONField(default=dict, editable=False)
    expiring_as_of = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("prepared figures")
        verbose_name_plural = _("prepared figures")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="prepared_figures_are_one")]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"
