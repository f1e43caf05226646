"""All that a reader may see about one customer in one shop, as one list. It reads from every app.

Each source is a query of its own that starts from `visible_to`; a page takes from each as many rows as it
could show and merges them, so it costs the same for a long history as for a short one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Prefetch, Q, QuerySet, Sum

from accounts.models import User
from appointments.models import Appointment, Call
from delivery.models import Assignment, Delivery
from delivery.queries import counted_reports
from followup.models import CallbackRequest, FollowUp, SilentThread
from messaging.enums import MessageKind
from messaging.models import Thread
from orders.enums import NoticeDecision, OrderStatus
from orders.models import Order, OrderEvent, TransferNotice

PAGE = 25
# At one moment the later of these stands above.
KINDS = (
    "first_message",
    "callback",
    "event",
    "handing",
    "carried",
    "notice",
    "decision",
    "paid",
    "appointment",
    "note",
    "last_message",
)


@dataclass(frozen=True)
class Entry:
    """`thing` is the row that the kind names: an OrderEvent, an Order (paid), an Assignment (handing), a
    DeliveryEvent (carried), a TransferNotice (notice, decision), an Appointment, a FollowUp, a
    CallbackRequest, a Message."""

    at: datetime
    kind: str
    thing: Any

    @property
    def key(self) -> tuple[datetime, int, int]:
        return self.at, KINDS.index(self.kind), self.thing.pk

    @property
    def cursor(self) -> str:
        at, rank, pk = self.key
        return f"{at.isoformat()}~{rank}~{pk}"


@dataclass(frozen=True)
class Numbers:
    orders: int
    completed: int
    money: Decimal  # of the completed ones, in the shop's currency
    messages: int
    last_contact: datetime | None  # a message of either side, a note, or a call in which they talked


class History:
    """Of the thread's customer in the thread's shop, as `reader` may see it."""

    def __init__(self, thread: Thread, reader: User) -> None:
        self.thread, self.reader = thread, reader
        self.orders = Order.objects.visible_to(reader).filter(
            provider=thread.provider_id, customer=thread.customer_id
        )
        # By value: each of the notes' foreign keys is then one look-up in its index.
        self.order_ids = list(self.orders.values_list("pk", flat=True))
        self.callback_ids = list(_callbacks(thread, reader, self.order_ids).values_list("pk", flat=True))
        self.notice_ids = list(
            TransferNotice.objects.filter(order__in=self.order_ids).values_list("pk", flat=True)
        )
        self.silence_ids = list(SilentThread.objects.filter(thread=thread).values_list("pk", flat=True))
        # What was said; cards are the orders' own, and those of colleagues would count here.
        self.said = thread.messages.filter(kind__in=[MessageKind.TEXT, MessageKind.FILE])
        self.talk = self.said.aggregate(number=Count("pk"), first=Min("seq"), last=Max("seq"))

    def numbers(self) -> Numbers:
        mine = Q(status=OrderStatus.COMPLETED, currency=self.thread.provider.currency)
        sums = self.orders.aggregate(
            orders=Count("pk"),
            completed=Count("pk", filter=Q(status=OrderStatus.COMPLETED)),
            money=Sum("total", filter=mine),
        )
        contacts = [
            self.said.filter(seq=self.talk["last"]).values_list("created_at", flat=True).first(),
            self._notes().order_by("-pk").values_list("created_at", flat=True).first(),
            Call.objects.filter(appointment__thread=self.thread, connected_at__isnull=False).aggregate(
                last=Max("connected_at")
            )["last"],
        ]
        return Numbers(
            orders=sums["orders"],
            completed=sums["completed"],
            money=sums["money"] or Decimal(0),
            messages=self.talk["number"],
            last_contact=max((at for at in contacts if at), default=None),
        )

    def page(
        self, before: tuple[datetime, int, int] | None = None, limit: int = PAGE
    ) -> tuple[list[Entry], str]:
        """Entries newest first, and the cursor of the next page, "" on the last."""
        found: list[Entry] = []
        for kind, rows, at in self._sources():
            shown = rows.annotate(shown_at=F(at)).filter(shown_at__isnull=False)
            if before is not None:
                shown = shown.filter(_older(kind, before))
            found += [
                Entry(row.shown_at, kind, row) for row in shown.order_by("-shown_at", "-pk")[: limit + 1]
            ]
        found.sort(key=lambda entry: entry.key, reverse=True)
        return found[:limit], found[limit - 1].cursor if len(found) > limit else ""

    def _sources(self) -> Iterable[tuple[str, QuerySet[Any], str]]:
        """(kind, rows, the field that says when)."""
        notices = TransferNotice.objects.filter(pk__in=self.notice_ids).select_related(
            "order", "by", "decided_by"
        )
        yield "event", _with_order(OrderEvent.objects.filter(order__in=self.order_ids), "by"), "at"
        given = Assignment.objects.filter(delivery__order__in=self.order_ids)
        yield "handing", given.select_related("delivery__order", "courier__user", "by"), "at"
        yield "carried", self._reports(), "happened_at"
        yield "paid", self.orders.filter(paid_at__isnull=False), "paid_at"
        yield "notice", notices, "created_at"
        yield "decision", notices.exclude(decision=NoticeDecision.WAITING), "decided_at"
        yield "appointment", self._appointments(), "period__startswith"
        yield "callback", self._callbacks(), "created_at"
        yield (
            "note",
            self._notes().select_related("by", "order", "callback", "transfer__order", "silence"),
            "created_at",
        )
        for kind in ("first_message", "last_message"):
            if kind == "first_message" or self.talk["number"] > 1:
                seq = self.talk["first" if kind == "first_message" else "last"]
                yield kind, self.said.filter(seq=seq).select_related("author"), "created_at"

    def _reports(self) -> QuerySet[Any]:
        counted = counted_reports(Delivery.objects.filter(order__in=self.order_ids))
        return counted.select_related("delivery__order", "assignment__courier__user")

    def _appointments(self) -> QuerySet[Any]:
        ended = Call.objects.exclude(outcome="").select_related("waited").order_by("ended_at")
        mine = Appointment.objects.visible_to(self.reader).filter(thread=self.thread)
        return mine.select_related("host").prefetch_related(Prefetch("calls", queryset=ended))

    def _callbacks(self) -> QuerySet[Any]:
        return CallbackRequest.objects.filter(pk__in=self.callback_ids).select_related("service")

    def _notes(self) -> QuerySet[Any]:
        """On the orders, callback requests, transfer notices and silences that the reader may see."""
        return FollowUp.objects.filter(
            Q(order__in=self.order_ids)
            | Q(callback__in=self.callback_ids)
            | Q(transfer__in=self.notice_ids)
            | Q(silence__in=self.silence_ids)
        )


def read_cursor(text: str) -> tuple[datetime, int, int] | None:
    """An Entry's cursor; None for nonsense, which then shows the first page."""
    at, _sign, rest = text.partition("~")
    rank, _sign, pk = rest.partition("~")
    try:
        key = datetime.fromisoformat(at), int(rank), int(pk)
    except ValueError:
        return None
    return key if key[0].tzinfo and 0 <= key[1] < len(KINDS) and 0 <= key[2] < 2**63 else None


def _older(kind: str, before: tuple[datetime, int, int]) -> Q:
    at, rank, pk = before
    own = KINDS.index(kind)
    if own < rank:
        return Q(shown_at__lte=at)
    return Q(shown_at__lt=at) | Q(shown_at=at, pk__lt=pk) if own == rank else Q(shown_at__lt=at)


def _with_order(rows: QuerySet[Any], *more: str) -> QuerySet[Any]:
    return rows.select_related("order", *more).prefetch_related("order__lines")


def _callbacks(thread: Thread, reader: User, order_ids: list[int]) -> QuerySet[Any]:
    """Those that became this conversation or an order of it, and those of the same person or phone."""
    customer = thread.customer
    same = Q(customer=customer) | Q(thread=thread) | Q(order__in=order_ids)
    if customer.phone:
        # The search's index finds the few with these digits; the phone itself decides.
        same |= Q(search_text__contains=str(customer.phone).lstrip("+"), phone=str(customer.phone))
    return CallbackRequest.objects.visible_to(reader).filter(provider=thread.provider_id).filter(same)
