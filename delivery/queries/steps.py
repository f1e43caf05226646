"""A delivery as its readers see it: where the parcel is, who has it since when, what happened, and the proof.

What did not count (a report about a task that was somebody else's by then) is the shop's alone, and so are
the couriers' notes; of a courier others read the name and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from delivery.enums import REPORTED, DeliveryState, Outcome
from delivery.models import Assignment, Delivery, DeliveryEvent

# What the line draws. A parcel that failed or went back ends there instead of at the last of them.
LINE = (DeliveryState.ASSIGNED, DeliveryState.PICKED_UP, DeliveryState.ON_THE_WAY, DeliveryState.DELIVERED)
AT_FIRST = 3  # of the steps
ENDS = (DeliveryState.FAILED, DeliveryState.RETURNED, DeliveryState.DELIVERED)


class Mark(StrEnum):
    """How one stop of the line is drawn."""

    DONE = "done"
    NOW = "now"
    TODO = "todo"
    STOPPED = "stopped"  # failed or returned


@dataclass(frozen=True, slots=True)
class Picture:
    """`what` is "photo" or "signature", of the report with that key."""

    report: int
    what: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `state` is a DeliveryState, WAITING for taken back; times are the device's."""

    at: datetime
    state: DeliveryState
    title: str
    courier: str
    reason: str = ""
    receiver: str = ""
    note: str = ""
    pictures: tuple[Picture, ...] = ()
    counts: bool = True
    assignment: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    state: DeliveryState
    mark: Mark
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Expected:
    """Until `at`, or in the course of `day` in the shop's zone where only the day is known."""

    at: datetime | None
    day: date | None
    is_today: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Tracking:
    """`since`: when the courier of now got it, or when it was over. `steps` are oldest first."""

    delivery: Delivery
    steps: list[Step]
    stops: list[Stop]
    since: datetime
    expected: Expected | None
    receiver: str
    reason: str
    pictures: list[Picture] = field(default_factory=list)

    @property
    def courier(self) -> str:
        return self.delivery.courier.name if self.delivery.courier else ""

    @property
    def newest_first(self) -> list[Step]:
        return self.steps[::-1]

    @property
    def newest(self) -> list[Step]:
        return self.newest_first[:AT_FIRST]

    @property
    def earlier(self) -> list[Step]:
        """What is folded away."""
        return self.newest_first[AT_FIRST:]


def tracking_of(delivery: Delivery, *, for_shop: bool = False) -> Tracking:
    """Two queries beside `delivery`, which comes with order, provider and courier's user."""
    steps = steps_of(delivery, for_shop=for_shop)
    own = [step for step in steps if step.counts and step.assignment == delivery.assignment_number]
    last = next((step for step in reversed(steps) if step.counts and step.state == delivery.state), None)
    given_at = next((step.at for step in own if step.state == DeliveryState.ASSIGNED), delivery.state_at)
    return Tracking(
        delivery=delivery,
        steps=steps,
        stops=_stops(delivery, own),
        since=delivery.state_at if delivery.is_over or delivery.courier is None else given_at,
        expected=_expected(delivery),
        receiver=last.receiver if last and delivery.state == DeliveryState.DELIVERED else "",
        reason=last.reason if last and delivery.state == DeliveryState.FAILED else "",
        pictures=list(last.pictures) if last else [],
    )


def steps_of(delivery: Delivery, *, for_shop: bool = False) -> list[Step]:
    """Oldest first. `for_shop`: with the couriers' notes and with what did not count."""
    given = Assignment.objects.filter(delivery=delivery).select_related("courier__user")
    reports = DeliveryEvent.objects.filter(delivery=delivery).select_related("assignment__courier__user")
    if not for_shop and delivery.is_over:  # who was counted as its courier afterwards is the shop's matter
        given = given.filter(at__lte=delivery.closed_at)
    if not for_shop:
        reports = reports.exclude(outcome=Outcome.CONFLICT)
    return _joined(_in_order([*_handings(given), *(_step(event, for_shop) for event in reports)]))


def newest_steps(deliveries: QuerySet[Delivery], limit: int) -> list[tuple[Delivery, Step]]:
    """What happened to all of these, newest first, as customers read it; each with its order."""
    related = ("courier__user", "delivery__order")
    given = Assignment.objects.filter(delivery__in=deliveries.values("pk")).select_related(*related)
    reports = counted_reports(deliveries).select_related("assignment__courier__user", "delivery__order")
    rows: list[Assignment | DeliveryEvent] = [
        *given.order_by("-at", "-pk")[:limit],
        *reports.order_by("-happened_at", "-pk")[:limit],
    ]
    found = [(row.delivery, _step_of(row)) for row in rows]
    return sorted(found, key=lambda pair: _moment(pair[1]), reverse=True)[:limit]


