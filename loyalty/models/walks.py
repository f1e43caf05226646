from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Walk(models.Model):
    """Work that goes along all members in pieces, and how far it got: see loyalty.domain.walks. `part` is
    what it is at, "" when there is nothing to do; `after_pk` is the last key of it that was done."""

    name = models.CharField(max_length=10, unique=True, editable=False)
    part = models.CharField(max_length=12, default="", editable=False)
    after_pk = models.BigIntegerField(default=0, editable=False)
    # Of the work of a day: which one, and which was the last one before.
    day = models.DateField(null=True, editable=False)
    since = models.DateField(null=True, editable=False)
    # Keys of members that could not be done, and of those for which that was so the last time.
    failed: Any = ArrayField(models.BigIntegerField(), default=list, editable=False)
    again: Any = ArrayField(models.BigIntegerField(), default=list, editable=False)

    class Meta:
        verbose_name = _("background work")
        verbose_name_plural = _("background work")

    def __str__(self) -> str:
        return self.name
