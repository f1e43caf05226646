"""The dispatch board: who has what, what waits, what went wrong, and the money to bring."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import ProviderMember
from accounts.queries import reader
from delivery import domain
from delivery.domain.conflicts import set_aside as domain_set_aside
from delivery.enums import DeliveryState
from delivery.models import Courier, DeliveryEvent
from delivery.queries import board as queries
from delivery.queries.cash import cash_to_hand_in
from delivery.queries.couriers import COUNT_LIMIT, choices_for, parts_for
from delivery.queries.waiting import orders_waiting
from delivery.views.cards import groups_of, waiting_groups
from delivery.views.common import ip_of, membership, number_of, sms_sentences
from marketplace.common.calendars import base_language
from marketplace.common.errors import DomainError
from marketplace.common.money import format_money
from marketplace.common.requests import as_page_or_fragment, wants_fragment


@as_page_or_fragment
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    template = "delivery/_board.html" if wants_fragment(request) else "delivery/board.html"
    return render(request, template, _context(request, membership(request)))


@require_POST
def hand_in(request: HttpRequest, courier_pk: int) -> HttpResponse:
    """Ticks off what the page showed, no more."""
    shop = membership(request).provider
    courier = get_object_or_404(Courier.objects.usable_by(shop).select_related("user"), pk=courier_pk)
    try:
        amount = Decimal(request.POST.get("amount", ""))
    except InvalidOperation:
        amount = Decimal(-1)
    try:
        done = domain.hand_in_cash(shop, courier=courier, amount=amount, by=reader(request))
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        said = gettext("%(courier)s has handed in %(amount)s.")
        money = format_money(done.amount, done.currency, base_language(get_language()))
        messages.success(request, said % {"courier": courier.name, "amount": money})
    return redirect("delivery:board")


@require_POST
def accept_report(request: HttpRequest, pk: int) -> HttpResponse:
    event = _event(request, pk)
    try:
        event = domain.accept_report(event, by=reader(request), ip=ip_of(request))
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        words = gettext("The report counts now.")
        if event.delivery.state != event.state:  # of who had it before only what ends a delivery moves it
            words = gettext(
                "The report is in the history now. Who has the order stays as it was; hand it over anew."
            )
        messages.success(request, " ".join([words, *sms_sentences(event.delivery)]))
    return redirect("delivery:board")


@require_POST
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    event = _event(request, pk)
    try:
        domain_set_aside(event, by=reader(request))
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, gettext("The report is set aside. It stays in the order's history."))
    return redirect("delivery:board")


def _event(request: HttpRequest, pk: int) -> DeliveryEvent:
    place = membership(request)
    found = parts_for(place.provider, reader(request), place.role)
    events = DeliveryEvent.objects.filter(pk=pk).select_related("delivery")
    event = get_object_or_404(events)
    for part in found:
        if part.filter(pk=event.delivery_id).exists():
            return event
    return get_object_or_404(events.none())


def _context(request: HttpRequest, place: ProviderMember) -> dict[str, Any]:
    shop, user = place.provider, reader(request)
    parts = parts_for(shop, user, place.role)
    by_state = request.GET.get("by") == "state"
    only = request.GET.get("only", "")
    columns, more = _columns(request, place, by_state=by_state, only=only)
    day = queries.day_of(shop)
    for column in columns:
        column.groups = groups_of(column.deliveries, day, by_state=by_state)
    limit = queries.MORE_SIZE if only == "waiting" else queries.COLUMN_SIZE
    waiting = queries.waiting_column(parts, limit=limit)
    orders = orders_waiting(shop, user, place.role, limit=limit)
    waiting.groups = waiting_groups(waiting.deliveries, orders.orders, day)
    over_limit = queries.MORE_SIZE if only == "over" else queries.COLUMN_SIZE
    over = queries.over_today(parts, day, limit=over_limit)
    choices, has_more_choices = choices_for(shop, parts)
    cash_of = number_of(request.GET.get("cash", "")) or None
    cash_page = number_of(request.GET.get("cash_page", "")) or 1
    cash, more_cash = cash_to_hand_in(parts, only=cash_of, page=cash_page)
    return {
        "provider": shop,
        "by_state": by_state,
        "only": only,
        "columns": columns,
        "more_couriers": more,
        "is_first_page": not request.GET.get("after"),
        "waiting": waiting,
        "orders_waiting": orders.orders,
        "waiting_more": waiting.more + orders.more,
        "over": over[:over_limit],
        "over_groups": groups_of(over[:over_limit], day, by_state=by_state, is_over=True),
        "over_is_cut": len(over) > over_limit,
        "idle": [] if by_state or only else queries.idle_couriers(shop, parts),
        "choices": choices,
        "has_more_choices": has_more_choices,
        "conflicts": queries.conflicts(shop, user, place.role),
        "cash": cash,
        "cash_page": cash_page,
        "more_cash": more_cash,
        "cash_of": cash_of,
        "count_limit": COUNT_LIMIT,
        "owns_shop": place.role == "owner",
        "is_empty": not (columns or waiting.count or orders.orders or over),
    }


def _columns(
    request: HttpRequest, place: ProviderMember, *, by_state: bool, only: str
) -> tuple[list[queries.Column], int | None]:
    parts = parts_for(place.provider, reader(request), place.role)
    if only in ("waiting", "over"):
        return [], None
    if by_state:
        state = only if only in DeliveryState.values else ""
        return [column for column in queries.state_columns(parts, only=state) if column.count], None
    after, courier = request.GET.get("after", ""), only.removeprefix("courier-")
    return queries.courier_columns(
        place.provider,
        parts,
        after=number_of(after) or None,
        only=number_of(courier) or None,
    )
