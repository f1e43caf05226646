"""Reads of orders. Every one that a person sees starts from `visible_to`."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from accounts.enums import MemberRole
from accounts.models import Provider, User
from accounts.queries import memberships_of
from marketplace.common.counting import counted
from marketplace.common.text import fold, fold_digits
from messaging.models import Thread
from orders.enums import OrderStatus, SalesChannel
from orders.models import Order, OrderEvent

PAGE_SIZE = 20
# Counting stops here, so that a page costs the same with a million orders; shown as "10,000+".
COUNT_LIMIT = 10_000

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
    web = Q(channel=SalesChannel.WEB)
    return [orders.filter(web), orders.filter(~web, created_by=seen_by)]


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
    """Those in that state, of that channel and kind, made by that person, placed on those days of `tz`."""
    same = {"status": status, "channel": channel, "sale_kind": kind, "created_by": agent}
    orders = orders.filter(**{name: value for name, value in same.items() if value})
    if since:
        orders = orders.filter(placed_at__gte=datetime.combine(since, time.min, tz))
    if until:
        orders = orders.filter(placed_at__lt=datetime.combine(until + timedelta(days=1), time.min, tz))
    return orders


def matching(orders: QuerySet[Order], search: str) -> QuerySet[Order]:
    """Those whose number, customer's name or phone holds every word of `search`."""
    for word in _search_words(search):
        orders = orders.filter(search_text__contains=word)
    return orders


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
    orders = orders_of_shop(provider)
    if seen_by is not None:
        role = role_in(provider, seen_by)
        if role is None:
            orders = orders.none()
        elif role != MemberRole.OWNER:
            # Not in parts: along the index of a state nearly every order counts, so the limit comes soon.
            orders = orders.filter(Q(channel=SalesChannel.WEB) | Q(created_by=seen_by))
    return _counts(orders)


def customer_order_counts(user: User) -> dict[str, int]:
    """The same for what the person ordered."""
    return _counts(orders_of_customer(user))


def new_orders_count(provider: Provider, *, seen_by: User | None = None) -> int:
    """Placed and not yet confirmed."""
    return _count(orders_of_shop(provider, seen_by=seen_by).filter(status=OrderStatus.PLACED))


def orders_per_day(
    provider: Provider, *, days: int = 30, tz: tzinfo, seen_by: User | None = None
) -> list[tuple[date, int]]:
    """(day in `tz`, orders placed on it) of the last `days` days, today last, no day missing."""
    today = timezone.now().astimezone(tz).date()
    first = today - timedelta(days=days - 1)
    placed = dict(
        orders_of_shop(provider, seen_by=seen_by)
        .filter(placed_at__gte=datetime.combine(first, time.min, tz))
        .annotate(day=TruncDate("placed_at", tzinfo=tz))
        .values_list("day")
        .annotate(orders=Count("pk"))
        .order_by()
    )
    return [(day, placed.get(day, 0)) for day in (first + timedelta(days=n) for n in range(days))]


def recent_orders(whose: Provider | User, limit: int = 5, *, seen_by: User | None = None) -> list[Order]:
    """The newest orders of a shop, or of a customer, with customer, provider, thread and lines."""
    if isinstance(whose, Provider):
        parts = [orders_of_shop(whose)] if seen_by is None else parts_of_shop(whose, seen_by=seen_by)
        return newest_page(parts, limit=limit)[0]
    return newest_page([orders_of_customer(whose)], limit=limit)[0]


def orders_in_thread(thread: Thread, user: User, limit: int = 30) -> list[Order]:
    """What `user` may see of the orders made in this thread, newest first, with their events."""
    orders = Order.objects.visible_to(user).filter(thread=thread)
    return list(_with_parts(orders).order_by("-pk")[:limit])


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


def _counts(orders: QuerySet[Order]) -> dict[str, int]:
    by_status = ((str(status), orders.filter(status=status).order_by("-pk")) for status in OrderStatus)
    found = counted(by_status, COUNT_LIMIT)
    counts = {str(status): found.get(str(status), 0) for status in OrderStatus}
    return {**counts, "all": sum(counts.values())}


def _count(orders: QuerySet[Order]) -> int:
    return orders.order_by()[:COUNT_LIMIT].count()
