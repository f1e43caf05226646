"""Reads of orders. Every one that a person sees starts from `visible_to`."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from functools import reduce
from operator import or_
from typing import TypeVar

from django.core.cache import cache
from django.db.models import Count, Model, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from accounts.enums import MemberRole
from accounts.models import Provider, User
from accounts.queries import memberships_of, works_at
from marketplace.common.counting import COUNT_LIMIT, counted
from marketplace.common.text import fold, fold_digits
from messaging.models import Thread
from orders.enums import OrderStatus
from orders.models import Order, OrderEvent
from orders.models.order import WEB, found_by_agent

PAGE_SIZE = 20
FEW_MATCHES = 200
DAY_SECONDS = 24 * 3600

Found = TypeVar("Found", bound=Model)

_WITHIN_PHONES = re.compile(r"[\s()+.\-]")


def orders_of_customer(user: User) -> QuerySet[Order]:
    return Order.objects.visible_to(user).filter(customer=user)


def orders_of_shop(provider: Provider, *, seen_by: User | None = None) -> QuerySet[Order]:
    """The shop's orders; with `seen_by` those of them that this person may see."""
    orders = Order.objects.all() if seen_by is None else Order.objects.visible_to(seen_by)
    return orders.filter(provider=provider)


def parts_of_shop(provider: Provider, *, seen_by: User) -> list[QuerySet[Order]]:
    """The same as parts that do not overlap, each of which an index holds together: an agent's own orders may
    be one in a million. Empty for who does not work there."""
    return parts_for(provider, seen_by, role_in(provider, seen_by))


def role_in(provider: Provider, user: User) -> str | None:
    return memberships_of(user).filter(provider=provider).values_list("role", flat=True).first()


def parts_for(provider: Provider, seen_by: User, role: str | None) -> list[QuerySet[Order]]:
    """The same where the person's role in the shop is known already."""
    orders = Order.objects.filter(provider=provider)
    if role is None:
        return []
    if role == MemberRole.OWNER:
        return [orders]
    return [orders.filter(found) for found in found_by_agent(seen_by)]


def may_handle(order: Order, user: User) -> bool:
    """Whether the order is `user`'s to work on: somebody of its shop who finds it there."""
    is_found = Order.objects.visible_to(user).filter(pk=order.pk)
    return works_at(user, order.provider_id) and is_found.exists()


