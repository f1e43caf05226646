"""Changing the levels: everybody's is worked out anew, by a worker."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.domain.ledger import lock_member
from loyalty.domain.levels import refresh_level
from loyalty.models import EarningRule, Level, Member
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError

AT_ONCE = 500


def refresh_everybody() -> None:
    """Starts it; each task does some members and starts the next."""
    enqueue_on_commit("loyalty.refresh_levels", after_pk=0)


def refresh_levels(after_pk: int) -> int | None:
    """Of the next members; the key of the last one, or None when all are done."""
    keys = list(
        Member.objects.current().filter(pk__gt=after_pk).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    )
    for pk in keys:
        with transaction.atomic():
            refresh_level(lock_member(pk))
    return keys[-1] if len(keys) == AT_ONCE else None


def delete_level(level: Level) -> None:
    """One that nobody has or had. Raises DomainError otherwise: a level that was given stays."""
    is_had = Member.objects.filter(Q(level=level) | Q(hand_level=level)).exists()
    is_for_it = level.rewards.exists() or level.packages.exists()
    # An offer or a rule that names no level any more would be for everybody.
    if is_had or is_for_it or EarningRule.objects.filter(levels=level).exists():
        raise DomainError(
            _("Members have this level, or something is for it. Change its name or amount instead."),
            code="level_in_use",
        )
    level.delete()
    refresh_everybody()
