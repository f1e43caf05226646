"""What happened in the calls, and the one line that each of them leaves in the thread.

Pages report; nothing here trusts that a report arrives. A person is gone who said so, or whose socket
broke and did not come back within GRACE; whatever is still open when the window closes is closed then.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from appointments.domain.telling import tell_of_waiting
from appointments.enums import CallEventKind, CallOutcome
from appointments.models import Appointment, Call, CallEvent
from marketplace.common.errors import DomainError
from messaging import domain as messaging

GRACE = timedelta(seconds=60)
_GONE = (CallEventKind.LEFT, CallEventKind.AWAY)


def record(
    appointment: Appointment,
    *,
    by: User,
    kind: CallEventKind,
    page: str = "",
    detail: str = "",
    now: datetime | None = None,
) -> None:
    """Stores what one side's page reported; joining opens a call, of which the other side is told when it is
    not there, and the second to leave closes it."""
    now = now or timezone.now()
    with transaction.atomic():
        appointment = _locked(appointment.pk)
        CallEvent.objects.create(
            appointment=appointment, user=by, kind=kind, page=page[:36], detail=detail[:200], at=now
        )
        if kind in (CallEventKind.JOINED, CallEventKind.CONNECTED):
            call, _ = Call.objects.get_or_create(
                appointment=appointment, outcome="", defaults={"started_at": now}
            )
            if kind == CallEventKind.CONNECTED and call.connected_at is None:
                call.connected_at = now
                call.save(update_fields=["connected_at"])
            if kind == CallEventKind.JOINED and _waits_alone(appointment, call, by):
                tell_of_waiting(appointment, call, by=by)
        elif kind == CallEventKind.LEFT:
            _settle(appointment, now)


def close_calls(now: datetime | None = None) -> int:
    """Gives every call that is over its outcome and its line; returns how many it closed.

    Safe to run any number of times at once: the appointment's row lock lets one run close a call, and
    a closed call is not found again.
    """
    now = now or timezone.now()
    closed = 0
    for pk in Call.objects.filter(outcome="").values_list("appointment_id", flat=True):
        with transaction.atomic():
            closed += _settle(_locked(pk), now)
    return closed


def _locked(pk: int) -> Appointment:
    return (
        Appointment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("thread", "host", "customer")
        .get(pk=pk)
    )


def _settle(appointment: Appointment, now: datetime) -> bool:
    call = Call.objects.filter(appointment=appointment, outcome="").first()
    if call is None:
        return False
    over = not appointment.is_live or now >= appointment.closes_at
    ended_at = _ended_at(appointment, call, now, over=over)
    if ended_at is None:
        return False
    call.ended_at = ended_at
    if call.connected_at is not None:
        call.outcome = CallOutcome.TALKED
    elif not appointment.is_live or appointment.calls.filter(outcome=CallOutcome.TALKED).exists():
        call.delete()  # they had talked, or had called it off: nobody waited in vain
        return False
    else:
        call.outcome, call.waited = _vain(appointment, call)
    call.save(update_fields=["ended_at", "outcome", "waited"])
    _write_line(appointment, call)
    return True


def _ended_at(appointment: Appointment, call: Call, now: datetime, *, over: bool) -> datetime | None:
    """When the call ended, or None while it goes on. A vain wait lasts until the window closes."""
    if call.connected_at is None:
        return min(now, appointment.closes_at) if over else None
    gone = _gone(appointment, call)
    both_left = len(gone) == 2 and all(event.kind == CallEventKind.LEFT for event in gone)
    if gone and (both_left or over or min(event.at for event in gone) <= now - GRACE):
        return max(min(event.at for event in gone), call.connected_at)
    return max(min(now, appointment.closes_at), call.connected_at) if over else None


def _waits_alone(appointment: Appointment, call: Call, by: User) -> bool:
    """Whether `by` has just come, for the first time in this call, and the other side is not there."""
    events = appointment.call_events.filter(at__gte=call.started_at)
    if call.connected_at is not None or events.filter(user=by, kind=CallEventKind.JOINED).count() > 1:
        return False
    of_other = events.exclude(user=by).exclude(kind=CallEventKind.FAILED)
    newest = of_other.order_by("-at", "-pk").values_list("kind", flat=True).first()
    return newest is None or newest in _GONE


def _gone(appointment: Appointment, call: Call) -> list[CallEvent]:
    """The last report of each side that is not there any more."""
    newest = (
        appointment.call_events.filter(at__gte=call.started_at)
        .exclude(kind=CallEventKind.FAILED)
        .order_by("user_id", "-at", "-pk")
        .distinct("user_id")
    )
    return [event for event in newest if event.kind in _GONE]


def _vain(appointment: Appointment, call: Call) -> tuple[CallOutcome, User | None]:
    """A call that never connected: who waited, or that both were there and it failed."""
    events = appointment.call_events.filter(at__gte=call.started_at)
    if events.filter(kind=CallEventKind.FAILED).exists():
        return CallOutcome.FAILED, None
    came = set(events.filter(kind=CallEventKind.JOINED).values_list("user_id", flat=True))
    waited = [person for person in (appointment.host, appointment.customer) if person.pk in came]
    return CallOutcome.MISSED, waited[0] if len(waited) == 1 else None


def _write_line(appointment: Appointment, call: Call) -> None:
    url = reverse("appointments:call_line", args=[call.pk])
    try:
        # The customer belongs to the thread for good; a host may have left the shop.
        messaging.post_notice(appointment.thread, by=appointment.customer, url=url, body=call.sentence)
    except DomainError:
        return  # the thread was closed meanwhile: the appointment's own page still shows the outcome
    messaging.card_changed(appointment.thread, appointment.card_url)
