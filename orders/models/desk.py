"""What the sales desk keeps on each thing that it follows up."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.enums import DeskState, DeskTask, Symbol


class FollowedUp(models.Model):
    """Kept by `followup.domain` alone; untouched it says "not followed up", so a new row needs no event.

    `due_at` is the moment that the newest note names or that a task began, whichever comes first.
    """

    desk_state = models.CharField(
        _("Follow-up"), max_length=6, choices=DeskState.choices, default=DeskState.NONE, editable=False
    )
    due_at = models.DateTimeField(_("Follow-up date"), null=True, editable=False)
    # Silence that became a task, and since when.
    task = models.CharField(
        _("task"), max_length=12, choices=DeskTask.choices, blank=True, default="", editable=False
    )
    task_since = models.DateTimeField(_("task since"), null=True, editable=False)

    class Meta:
        abstract = True

    def symbol(self, tomorrow: datetime) -> Symbol:
        """`tomorrow` is when the shop's calendar day ends: what is due on that day is due from its start."""
        if self.desk_state == DeskState.NONE:
            return Symbol.NOT_FOLLOWED
        if self.desk_state == DeskState.ENDED:
            return Symbol.ENDED
        return Symbol.DUE if self.due_at is not None and self.due_at < tomorrow else Symbol.FOLLOWING
