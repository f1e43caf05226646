"""A courier's tasks, as pages show them: never the order itself, only what couriers may know of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from delivery.enums import DeliveryState, FailureReason, Outcome
from delivery.models import Courier, Delivery, DeliveryEvent
from delivery.queries.invoice import Invoice, invoice_of, limits_of

PAGE = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What was reported of a task since its courier has it."""

    pk: int
    state: DeliveryState
    happened_at: datetime
    reason: str
    note: str
    receiver: str
    has_photo: bool
    has_signature: bool


@dataclass(frozen=True, slots=True)
class Task:
    pk: int
    invoice: Invoice
    shop: str
    shop_phone: str
    assignment: int
    state: DeliveryState
    state_at: datetime
    due_at: datetime
    wished_at: datetime | None  # when the customer asked for it
    closed_at: datetime | None
    collected: Decimal | None
    is_late: bool
    is_cancelled: bool  # the order is: the parcel goes back
    reports: tuple[Report, ...]

    @property
    def url(self) -> str:
        return reverse("delivery:task", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.closed_at is not None

    @property
    def phase(self) -> str:
        """What can be done now: "over", "cancelled", or the state."""
        if self.is_over:
            return "over"
        return "cancelled" if self.is_cancelled else self.state.value


@dataclass(frozen=True, slots=True)
class Today:
    """What is open, in the order in which it was handed over, and what was finished since midnight, the last
    first."""

    open: list[Task]
    done: list[Task]

    @property
    def total(self) -> int:
        return len(self.open) + len(self.done)

    @property
    def share(self) -> int:
        """Finished ones, in hundredths."""
        return round(100 * len(self.done) / self.total) if self.total else 0


def courier_of(user: User | AnonymousUser) -> Courier | None:
    """The courier that `user` is; None for everybody else and for who may not log in."""
    if not isinstance(user, User):
        return None
    return Courier.objects.active().select_related("user").filter(user=user).first()


def today_of(courier: Courier, *, now: datetime) -> Today:
    """By the days of the current time zone."""
    local = timezone.localtime(now)
    midnight = datetime.combine(local.date(), time.min, local.tzinfo)
    mine = _read(Delivery.objects.tasks_of(courier))
    is_open = mine.open().order_by("assignment_number")  # type: ignore[attr-defined]
    done = mine.filter(closed_at__gte=midnight).order_by("-closed_at", "-pk")
    return Today([task_of(one) for one in is_open], [task_of(one) for one in done])


def history_of(courier: Courier, *, before: tuple[datetime, int] | None = None) -> tuple[list[Task], str]:
    """A page of what is over, newest first, and the `before` of the next page, "" on the last."""
    over = _read(Delivery.objects.tasks_of(courier).exclude(closed_at=None))
    if before is not None:
        at, pk = before
        over = over.filter(closed_at__lte=at).exclude(closed_at=at, pk__gte=pk)
    rows = list(over.order_by("-closed_at", "-pk")[: PAGE + 1])
    older = place_of(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return [task_of(row) for row in rows[:PAGE]], older


def place_of(delivery: Delivery) -> str:
    """Where in the history it stands: microseconds and number, `read_place` reads it back."""
    assert delivery.closed_at is not None
    return f"{(delivery.closed_at - _EPOCH) // timedelta(microseconds=1)}-{delivery.pk}"


def read_place(text: str) -> tuple[datetime, int] | None:
    """None for what names no place."""
    at, _dash, pk = text.partition("-")
    if not all(part.isascii() and part.isdecimal() and len(part) < 18 for part in (at, pk)):
        return None
    return _EPOCH + timedelta(microseconds=int(at)), int(pk)


def one_task(deliveries: "QuerySet[Delivery]", **wanted: object) -> Task | None:
    found = _read(deliveries).filter(**wanted).first()
    return task_of(found) if found else None


def reports_of(deliveries: "QuerySet[Delivery]") -> "QuerySet[DeliveryEvent]":
    """What their present couriers reported: what another one wrote before is not theirs to read. With what
    the shop accepted from who has it for that reason."""
    own = Q(assignment_id=F("delivery__assignment_number"))
    accepted = Q(outcome=Outcome.ACCEPTED, assignment__courier=F("delivery__courier"))
    return DeliveryEvent.objects.filter(own | accepted, delivery__in=deliveries)


def task_of(delivery: Delivery) -> Task:
    order, provider = delivery.order, delivery.provider
    return Task(
        pk=delivery.pk,
        invoice=invoice_of(order, limits_of(provider)),
        shop=provider.name,
        shop_phone=str(provider.contact_phone or ""),
        assignment=delivery.assignment_number,
        state=DeliveryState(delivery.state),
        state_at=delivery.state_at,
        due_at=delivery.due_at,
        wished_at=order.preferred_at,
        closed_at=delivery.closed_at,
        collected=delivery.collected,
        is_late=delivery.is_late,
        is_cancelled=delivery.is_cancelled,
        reports=_reports(delivery, delivery.events.all()),
    )


def _read(deliveries: "QuerySet[Delivery]") -> "QuerySet[Delivery]":
    events = DeliveryEvent.objects.select_related("assignment").order_by("happened_at", "pk")
    return deliveries.select_related("order__customer", "provider__delivery_settings").prefetch_related(
        "order__lines", Prefetch("events", events)
    )


def _reports(delivery: Delivery, events: Iterable[DeliveryEvent]) -> tuple[Report, ...]:
    """As `reports_of`, out of rows that are read already."""
    return tuple(
        Report(
            pk=event.pk,
            state=DeliveryState(event.state),
            happened_at=event.happened_at,
            reason=str(FailureReason(event.reason).label) if event.reason else "",
            note=event.note,
            receiver=event.receiver,
            has_photo=bool(event.photo),
            has_signature=bool(event.signature),
        )
        for event in events
        if event.assignment_id == delivery.assignment_number
        or (event.outcome == Outcome.ACCEPTED and event.assignment.courier_id == delivery.courier_id)
    )
