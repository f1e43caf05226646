"""Work that goes along all members, in pieces that are tasks of their own, so that alerts get their turn.

How far it got is a row that is locked while some of it is done, and written with it: two workers never do it
at once, and what one that was killed had begun is done by the next.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from loyalty.models import Walk

logger = logging.getLogger(__name__)

# A piece, and what of it is done in one transaction.
SECONDS = 5.0
AT_ONCE = 100


def go_on(name: str, step: Callable[[Walk], bool]) -> bool:
    """A piece of it: `step` after `step`, each in a transaction with the walk, until one returns False, for
    nothing to do. Whether some may be left; False, too, while another worker is at it."""
    Walk.objects.get_or_create(name=name)
    end = time.monotonic() + SECONDS
    while True:
        with transaction.atomic():
            walk = Walk.objects.select_for_update(skip_locked=True).filter(name=name).first()
            if walk is None or not step(walk):
                return False
            walk.save()
        if time.monotonic() >= end:
            return True


def along(
    walk: Walk, rows: QuerySet[Any], each: Callable[[int], object], *, what: str, at_once: int | None = None
) -> tuple[bool, list[int]]:
    """The next of `rows`, by key, each apart; whether these were the last, and which could not be done."""
    most = at_once or AT_ONCE
    keys = list(rows.filter(pk__gt=walk.after_pk).order_by("pk").values_list("pk", flat=True)[:most])
    failed = [key for key in keys if not apart(f"{what} {key}", each, key)]
    walk.after_pk = keys[-1] if keys else walk.after_pk
    return len(keys) < most, failed


def apart(what: str, work: Callable[..., object], *arguments: Any) -> bool:
    """Whether it could be done; if not, that is logged and nothing of it stays."""
    try:
        with transaction.atomic():
            work(*arguments)
    except Exception:
        logger.exception("loyalty: %s could not be done", what)
        return False
    return True
