"""What couriers report, from phones that are often without signal.

Every report has an id and a time of the courier's own device. Reports may arrive late, twice and in any
order; the state is worked out from all of them together, so it is the same whichever came first: a delivery
that was made stays made, and of the others the newest by the device's time counts.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from delivery.domain import telling
from delivery.domain.locking import lock_both
from delivery.enums import OVER, REPORTED, DeliveryState, FailureReason, Outcome
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from delivery.queries.links import takes_late
from marketplace.common.errors import DomainError
from marketplace.common.images import Photo
from orders import domain as orders
from orders.enums import OrderStatus
from orders.queries.orders import may_handle

MAX_MONEY = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Proof:
    """What goes with a report; `reason` with a failure, `collected` (in the order's currency) with a
    delivery."""

    reason: str = ""
    note: str = ""
    receiver: str = ""
    photo: Photo | None = None
    signature: Photo | None = None
    collected: Decimal | None = None


def report(
    delivery: Delivery,
    *,
    courier: Courier,
    client_id: uuid.UUID,
    state: DeliveryState,
    said_at: datetime,
    proof: Proof | None = None,
) -> DeliveryEvent:
    """Stores one report and brings the delivery, its order and its pages up to date; the same `client_id`
    again gives the stored one and changes nothing.

    Who had the task and has it no more gets an event that does not count (CONFLICT), which the shop sees and
    may accept. Refusals: not_yours (never had it), state, reason, collected.
    """
    proof = proof or Proof()
    _check(state, proof)
    with transaction.atomic():
        delivery = lock_both(delivery)
        known = _known(delivery, client_id, courier)
        if known is not None:
            return known
        assignment = Assignment.objects.filter(delivery=delivery, courier=courier).order_by("-pk").first()
        if assignment is None:
            raise _not_yours()
        is_current = delivery.assignment_number == assignment.pk
        outcome = Outcome.COUNTED if is_current else Outcome.CONFLICT
        event = _stored(delivery, assignment, client_id, state, said_at, proof, outcome)
        if is_current:
            _work_out(delivery, by=courier.user)
        else:
            telling.tell_conflict(event)
        telling.tell_pages(delivery)
    return event


def report_late(
    assignment: Assignment,
    *,
    client_id: uuid.UUID,
    state: DeliveryState,
    said_at: datetime,
    proof: Proof | None = None,
) -> DeliveryEvent:
    """The same for who had this hand-over's link, after it ended: kept and told to the shop, which decides;
    it never counts by itself, also while the courier still has the task. Further refusal: too_late (or too
    many of one link)."""
    proof = proof or Proof()
    _check(state, proof)
    with transaction.atomic():
        delivery = lock_both(assignment.delivery)
        assignment = Assignment.objects.select_related("courier__user").get(pk=assignment.pk)
        assignment.delivery = delivery
        if assignment.courier is None:
            raise _not_yours()
        known = _known(delivery, client_id, assignment.courier)
        if known is not None:
            return known
        if not takes_late(assignment, now=timezone.now()):
            raise _not_yours("too_late")
        event = _stored(delivery, assignment, client_id, state, said_at, proof, Outcome.CONFLICT)
        telling.tell_conflict(event)
        telling.tell_pages(delivery)
    return event


def accept_report(event: DeliveryEvent, *, by: User, ip: str = "") -> DeliveryEvent:
    """The shop takes a conflicting report for true: the parcel is where its courier said, and who has the
    task now is told that it is taken back. Accepting again changes nothing. `ip` as in hand_over."""
    with transaction.atomic():
        delivery = lock_both(event.delivery)
        if not may_handle(delivery.order, by):
            raise DomainError(_("Only the provider can do this."), code="not_allowed")
        event = (
            DeliveryEvent.objects.select_for_update(of=("self",))
            .select_related("assignment__courier")
            .get(pk=event.pk)
        )
        if event.outcome != Outcome.CONFLICT:
            return event
        event.outcome, event.decided_by = Outcome.ACCEPTED, by
        event.save(update_fields=["outcome", "decided_by"])
        before, was_over = delivery.courier, delivery.is_over
        _work_out(delivery, by=by)
        if before is not None and before != delivery.courier and not was_over:
            telling.tell_taken_back(delivery, before, by=by, ip=ip)
        telling.tell_pages(delivery, before)
        event.delivery = delivery
    return event


def _check(state: DeliveryState, proof: Proof) -> None:
    if state not in REPORTED:
        raise DomainError(_("Choose what happened to the parcel."), code="state")
    if state == DeliveryState.FAILED and proof.reason not in FailureReason.values:
        raise DomainError(_("Choose why it could not be delivered."), code="reason")
    if proof.collected is not None and not 0 <= proof.collected < MAX_MONEY:
        raise DomainError(_("Write the amount that you collected, zero or more."), code="collected")


def _known(delivery: Delivery, client_id: uuid.UUID, courier: Courier) -> DeliveryEvent | None:
    """The report that has this id already; another courier's is no concern of this one."""
    known = (
        DeliveryEvent.objects.filter(delivery=delivery, client_id=client_id)
        .select_related("assignment")
        .first()
    )
    if known is not None and known.assignment.courier_id != courier.pk:
        raise _not_yours()
    return known


def _not_yours(code: str = "not_yours") -> DomainError:
    return DomainError(_("This is not one of your tasks."), code=code)


def _stored(
    delivery: Delivery,
    assignment: Assignment,
    client_id: uuid.UUID,
    state: DeliveryState,
    said_at: datetime,
    proof: Proof,
    outcome: Outcome,
) -> DeliveryEvent:
    now = timezone.now()
    event = DeliveryEvent(
        delivery=delivery,
        assignment=assignment,
        client_id=client_id,
        state=state,
        said_at=said_at,
        # A device's clock may be wrong; nothing was done before the task was given, or after it was told.
        happened_at=min(max(said_at, assignment.at), now),
        received_at=now,
        reason=proof.reason if state == DeliveryState.FAILED else "",
        note=proof.note.replace("\x00", "")[:1000],
        receiver=proof.receiver.replace("\x00", "")[:120],
        collected=proof.collected if state == DeliveryState.DELIVERED else None,
        outcome=outcome,
    )
    if proof.photo:
        event.photo = proof.photo.as_file()
    if proof.signature:
        event.signature = proof.signature.as_file()
    event.save(force_insert=True)
    return event


def _work_out(delivery: Delivery, *, by: User) -> None:
    """The state out of the reports of the present assignment, and of those that the shop accepted: of who had
    it before only what ends a delivery, since whoever has the task now says how far it is."""
    present = Q(assignment=delivery.assignment_number) & ~Q(outcome=Outcome.CONFLICT)
    ended = Q(outcome=Outcome.ACCEPTED, state__in=OVER)
    events = list(
        DeliveryEvent.objects.filter(present | ended, delivery=delivery).select_related("assignment__courier")
    )
    newest = max(events, key=_weight, default=None)
    if newest is None:
        return
    is_delivered = newest.state == DeliveryState.DELIVERED
    # What was counted at the counter is not changed from a phone.
    is_open = is_delivered and delivery.hand_in_id is None
    collected = _collected(events) if is_open else delivery.collected
    known = (delivery.state, delivery.state_at, delivery.collected)
    if known == (newest.state, newest.happened_at, collected):
        return
    before, delivery.collected = delivery.state, collected
    delivery.state, delivery.state_at = newest.state, newest.happened_at
    delivery.closed_at = newest.happened_at if newest.state in OVER else None
    if is_delivered:
        delivery.link_until = min(delivery.link_until or newest.happened_at, timezone.now())
    if newest.assignment.courier != delivery.courier:  # accepted from who had it before
        _give_back(delivery, newest.assignment.courier, by=by)
    delivery.save()
    if is_delivered:
        delivery.order = orders.receive_cash(delivery.order, collected or Decimal(0), at=newest.happened_at)
    if newest.state == before:
        return
    telling.tell_customer(delivery, newest)
    # One that was cancelled or completed meanwhile stays so.
    if is_delivered and delivery.order.status == OrderStatus.CONFIRMED:
        orders.complete_order(delivery.order, by=by, as_courier=True)


def _give_back(delivery: Delivery, courier: Courier | None, *, by: User) -> None:
    """Who has a parcel is a row of its own also here. It has no link: nothing is left to do."""
    delivery.courier = courier
    delivery.link_token, delivery.link_until = None, timezone.now()
    given = Assignment.objects.create(delivery=delivery, courier=courier, by=by, at=timezone.now())
    delivery.assignment_number = given.pk


def _collected(events: Sequence[DeliveryEvent]) -> Decimal | None:
    """As the newest report that says it."""
    said = [event for event in events if event.collected is not None]
    return max(said, key=_weight).collected if said else None


def _weight(event: DeliveryEvent) -> tuple[bool, datetime, int]:
    rank = REPORTED.index(DeliveryState(event.state))
    return event.state == DeliveryState.DELIVERED, event.happened_at, rank
