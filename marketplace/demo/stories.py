"""What happened in the demo market: talks, orders in every state, appointments past and to come.

Everything goes through the same functions as a real click; only the times are moved back afterwards,
so that lists and charts look lived in.
"""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Provider, User
from accounts.queries import owner_of
from appointments.domain import booking
from appointments.models import Appointment
from marketplace.demo import catalog
from marketplace.notify.models import Notification
from messaging.domain import mark_read, open_thread, post_message
from messaging.models import Message, Participation, Thread
from orders.domain import cancel_order, card_url, complete_order, confirm_order, place_order
from orders.enums import OrderStatus
from orders.models import Order, OrderEvent
from services.models import Service

SEED = 20261122
ORDERS = 64
NAMESPACE = uuid.UUID("6f2c1a52-8d0f-4a2e-9f0a-7a1ad0b7a1ad")


def tell_stories(*, say: Callable[[str], object]) -> None:
    """Does nothing when the stories have been told before."""
    if Order.objects.filter(form_token=_token("told")).exists():
        return
    rng = random.Random(SEED)  # noqa: S311  (the same market on every machine)
    now = timezone.now()
    _orders(rng, now)
    say("orders")
    for number, conversation in enumerate(catalog.CONVERSATIONS):
        _conversation(conversation, now - timedelta(hours=3 + 9 * number))
    say("conversations")
    _appointments(now)
    say("appointments")
    _mark_told()
    Notification.objects.exclude(status="sent").update(status="sent", sent_at=now)  # nobody waits for these


def _token(name: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, name)


def _orders(rng: random.Random, now: datetime) -> None:
    customers = list(User.objects.filter(username__in=[c.email for c in catalog.CUSTOMERS]).order_by("pk"))
    services = list(
        Service.objects.filter(provider__slug__isnull=False).select_related("provider").order_by("pk")
    )
    main_shop = Provider.objects.get(members__user__username="provider@demo.example", members__role="owner")
    own = [service for service in services if service.provider_id == main_shop.pk]
    ages = sorted((rng.triangular(0.05, 30, 4) for _ in range(ORDERS)), reverse=True)  # oldest first
    for number, days in enumerate(ages):
        service = rng.choice(own if number % 3 == 0 else services)
        at = now - timedelta(days=days)
        order = place_order(service, by=rng.choice(customers), form_token=_token(f"order{number}"))
        _walk_through_life(order, rng, at, owner_of(service.provider))


def _walk_through_life(order: Order, rng: random.Random, at: datetime, owner: User) -> None:
    fate = rng.choices(
        [OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.COMPLETED, OrderStatus.CANCELLED],
        weights=[3, 3, 7, 1],
    )[0]
    if fate == OrderStatus.CANCELLED:
        cancel_order(order, by=order.customer)
    elif fate != OrderStatus.PLACED:
        confirm_order(order, by=owner)
        if fate == OrderStatus.COMPLETED:
            complete_order(order, by=owner)
    Order.objects.filter(pk=order.pk).update(created_at=at, placed_at=at)
    for step, event in enumerate(order.events.all()):
        moment = min(at + timedelta(hours=5 * step), timezone.now())
        OrderEvent.objects.filter(pk=event.pk).update(at=moment)
        if event.status != OrderStatus.PLACED:
            Order.objects.filter(pk=order.pk).update(**{f"{event.status}_at": moment})
    _date_message(order.thread.messages.get(data__url=card_url(order)), at)
    _settle(order.thread, owner, at)


def _conversation(conversation: catalog.Conversation, start: datetime) -> None:
    described = next(s for s in catalog.SERVICES if s.key == conversation.service)
    service = Service.objects.select_related("provider").get(
        title=described.title, provider__members__user__username=_owner_login(described)
    )
    customer = User.objects.get(username=conversation.customer)
    owner = owner_of(service.provider)
    thread = open_thread(customer=customer, provider=service.provider, topic=service.title)
    for number, (side, text) in enumerate(conversation.lines):
        author = customer if side == "customer" else owner
        message = post_message(thread, by=author, body=text, client_id=_token(f"{conversation}{number}"))
        _date_message(message, start + timedelta(minutes=4 * number))
    _read(thread, owner if conversation.lines[-1][0] == "provider" else customer)


def _owner_login(service: catalog.Service) -> str:
    return next(shop.email for shop in catalog.PROVIDERS if shop.slug == service.provider)


def _settle(thread: Thread, owner: User, at: datetime) -> None:
    """Older orders were read by the shop; the newest of a few are still unread."""
    thread.refresh_from_db()
    if at < timezone.now() - timedelta(days=2):
        _read(thread, owner)


def _date_message(message: Message, wanted: datetime) -> None:
    """Moves the thread's newest message back to `wanted`, but never before the one above it."""
    above = message.thread.messages.filter(seq=message.seq - 1).first()
    at = max(wanted, above.created_at + timedelta(minutes=1)) if above else wanted
    Message.objects.filter(pk=message.pk).update(created_at=min(at, timezone.now()))
    Thread.objects.filter(pk=message.thread_id).update(last_message_at=min(at, timezone.now()))


def _read(thread: Thread, person: User) -> None:
    thread.refresh_from_db()
    mark_read(thread, by=person, seq=thread.last_seq)
    Participation.objects.filter(thread=thread, user=person).update(delivered_seq=thread.last_seq)


def _appointments(now: datetime) -> None:
    owner = User.objects.get(username="provider@demo.example")
    threads = list(
        Thread.objects.filter(provider__members__user=owner).select_related("customer").order_by("pk")
    )
    main = next(t for t in threads if t.customer.username == "customer@demo.example")
    others = [t for t in threads if t.pk != main.pk]
    soon = (now + timedelta(minutes=4)).replace(second=0, microsecond=0)
    noon = (now + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    _book(main, owner, soon, accepted=True, length=timedelta(hours=2))  # green right after the first start
    _book(main, owner, noon + timedelta(days=2), accepted=False)
    for number, thread in enumerate(others[:6]):
        upcoming = _book(
            thread, owner, noon + timedelta(days=number, hours=2 + number % 3), accepted=number % 2 == 0
        )
        past = noon - timedelta(days=4 + 2 * number, hours=number % 4)
        _book(thread, owner, past, accepted=True, now=past - timedelta(days=2))
        if number == 4:
            booking.cancel(upcoming, by=thread.customer)
        if number == 5:
            booking.propose_time(upcoming, by=thread.customer, start=upcoming.start + timedelta(hours=3))


def _book(
    thread: Thread,
    owner: User,
    start: datetime,
    *,
    accepted: bool,
    now: datetime | None = None,
    length: timedelta = timedelta(minutes=60),
) -> Appointment:
    appointment = booking.book_appointment(
        thread, by=owner, topic=thread.topic, start=start, length=length, now=now
    )
    _date_message(thread.messages.latest("seq"), timezone.now() - timedelta(hours=20))
    if accepted:
        appointment = booking.accept(appointment, by=thread.customer, now=now)
    return appointment


def _mark_told() -> None:
    """The first story's token is the mark that all of them are told."""
    Order.objects.filter(form_token=_token("order0")).update(form_token=_token("told"))
