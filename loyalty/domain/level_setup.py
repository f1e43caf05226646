"""Changing the levels: everybody's is worked out anew, by a worker."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.domain.ledger import lock_member
from loyalty.domain.levels import refresh_level
from loyalty.domain.walks import along, go_on
from loyalty.models import EarningRule, Level, Member, Walk
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError


def refresh_everybody() -> None:
    """Leaves it to be done, from the first member on, and starts it; the scheduler finds it, too. Called
    before a level is changed: whoever works at it holds the walk's row and asks for levels then."""
    anew = {"part": "levels", "after_pk": 0, "failed": [], "again": []}
    Walk.objects.update_or_create(name="levels", defaults=anew)
    enqueue_on_commit("loyalty.refresh_levels")


def refresh_levels() -> bool:
    """A piece of what is left of that; whether some may be left. Who could not be done is tried once more."""
    return go_on("levels", _step)


def _step(walk: Walk) -> bool:
    if not walk.part:
        return False
    members = Member.objects.current()
    rows = members.filter(pk__in=walk.again) if walk.part == "again" else members
    is_over, failed = along(walk, rows, lambda pk: refresh_level(lock_member(pk)), what="level of member")
    walk.failed = [*walk.failed, *failed]
    if is_over:
        walk.part = "again" if walk.part == "levels" and walk.failed else ""
        walk.again, walk.failed, walk.after_pk = walk.failed, [], 0
    return True


def delete_level(level: Level) -> None:
    """One that nobody has or had. Raises DomainError otherwise: a level that was given stays."""
    with transaction.atomic():
        refresh_everybody()
        _delete(level)


def _delete(level: Level) -> None:
    is_had = Member.objects.filter(Q(level=level) | Q(hand_level=level)).exists()
    is_for_it = level.rewards.exists() or level.packages.exists()
    # An offer or a rule that names no level any more would be for everybody.
    if is_had or is_for_it or EarningRule.objects.filter(levels=level).exists():
        raise DomainError(
            _("Members have this level, or something is for it. Change its name or amount instead."),
            code="level_in_use",
        )
    level.delete()
