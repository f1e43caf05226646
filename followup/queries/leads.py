"""Which leads a person may see, and what a list of them is narrowed to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import Contains
from django.utils import timezone

from accounts.enums import MemberRole
from accounts.models import Provider, User
from followup.enums import LeadKind
from followup.models import CallbackRequest, SilentThread
from marketplace.common.folding import Folded
from marketplace.common.text import fold, fold_digits
from orders.enums import DeskState, OrderStatus
from orders.models import Order, OrderLine, TransferNotice
from orders.queries.orders import matches, parts_for, role_in

# Of each kind, parts that do not overlap.
Leads = dict[LeadKind, list[QuerySet[Any]]]
ALL_KINDS = tuple(LeadKind)
FEWEST_DIGITS = 4  # fewer of them are in every phone


@dataclass(frozen=True, slots=True)
class Day:
    """The shop's own calendar day: `start` and `end` are its midnights."""

    start: datetime
    end: datetime
    zone: tzinfo

    def date_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; an empty value narrows nothing. All but `search` are about orders or
    notices and leave other kinds as they are. `first` and `last` are days of the shop's zone."""

    search: str = ""
    status: str = ""
    channel: str = ""
    agent: int | None = None
    service: int | None = None
    first: date | None = None
    last: date | None = None
    finding: str = ""
    decision: str = ""


def day_of(provider: Provider, now: datetime | None = None) -> Day:
    zone = ZoneInfo(provider.time_zone)
    today = (now or timezone.now()).astimezone(zone).date()
    start, end = (datetime.combine(today + timedelta(days=n), time.min, zone) for n in (0, 1))
    return Day(start, end, zone)


def visible_leads(kind: LeadKind, user: User) -> QuerySet[Any]:
    """What of this kind stands on the desks of the shops in which `user` works, and `user` may see.

    An unfinished order is not there (B2), nor is a card of a colleague.
    """
    return _visible(kind, user).filter(provider__in=Provider.objects.filter(members__user=user).values("pk"))


def _visible(kind: LeadKind, user: User) -> QuerySet[Any]:
    leads: QuerySet[Any]
    if kind == LeadKind.ORDER:
        leads = Order.objects.visible_to(user).exclude(status=OrderStatus.DRAFT)
    elif kind == LeadKind.CALLBACK:
        leads = CallbackRequest.objects.visible_to(user)
    elif kind == LeadKind.TRANSFER:
        leads = TransferNotice.objects.visible_to(user)
    else:
        # A conversation stands here because of its silence alone, so it is never "not followed up".
        leads = SilentThread.objects.visible_to(user).exclude(desk_state=DeskState.NONE)
    return leads


def leads_of(kinds: Sequence[LeadKind], provider: Provider, seen_by: User, wanted: Wanted) -> Leads:
    """Those of one shop, narrowed, as parts that do not overlap, each along one index; none for who does not
    work there."""
    role = role_in(provider, seen_by)
    if role is None:
        return {kind: [] for kind in kinds}
    leads = {
        kind: [_narrowed(part, kind, provider, wanted) for part in _parts(kind, provider, seen_by, role)]
        for kind in kinds
    }
    return _searched(leads, provider, seen_by, wanted.search) if wanted.search else leads


def _parts(kind: LeadKind, provider: Provider, seen_by: User, role: str) -> list[QuerySet[Any]]:
    if kind == LeadKind.ORDER:
        orders = parts_for(provider, seen_by, role)
        return [part.exclude(status=OrderStatus.DRAFT) for part in orders]
    if kind == LeadKind.TRANSFER:
        notices = TransferNotice.objects.filter(provider=provider)
        if role != MemberRole.OWNER:
            notices = notices.filter(Q(only_for=None) | Q(only_for=seen_by))
        return [notices]
    if kind == LeadKind.CALLBACK:
        return [CallbackRequest.objects.filter(provider=provider)]
    return [SilentThread.objects.filter(provider=provider).exclude(desk_state=DeskState.NONE)]


def _narrowed(leads: QuerySet[Any], kind: LeadKind, provider: Provider, wanted: Wanted) -> QuerySet[Any]:
    if kind == LeadKind.ORDER:
        leads = _narrowed_orders(leads, provider, wanted)
    elif kind == LeadKind.TRANSFER:
        if wanted.finding:
            leads = leads.filter(finding=wanted.finding)
        if wanted.decision:
            leads = leads.filter(decision=wanted.decision)
    return leads


def _narrowed_orders(orders: QuerySet[Any], provider: Provider, wanted: Wanted) -> QuerySet[Any]:
    exact = {"status": wanted.status, "channel": wanted.channel, "created_by": wanted.agent}
    orders = orders.filter(**{name: value for name, value in exact.items() if value})
    if wanted.agent:  # a web order was made by its customer
        orders = orders.exclude(channel="web")
    if wanted.service:
        sold = OrderLine.objects.filter(order=OuterRef("pk"), service=wanted.service)
        orders = orders.filter(Exists(sold))
    zone = ZoneInfo(provider.time_zone)
    if wanted.first:
        orders = orders.filter(placed_at__gte=datetime.combine(wanted.first, time.min, zone))
    if wanted.last:
        end = datetime.combine(wanted.last + timedelta(days=1), time.min, zone)
        orders = orders.filter(placed_at__lt=end)
    return orders


def _searched(leads: Leads, provider: Provider, seen_by: User, search: str) -> Leads:
    """By number, name or phone, as orders are found; a notice by its order, a conversation by the orders that
    the reader may see of its customer, or by the customer."""
    orders = Order.objects.filter(provider=provider)
    ordered = matches(orders, search) if set(leads) - {LeadKind.CALLBACK} else Q()
    found = {LeadKind.ORDER: ordered}
    if LeadKind.TRANSFER in leads:
        found[LeadKind.TRANSFER] = Q(order__in=orders.filter(ordered).values("pk"))
    if LeadKind.CALLBACK in leads:
        found[LeadKind.CALLBACK] = matches(CallbackRequest.objects.filter(provider=provider), search)
    if LeadKind.THREAD in leads:
        seen = Order.objects.visible_to(seen_by).filter(ordered, provider=provider)
        found[LeadKind.THREAD] = Q(thread__in=seen.values("thread")) | _customer_is(search)
    return {kind: [part.filter(found[kind]) for part in parts] for kind, parts in leads.items()}


def _customer_is(search: str) -> Q:
    digits = re.sub(r"\D", "", fold_digits(search[:100]))
    words: Sequence[str] = fold(search[:100]).split()
    named = Q(pk__isnull=not words)
    for word in words:
        named &= Q(Contains(Folded("thread__customer__display_name"), word))
    # Phones are stored with their country code, which a national one has a zero for.
    significant = digits.lstrip("0")
    if len(significant) >= FEWEST_DIGITS:
        named |= Q(thread__customer__phone__contains=significant)
    return named