def newest_page(
    parts: Sequence[QuerySet[Order]],
    *,
    status: str = "",
    search: str = "",
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> tuple[list[Order], int | None]:
    """A page of all `parts` together, newest first, and the `before` of the next page, None on the last.

    Each comes with customer, provider, thread, maker and lines.
    """
    arms = []
    for orders in parts:
        if status:
            orders = orders.filter(status=status)
        if before is not None:
            orders = orders.filter(pk__lt=before)
        arms.append(matching(orders, search).order_by("-pk")[: limit + 1])
    if len(arms) == 1:
        rows = list(_with_parts(arms[0]))
    else:
        found = sorted((pk for arm in arms for pk in arm.values_list("pk", flat=True)), reverse=True)
        wanted = Order.objects.filter(pk__in=found[: limit + 1])
        rows = list(_with_parts(wanted).order_by("-pk"))
    return rows[:limit], rows[limit - 1].pk if len(rows) > limit else None


def narrowed(
    orders: QuerySet[Order],
    *,
    tz: tzinfo,
    status: str = "",
    channel: str = "",
    kind: str = "",
    agent: int | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Order]:
    """Those in that state, of that channel and kind, made by that person for somebody else, placed on those
    days of `tz`."""
    same = {"status": status, "channel": channel, "sale_kind": kind, "created_by": agent}
    orders = orders.filter(**{name: value for name, value in same.items() if value})
    if agent:  # a web order was made by its customer
        orders = orders.exclude(WEB)
    if since:
        orders = orders.filter(placed_at__gte=datetime.combine(since, time.min, tz))
    if until:
        orders = orders.filter(placed_at__lt=datetime.combine(until + timedelta(days=1), time.min, tz))
    return orders


def matching(orders: QuerySet[Found], search: str) -> QuerySet[Found]:
    """Those whose `search_text` (of an order: number, customer's name, phone) holds every word of it."""
    for word in _search_words(search):
        orders = orders.filter(search_text__contains=word)
    return orders


def matches(rows: QuerySet[Found], search: str) -> Q:
    """The same as a condition, for many reads of one search: what matches few rows is looked up here, once,
    and named by its keys; what matches many is met soon along any index."""
    found = matching(rows, search)
    pks = list(found.order_by().values_list("pk", flat=True)[: FEW_MATCHES + 1])
    if len(pks) <= FEW_MATCHES:
        return Q(pk__in=pks)
    return Q(*(("search_text__contains", word) for word in _search_words(search)))


def searchable(number: str | None, name: str, phone: str) -> str:
    """What `matching` looks in: the phone with and without its country code."""
    read = _read_phone(phone)
    if read is not None and read.is_valid():
        digits = [str(read).lstrip("+"), re.sub(r"\D", "", read.as_national)]
    else:
        digits = [_WITHIN_PHONES.sub("", fold_digits(phone))]
    return " ".join([number or "", fold(name), *digits]).strip()


def _read_phone(phone: str) -> PhoneNumber | None:
    """None for what is no phone at all: an outside order system may send anything."""
    try:
        return PhoneNumber.from_string(phone) if phone else None
    except NumberParseException:
        return None


def customer_with_phone(provider: Provider, phone: str) -> User | None:
    """The shop's own customer with that phone, the oldest if several share it."""
    return User.objects.filter(phone=phone, is_active=True, threads__provider=provider).order_by("pk").first()


def last_order_of(customer: User, provider: Provider, *, seen_by: User) -> Order | None:
    """The newest order of this customer here that is more than a draft and not cancelled."""
    orders = orders_of_shop(provider, seen_by=seen_by).filter(customer=customer)
    return orders.exclude(status__in=[OrderStatus.DRAFT, OrderStatus.CANCELLED]).order_by("-pk").first()


def order_counts(provider: Provider, *, seen_by: User | None = None) -> dict[str, int]:
    """Status → number of the shop's orders, and "all" for their sum; see COUNT_LIMIT."""
    return _counts(_parts(provider, seen_by))


def customer_order_counts(user: User) -> dict[str, int]:
    """The same for what the person ordered."""
    return _counts([orders_of_customer(user)])


def orders_per_day(
    provider: Provider, *, days: int = 30, tz: tzinfo, seen_by: User | None = None
) -> list[tuple[date, int]]:
    """(day in `tz`, orders placed on it) of the last `days` days, today last, no day missing."""
    today = timezone.now().astimezone(tz).date()
    all_days = [today - timedelta(days=back) for back in reversed(range(days))]
    # Nothing is placed on a day that is over, so those are counted once. Yesterday still counts as open: what
    # was placed just before midnight may be stored just after it.
    still_open = max(today - timedelta(days=1), all_days[0])
    role = role_in(provider, seen_by) if seen_by else MemberRole.OWNER
    whose = seen_by.pk if seen_by and role != MemberRole.OWNER else role
    key = f"orders-per-day:{provider.pk}:{whose}:{all_days[0]}:{today}:{tz}"
    over: dict[date, int] | None = cache.get(key)
    if over is None:
        over = _placed_per_day(provider, seen_by, role, all_days[0], still_open, tz)
        cache.set(key, over, DAY_SECONDS)
    open_now = _placed_per_day(provider, seen_by, role, still_open, today + timedelta(days=1), tz)
    return [(day, over.get(day, 0) + open_now.get(day, 0)) for day in all_days]


def _placed_per_day(
    provider: Provider, seen_by: User | None, role: str | None, first: date, before: date, tz: tzinfo
) -> dict[date, int]:
    found = Order.objects.none() if role is None else orders_of_shop(provider)
    if seen_by is not None and role != MemberRole.OWNER:
        found = found.filter(reduce(or_, found_by_agent(seen_by)))
    start, end = (datetime.combine(day, time.min, tz) for day in (first, before))
    in_days = found.filter(placed_at__gte=start, placed_at__lt=end)
    per_day = in_days.annotate(day=TruncDate("placed_at", tzinfo=tz)).values_list("day")
    return dict(per_day.annotate(orders=Count("pk")).order_by())


def recent_orders(whose: Provider | User, limit: int = 5, *, seen_by: User | None = None) -> list[Order]:
    """The newest orders of a shop, or of a customer, with customer, provider, thread and lines."""
    if isinstance(whose, Provider):
        return newest_page(_parts(whose, seen_by), limit=limit)[0]
    return newest_page([orders_of_customer(whose)], limit=limit)[0]


def orders_in_thread(thread: Thread, user: User, limit: int = 30) -> list[Order]:
    """What `user` may see of the orders made in this thread, newest first, with their events."""
    orders = Order.objects.visible_to(user).filter(thread=thread)
    return list(_with_parts(orders).order_by("-pk")[:limit])


def wish_in_thread(thread: Thread, user: User) -> Order | None:
    """The newest order of this thread that waits to be served, with its lines, as `user` may see it."""
    waiting = Order.objects.visible_to(user).filter(
        thread=thread, status__in=[OrderStatus.PLACED, OrderStatus.CONFIRMED]
    )
    return _with_parts(waiting).order_by("-pk").first()


def activity_in_thread(thread: Thread, user: User, limit: int = 50) -> list[OrderEvent]:
    """What happened to those orders, newest first."""
    orders = Order.objects.visible_to(user).filter(thread=thread)
    return list(
        OrderEvent.objects.filter(order__in=orders.values("pk"))
        .select_related("order", "by")
        .order_by("-at", "-pk")[:limit]
    )


def for_page(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With everything that the order page and the card show."""
    return _with_parts(orders).prefetch_related(
        Prefetch("events", OrderEvent.objects.select_related("by").order_by("at", "pk"))
    )


def _with_parts(orders: QuerySet[Order]) -> QuerySet[Order]:
    joined = orders.select_related("customer", "provider", "thread", "created_by")
    return joined.prefetch_related("lines__service")


def _search_words(search: str) -> Iterable[str]:
    digits = _WITHIN_PHONES.sub("", fold_digits(search[:100]))
    if digits.isascii() and digits.isdigit():
        return [digits]  # "081-234 5678" is one number, however it is written
    return fold(search[:100]).split()


def _parts(provider: Provider, seen_by: User | None) -> list[QuerySet[Order]]:
    return [orders_of_shop(provider)] if seen_by is None else parts_of_shop(provider, seen_by=seen_by)


def _counts(parts: Sequence[QuerySet[Order]]) -> dict[str, int]:
    by_status = (
        (str(status), part.filter(status=status).order_by("-pk")) for status in OrderStatus for part in parts
    )
    found = counted(by_status, COUNT_LIMIT)
    counts = {str(status): found.get(str(status), 0) for status in OrderStatus}
    return {**counts, "all": sum(counts.values())}
