"""What a list shows of each lead."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from followup.enums import LeadKind
from followup.models import CallbackRequest, FollowUp, SilentThread
from followup.queries.leads import Day
from followup.queries.pages import Key
from orders.enums import OrderStatus, Symbol
from orders.models import Order, TransferNotice
from orders.queries.orders import customer_with_phone


@dataclass(frozen=True, slots=True)
class Row:
    """A lead as every list and export shows it. `due_on` is a day of the shop's calendar."""

    kind: LeadKind
    lead: Any
    symbol: Symbol
    due_on: date | None
    is_overdue: bool
    note: FollowUp | None
    url: str
    name: str
    phone: str
    number: str
    title: str
    at: datetime
    total: Decimal | None
    currency: str
    status: str
    order: Order | None = None

    @property
    def task(self) -> str:
        """Why it is due, if silence is the reason."""
        return self.lead.get_task_display() if self.lead.task else ""

    @property
    def key(self) -> str:
        """Names the row within its page."""
        return f"{self.kind}-{self.lead.pk}"


# Kind → the note's key to it, and its rows with all that is shown.
_SOURCES: dict[str, tuple[str, Callable[[], QuerySet[Any]]]] = {
    LeadKind.ORDER: (
        "order",
        lambda: Order.objects.select_related("customer").prefetch_related("lines"),
    ),
    LeadKind.CALLBACK: ("callback", lambda: CallbackRequest.objects.select_related("service")),
    LeadKind.TRANSFER: (
        "transfer",
        lambda: TransferNotice.objects.select_related("order__customer").prefetch_related("order__lines"),
    ),
    LeadKind.THREAD: ("silence", lambda: SilentThread.objects.select_related("thread__customer")),
}


def rows_at(keys: Sequence[Key], day: Day) -> list[Row]:
    """The leads of `keys`, in that order, each with its newest note; one that has gone is left out."""
    leads: dict[tuple[str, int], Any] = {}
    for kind in dict.fromkeys(key.kind for key in keys):
        name, source = _SOURCES[kind]
        newest = FollowUp.objects.filter(**{name: OuterRef("pk")}).order_by("-pk").values("pk")[:1]
        wanted = [key.pk for key in keys if key.kind == kind]
        found = source().filter(pk__in=wanted).annotate(newest_note=Subquery(newest))
        leads |= {(kind, lead.pk): lead for lead in found}
    notes = _notes(lead.newest_note for lead in leads.values())
    here = [(key.kind, leads[key.kind, key.pk]) for key in keys if (key.kind, key.pk) in leads]
    return [_row(LeadKind(kind), lead, notes.get(lead.newest_note), day) for kind, lead in here]


def _notes(wanted: Iterable[int | None]) -> dict[int | None, FollowUp]:
    found = [pk for pk in wanted if pk is not None]
    if not found:
        return {}
    return {note.pk: note for note in FollowUp.objects.filter(pk__in=found).select_related("by")}


def _row(kind: LeadKind, lead: Any, note: FollowUp | None, day: Day) -> Row:
    return Row(
        kind=kind,
        lead=lead,
        note=note,
        symbol=lead.symbol(day.end),
        due_on=day.date_of(lead.due_at) if lead.due_at else None,
        is_overdue=lead.due_at is not None and lead.due_at < day.start,
        **_SHOWN[kind](lead),
    )


def _of_order(order: Order) -> dict[str, Any]:
    return {
        "url": reverse("followup:order", args=[order.pk]),
        "name": order.customer_name or order.customer.name,
        "phone": order.phone,
        "number": order.number or "",
        "title": _titles(order),
        "at": order.placed_at or order.created_at,
        "total": order.total,
        "currency": order.currency,
        "status": str(OrderStatus(order.status).label),
        "order": order,
    }


def _of_callback(callback: CallbackRequest) -> dict[str, Any]:
    return {
        "url": callback.get_absolute_url(),
        "name": callback.name,
        "phone": callback.phone or callback.email,
        "number": "",
        "title": callback.service.title if callback.service else "",
        "at": callback.created_at,
        "total": None,
        "currency": "",
        "status": "",
    }


def _of_notice(notice: TransferNotice) -> dict[str, Any]:
    waiting = notice.decision == "waiting"
    return {
        **_of_order(notice.order),
        "url": notice.get_absolute_url(),
        "at": notice.created_at,
        "total": notice.amount,
        "status": notice.get_finding_display() if waiting else notice.get_decision_display(),
        "order": None,
    }


def _of_silence(silence: SilentThread) -> dict[str, Any]:
    customer = silence.thread.customer
    return {
        "url": silence.get_absolute_url(),
        "name": customer.name,
        "phone": str(customer.phone or ""),
        "number": "",
        "title": silence.thread.topic,
        "at": silence.task_since or silence.created_at,
        "total": None,
        "currency": "",
        "status": "",
    }


_SHOWN: dict[LeadKind, Callable[[Any], dict[str, Any]]] = {
    LeadKind.ORDER: _of_order,
    LeadKind.CALLBACK: _of_callback,
    LeadKind.TRANSFER: _of_notice,
    LeadKind.THREAD: _of_silence,
}


def _titles(order: Order) -> str:
    return " · ".join(
        f"{line.quantity} × {line.title}" if line.quantity > 1 else line.title for line in order.lines.all()
    )


def customer_of(callback: CallbackRequest) -> User | None:
    """With whom a conversation can be started: who asked signed in, else the shop's customer by phone."""
    if callback.customer is not None:
        return callback.customer
    return customer_with_phone(callback.provider, callback.phone) if callback.phone else None


def orders_after(callback: CallbackRequest, user: User) -> list[Order]:
    """What the person who asked has ordered here since, as far as `user` may see it; newest first."""
    orders = Order.objects.visible_to(user).filter(
        provider=callback.provider_id, created_at__gte=callback.created_at
    )
    if callback.customer_id:
        orders = orders.filter(customer=callback.customer_id)
    elif callback.phone:
        orders = orders.filter(phone=callback.phone)
    else:
        return []
    return list(orders.exclude(status=OrderStatus.DRAFT).order_by("-pk")[:5])
