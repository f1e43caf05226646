"""The secret in the address of a task: whose task it opens now, and whose it opened until its end."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from delivery.enums import Outcome
from delivery.models import Assignment, Delivery

# A phone may have been without signal when its link ended: what it still has to say is taken in, for a while.
TAKEN_FOR = timedelta(days=14)
MOST_LATE = 20  # reports of one link


def hash_of(token: str) -> str:
    """What is stored of a link that may be over. A token is random and long: no salt makes it safer."""
    return hashlib.sha256(token.encode()).hexdigest()


def with_link(token: str, *, now: datetime) -> "QuerySet[Delivery]":
    """The task that this link opens now: none once its time is over, the delivery too, the task somebody
    else's (then it has another link), or its courier may not log in."""
    live = Delivery.objects.open().filter(courier__user__is_active=True)
    return live.filter(link_token=token, link_until__gt=now)


def had_link(token: str) -> "QuerySet[Assignment]":
    """The hand-over whose link this is or was; none for a made-up one, and while its courier may not log
    in."""
    known = Assignment.objects.filter(link_hash=hash_of(token), courier__user__is_active=True)
    return known.select_related("courier__user", "delivery__order", "delivery__provider")


def takes_late(assignment: Assignment, *, now: datetime) -> bool:
    """Whether one more report of who had this link is taken in."""
    late = assignment.events.exclude(outcome=Outcome.COUNTED)
    return now - _ended_at(assignment, now) <= TAKEN_FOR and late.count() < MOST_LATE


def knows(assignment: Assignment, client_id: str) -> bool:
    """Whether its courier's report of this id is stored, and its sender did not hear of it."""
    try:
        wanted = UUID(client_id)
    except ValueError:
        return False
    return assignment.events.filter(client_id=wanted).exists()


def _ended_at(assignment: Assignment, now: datetime) -> datetime:
    """The first of: its time was over, so was the delivery, somebody else was given the task."""
    delivery = assignment.delivery
    after = Assignment.objects.filter(delivery=delivery, pk__gt=assignment.pk).order_by("pk").first()
    ends = [after.at] if after else [delivery.link_until, delivery.closed_at]
    return min((end for end in (assignment.link_until, *ends) if end is not None), default=now)