def counted_reports(deliveries: QuerySet[Delivery]) -> QuerySet[DeliveryEvent]:
    reports = DeliveryEvent.objects.filter(delivery__in=deliveries.values("pk"))
    return reports.exclude(outcome=Outcome.CONFLICT)


def _step_of(row: Assignment | DeliveryEvent) -> Step:
    return _step(row, for_shop=False) if isinstance(row, DeliveryEvent) else _handing(row, None)


def _handings(given: Iterable[Assignment]) -> Iterable[Step]:
    before: Assignment | None = None
    for assignment in given:
        yield _handing(assignment, before)
        before = assignment


def _handing(assignment: Assignment, before: Assignment | None) -> Step:
    """Taken back names who had it, where that is known."""
    whose = assignment if assignment.courier else before
    return Step(
        at=assignment.at,
        state=DeliveryState.ASSIGNED if assignment.courier else DeliveryState.WAITING,
        title=gettext("Given to a courier") if assignment.courier else gettext("Taken back from the courier"),
        courier=whose.courier.name if whose and whose.courier else "",
        assignment=assignment.pk,
    )


def _step(event: DeliveryEvent, for_shop: bool) -> Step:
    names = [what for what in ("photo", "signature") if getattr(event, what)]
    return Step(
        at=event.happened_at,
        state=DeliveryState(event.state),
        title=event.get_state_display(),
        courier=event.assignment.courier.name if event.assignment.courier else "",
        reason=event.get_reason_display() if event.reason else "",
        receiver=event.receiver,
        note=event.note if for_shop else "",
        pictures=tuple(Picture(event.pk, what) for what in names),
        counts=event.outcome != Outcome.CONFLICT,
        assignment=event.assignment_id,
    )


def _in_order(steps: Sequence[Step]) -> list[Step]:
    return sorted(steps, key=_moment)


def _moment(step: Step) -> tuple[datetime, int, int]:
    """At one moment the task is given before anything is said of it."""
    return step.at, step.assignment, REPORTED.index(step.state) + 1 if step.state in REPORTED else 0


def _joined(steps: Sequence[Step]) -> list[Step]:
    """Told twice by one courier is one step, with all of the proof; a second failure is a second try."""
    joined: list[Step] = []
    for step in steps:
        same = (step.state, step.assignment, step.counts)
        known = joined[-1] if joined else None
        if known is None or step.state == DeliveryState.FAILED or same != _same(known):
            joined.append(step)
            continue
        joined[-1] = replace(
            known,
            receiver=known.receiver or step.receiver,
            note="\n".join(filter(None, (known.note, step.note))),
            pictures=(*known.pictures, *step.pictures),
        )
    return joined


def _same(step: Step) -> tuple[DeliveryState, int, bool]:
    return step.state, step.assignment, step.counts


def _stops(delivery: Delivery, own: Sequence[Step]) -> list[Stop]:
    """Of the courier of now; an accepted report of who had it before ends the line all the same."""
    times = {step.state: step.at for step in own}
    state = DeliveryState(delivery.state)
    if state == DeliveryState.WAITING:
        return [Stop(stop, Mark.TODO, None) for stop in LINE]
    if state in ENDS:
        mark = Mark.DONE if state == DeliveryState.DELIVERED else Mark.STOPPED
        passed = [Stop(stop, Mark.DONE, times.get(stop)) for stop in LINE[:-1]]
        return [*passed, Stop(state, mark, delivery.state_at)]
    here = LINE.index(state)
    marks = [Mark.DONE] * here + [Mark.NOW] + [Mark.TODO] * (len(LINE) - here - 1)
    return [
        Stop(stop, mark, None if mark == Mark.TODO else times.get(stop))
        for stop, mark in zip(LINE, marks, strict=True)
    ]


def _expected(delivery: Delivery) -> Expected | None:
    """None once it is over, goes back, or is nobody's. The end of the shop's day means "that day"."""
    if delivery.is_over or delivery.courier is None or delivery.is_cancelled:
        return None
    zone = ZoneInfo(delivery.provider.time_zone)
    due, today = delivery.due_at.astimezone(zone), timezone.now().astimezone(zone).date()
    if due.time() == time.min:
        day = due.date() - timedelta(days=1)
        return Expected(None, day, day == today, delivery.is_late)
    return Expected(delivery.due_at, None, due.date() == today, delivery.is_late)
