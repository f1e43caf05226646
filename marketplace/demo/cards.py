"""Orders that agents made inside chats, in every state: what one agent sees, the other one does not."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone, translation

from accounts.domain import add_agent
from accounts.models import Provider, User
from accounts.queries import works_at
from marketplace.demo.market import person
from marketplace.demo.stories import NAMESPACE
from marketplace.notify.models import Notification
from messaging.domain import open_thread
from orders.domain import (
    Item,
    cancel_order,
    complete_order,
    confirm_order,
    create_card,
    fill_order,
    order_for_customer,
)
from orders.enums import OrderStatus, SaleKind
from orders.models import Order, OrderEvent
from services.enums import ServiceKind
from services.models import Service

MAIN, HANOI = "provider@demo.example", "bep-ba-lan@demo.example"  # the shops, by their owners
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Agent:
    login: str
    name: str
    language: str
    time_zone: str
    shop: str


@dataclass(frozen=True, slots=True)
class Card:
    agent: str
    customer: str
    state: OrderStatus
    waited: timedelta  # since its newest step
    kind: SaleKind = SaleKind.NEW
    for_customer: bool = False


AGENTS = (
    Agent("agent@demo.example", "พิมพ์ชนก แสงทอง", "th", "Asia/Bangkok", MAIN),
    Agent("agent2@demo.example", "ณัฐพล วงศ์ใหญ่", "th", "Asia/Bangkok", MAIN),
    Agent("agent-mai@demo.example", "Đỗ Ngọc Mai", "vi", "Asia/Ho_Chi_Minh", HANOI),
    Agent("agent-nam@demo.example", "Vũ Hoài Nam", "vi", "Asia/Ho_Chi_Minh", HANOI),
)
_MAI, _NAM, _PIM, _NAT = AGENTS[2].login, AGENTS[3].login, AGENTS[0].login, AGENTS[1].login

CARDS = (
    Card(_MAI, "linh@demo.example", OrderStatus.COMPLETED, 70 * HOUR),
    Card(_MAI, "linh@demo.example", OrderStatus.CONFIRMED, 65 * MINUTE, SaleKind.ADDITIONAL),
    Card(_MAI, "duc@demo.example", OrderStatus.DRAFT, 12 * MINUTE),
    Card(_NAM, "duc@demo.example", OrderStatus.CONFIRMED, 27 * HOUR),
    Card(_NAM, "linh@demo.example", OrderStatus.CANCELLED, 30 * HOUR),
    Card(_NAM, "duc@demo.example", OrderStatus.PLACED, 3 * HOUR, for_customer=True),
    Card(_PIM, "customer@demo.example", OrderStatus.CONFIRMED, 42 * MINUTE),
    Card(_PIM, "kanya@demo.example", OrderStatus.DRAFT, 5 * MINUTE, SaleKind.ADDITIONAL),
    Card(_PIM, "ananda@demo.example", OrderStatus.COMPLETED, 50 * HOUR),
    Card(_NAT, "ananda@demo.example", OrderStatus.PLACED, 2 * HOUR),
    Card(_NAT, "kanya@demo.example", OrderStatus.CONFIRMED, 5 * HOUR, for_customer=True),
    Card(_NAT, "customer@demo.example", OrderStatus.CANCELLED, 26 * HOUR),
)

REASONS = {"th": "ลูกค้าเปลี่ยนใจ", "vi": "Khách đổi ý"}


def make_cards(*, say: Callable[[str], object]) -> None:
    """The agents and their cards that are not there yet."""
    for agent in AGENTS:
        user = person(agent.login, agent.name, agent.language, agent.time_zone)
        shop = _shop(agent.shop)
        if not works_at(user, shop.pk):
            add_agent(shop, user)
    made = []
    for number, card in enumerate(CARDS):
        with translation.override(next(agent.language for agent in AGENTS if agent.login == card.agent)):
            made += [number] if _make(number, card) else []
    if made:
        now = timezone.now()
        Notification.objects.exclude(status="sent").update(
            status="sent", sent_at=now
        )  # nobody waits for these
        say(f"cards of agents: {len(made)}")


def _make(number: int, card: Card) -> bool:
    token = uuid.uuid5(NAMESPACE, f"card{number}")
    by = User.objects.get(username=card.agent)
    if Order.objects.filter(created_by=by, form_token=token).exists():
        return False
    shop = _shop(next(agent.shop for agent in AGENTS if agent.login == card.agent))
    customer = User.objects.get(username=card.customer)
    services = list(Service.objects.of_provider(shop).order_by("pk"))
    item = _item(services[number % len(services)])
    if card.for_customer:
        order = order_for_customer(shop, by=by, customer=customer, items=[item], form_token=token)
    else:
        thread = shop.threads.filter(customer=customer).first()
        topic = thread.topic if thread else services[0].title
        thread = open_thread(customer=customer, provider=shop, topic=topic)
        order = create_card(thread, by=by, sale_kind=card.kind, form_token=token)
        if card.state != OrderStatus.DRAFT:
            order = fill_order(order, by=by, items=[item], note="")
    _move(order, card, by)
    return True


def _item(service: Service) -> Item:
    return Item(service, 2 if service.kind == ServiceKind.GOODS else 1)


def _move(order: Order, card: Card, by: User) -> None:
    if card.state in (OrderStatus.CONFIRMED, OrderStatus.COMPLETED):
        confirm_order(order, by=by)
    if card.state == OrderStatus.COMPLETED:
        complete_order(order, by=by)
    if card.state == OrderStatus.CANCELLED:
        cancel_order(order, by=by, reason=REASONS[by.language])
    _date(order, card)


def _date(order: Order, card: Card) -> None:
    """Moves the card's steps back, an hour between each, the newest one `waited` ago."""
    events = list(order.events.order_by("-pk"))
    for steps, event in enumerate(events):
        at = timezone.now() - card.waited - steps * HOUR
        OrderEvent.objects.filter(pk=event.pk).update(at=at)
        if event.status != OrderStatus.DRAFT:
            Order.objects.filter(pk=order.pk).update(**{f"{event.status}_at": at})
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - card.waited - len(events) * HOUR)


def _shop(owner: str) -> Provider:
    return Provider.objects.get(members__user__username=owner, members__role="owner")
