"""Couriers, what a shop lets them see, and who could take an order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import MemberRole
from accounts.models import Provider, User
from delivery.models import Courier, Delivery, DeliverySettings
from marketplace.common.counting import counted
from marketplace.common.text import fold, fold_digits
from orders.models import Order

LIST_SIZE = 30
MOST_CHOICES = 60  # more are found by their name or phone
COUNT_LIMIT = 100  # shown as "100+"
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]*")

Parts = Sequence[QuerySet[Delivery]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A courier who could take an order; `tasks` stops at COUNT_LIMIT."""

    courier: Courier
    tasks: int


def settings_of(provider: Provider) -> DeliverySettings:
    """The stored ones, or the first values, not stored."""
    return DeliverySettings.objects.filter(provider=provider).first() or DeliverySettings(provider=provider)


def parts_for(provider: Provider, user: User, role: str | None) -> list[QuerySet[Delivery]]:
    """What `dispatched_by` finds of one shop, as parts that do not overlap and that an index holds together.
    Empty for who does not work there."""
    found = Delivery.objects.filter(provider=provider)
    if role is None:
        return []
    if role == MemberRole.OWNER:
        return [found]
    return [found.filter(only_for=None), found.filter(only_for=user)]


def open_counts(parts: Parts, couriers: Sequence[Courier]) -> dict[int, int]:
    """Courier's id → number of open tasks among `parts`, at most COUNT_LIMIT; without tasks left out."""
    return counted(
        (
            (courier.pk, part.filter(courier=courier, closed_at=None).order_by("due_at", "assignment_number"))
            for courier in couriers
            for part in parts
        ),
        COUNT_LIMIT,
    )


def choices_for(
    provider: Provider, parts: Parts, *, search: str = "", but: Courier | None = None
) -> tuple[list[Choice], bool]:
    """Who may be given an order of this shop, by name, with their open tasks, and whether there are more."""
    couriers = Courier.objects.active().usable_by(provider).select_related("user").filter(_named(search))
    if but is not None:
        couriers = couriers.exclude(pk=but.pk)
    found = list(couriers.order_by("user__display_name", "pk")[: MOST_CHOICES + 1])
    counts = open_counts(parts, found[:MOST_CHOICES])
    return [Choice(one, counts.get(one.pk, 0)) for one in found[:MOST_CHOICES]], len(found) > MOST_CHOICES


def couriers_page(
    provider: Provider, *, after: int | None = None, search: str = ""
) -> tuple[list[Choice], int | None]:
    """A page of the shop's own couriers, the first made first, and the `after` of the next page."""
    couriers = Courier.objects.filter(provider=provider).select_related("user").filter(_named(search))
    if after is not None:
        couriers = couriers.filter(pk__gt=after)
    found = list(couriers.order_by("pk")[: LIST_SIZE + 1])
    shown = found[:LIST_SIZE]
    counts = open_counts([Delivery.objects.filter(provider=provider)], shown)
    rows = [Choice(one, counts.get(one.pk, 0)) for one in shown]
    return rows, shown[-1].pk if len(found) > LIST_SIZE else None


def _named(search: str) -> Q:
    """Who has every typed word in the name or username, however its letters are spelt; or the typed digits in
    the phone, from the country code on (+66, 0066) or as it is dialled at home. Everybody for a search of
    nothing."""
    typed = fold_digits(search[:100]).strip()
    if not typed:
        return Q()
    words = fold(typed).split()
    found = Q(pk=None) if not words else Q()
    for word in words:
        found &= Q(user__name_folded__contains=word) | Q(user__username__icontains=word)
    digits = re.sub(r"\D", "", typed).lstrip("0") if _PHONE.fullmatch(typed) else ""
    return found | Q(user__phone__contains=digits) if digits else found


def operators_couriers(limit: int = 10) -> list[Courier]:
    """Those whom every shop may ask."""
    return list(Courier.objects.active().filter(provider=None).select_related("user").order_by("pk")[:limit])


def open_tasks_of(courier: Courier, parts: Parts, limit: int = 200) -> list[Delivery]:
    """In the courier's own order, with their orders."""
    pks = [
        pk
        for part in parts
        for pk in part.filter(courier=courier, closed_at=None)
        .order_by("assignment_number")
        .values_list("pk", flat=True)[:limit]
    ]
    tasks = Delivery.objects.filter(pk__in=pks).select_related("order__customer", "courier__user")
    return list(tasks.order_by("assignment_number")[:limit])


def as_held(orders: Sequence[Order]) -> list[Order]:
    """The same orders, those of one courier in that courier's own sequence among their places."""
    held = Delivery.objects.filter(order__in=orders, courier__isnull=False, closed_at=None)
    rows = list(held.order_by("assignment_number").values_list("order_id", "courier_id"))
    whose, by_pk = dict(rows), {order.pk: order for order in orders}
    queues: dict[int | None, list[int]] = {}
    for order_pk, courier_pk in rows:
        queues.setdefault(courier_pk, []).append(order_pk)
    return [by_pk[queues[whose[one.pk]].pop(0)] if one.pk in whose else one for one in orders]


def with_tasks(provider: Provider, parts: Parts) -> QuerySet[Courier]:
    """The couriers who have open tasks of this shop, active or not."""
    couriers = Courier.objects.usable_by(provider).select_related("user")
    return couriers.filter(_has_tasks(parts)).order_by("pk")


def without_tasks(provider: Provider, parts: Parts) -> QuerySet[Courier]:
    couriers = Courier.objects.active().usable_by(provider).select_related("user")
    return couriers.exclude(_has_tasks(parts)).order_by("pk")


def _has_tasks(parts: Parts) -> Exists:
    mine = [Exists(part.filter(courier=OuterRef("pk"), closed_at=None)) for part in parts]
    found = mine[0]
    for one in mine[1:]:
        found = found | one  # type: ignore[assignment]
    return found
