"""The thread itself: opened by an order, closed and reopened by the shop."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import works_at
from marketplace.common.errors import DomainError
from marketplace.common.realtime import Event, broadcast, broadcast_on_commit
from messaging.events import private_to
from messaging.models import Thread
from messaging.queries import Sides


def open_thread(*, customer: User, provider: Provider, topic: str) -> Thread:
    """The one thread of this customer and provider, open, with `topic` as its newest heading."""
    if works_at(customer, provider.pk):
        raise DomainError(_("This is your own shop."), code="own_shop")
    with transaction.atomic():
        thread, created = Thread.objects.get_or_create(
            customer=customer, provider=provider, defaults={"topic": topic}
        )
        if not created and (thread.topic != topic or thread.is_closed):
            Thread.objects.filter(pk=thread.pk).update(topic=topic, closed_at=None)
            thread.refresh_from_db()
            tell_thread(thread, {"type": "thread", "thread": thread.pk})
    return thread


def close_thread(thread: Thread) -> None:
    """Ends the conversation; the caller has checked that the person works in the shop."""
    _set_closed(thread, closed=True)


def reopen_thread(thread: Thread) -> None:
    _set_closed(thread, closed=False)


def card_changed(thread: Thread, url: str, *, only_for: User | None = None) -> None:
    """Makes every open page that may see it draw the card at `url` again."""
    event: Event = {"type": "card", "thread": thread.pk, "url": url}
    if only_for is not None:
        event["private"] = private_to(only_for.pk, thread.customer_id, thread.provider_id)
    tell_thread(thread, event)


def tell_thread(thread: Thread, event: Event) -> None:
    """`event` to every open page of both sides."""
    for group in (f"user.{thread.customer_id}", f"provider.{thread.provider_id}"):
        broadcast_on_commit(group, event)


async def tell_typing_async(thread_id: int, sides: Sides, *, by: User) -> None:
    """Tells the open pages that `by` is writing. Best effort; nothing is stored or looked up."""
    event = {"type": "typing", "thread": thread_id, "user": by.pk, "name": by.name}
    for group in sides.groups:
        await broadcast(group, event)


def _set_closed(thread: Thread, *, closed: bool) -> None:
    with transaction.atomic():
        # Closing twice keeps the first time, and tells nobody twice.
        moved = Thread.objects.filter(pk=thread.pk, closed_at__isnull=closed).update(
            closed_at=timezone.now() if closed else None
        )
        if moved:
            tell_thread(thread, {"type": "thread", "thread": thread.pk})
