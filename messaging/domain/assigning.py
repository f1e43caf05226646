"""Whose room it is. Moving one never touches the orders made in it: a card belongs to its maker."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import people_of, works_at
from marketplace.common.errors import DomainError
from marketplace.common.realtime import broadcast_on_commit
from messaging import presence
from messaging.models import Thread
from messaging.queries import freest_of


def assign_thread(thread: Thread, *, to: User | None, by: User) -> Thread:
    """Gives the room to one of the shop's people, or to nobody; whoever works there may.

    Both of them see a line on their open page; the customer hears nothing of it. Refusals have the codes
    not_allowed and not_a_member.
    """
    _check(thread, by)
    if to is not None and not people_of(thread.provider).filter(pk=to.pk).exists():
        raise DomainError(_("This person does not work in the shop any more."), code="not_a_member")
    with transaction.atomic():
        stored = (
            Thread.objects.with_assignee()
            .select_for_update(of=("self",), no_key=True)
            .select_related("assigned_to")
            .get(pk=thread.pk)
        )
        before = stored.assigned_to if stored.assignee_id else None
        if before != to or stored.assigned_to_id != (to.pk if to else None):
            stored.assigned_to, stored.assigned_at = to, timezone.now() if to else None
            stored.save(update_fields=["assigned_to", "assigned_at"])
            _tell(stored, before, to, by)
    thread.assigned_to, thread.assigned_at = stored.assigned_to, stored.assigned_at
    return thread


def assign_to_free(thread: Thread, *, by: User) -> Thread:
    """Gives the room to whoever of the shop's people has a page open now and the fewest open rooms; among
    equals to who has waited longest for one. Refused with the code nobody_here when nobody is there."""
    _check(thread, by)
    with transaction.atomic():
        # One after the other, or two rooms at once would go to the same person.
        Provider.objects.select_for_update(no_key=True).get(pk=thread.provider_id)
        here = presence.people_here(people_of(thread.provider).values_list("pk", flat=True))
        chosen = freest_of(here, thread)
        if chosen is None:
            raise DomainError(
                _("Nobody of the shop is online now. Choose a person by name."), code="nobody_here"
            )
        return assign_thread(thread, to=chosen, by=by)


def _check(thread: Thread, by: User) -> None:
    if not works_at(by, thread.provider_id):
        raise DomainError(_("Only the shop's people can assign a conversation."), code="not_allowed")


def _tell(thread: Thread, before: User | None, to: User | None, by: User) -> None:
    broadcast_on_commit(f"provider.{thread.provider_id}", {"type": "thread", "thread": thread.pk})
    for person in _others((before, to), by):
        with translation.override(person.language or None):
            if person == to:
                text = gettext("%(name)s gave you a conversation:") % {"name": by.name}
            else:
                text = gettext("%(name)s gave a conversation of yours to somebody else:") % {"name": by.name}
        event = {"type": "toast", "text": text, "about": thread.topic, "url": thread.get_absolute_url()}
        broadcast_on_commit(f"user.{person.pk}", event)


def _others(people: Iterable[User | None], by: User) -> list[User]:
    return [person for person in people if person is not None and person != by]
