"""Notes on leads, and the state that they give the lead."""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import works_at
from followup.models import CallbackRequest, FollowUp, SilentThread
from marketplace.common.errors import DomainError
from orders.enums import DeskState, DeskTask
from orders.models import Order, TransferNotice

Lead = Order | CallbackRequest | TransferNotice | SilentThread

# Which foreign key of a note holds the lead.
KEYS: dict[type[Lead], str] = {
    Order: "order",
    CallbackRequest: "callback",
    TransferNotice: "transfer",
    SilentThread: "silence",
}


def add_note(
    lead: Lead,
    *,
    by: User,
    note: str,
    follow_up_at: datetime | None,
    form_token: uuid.UUID,
) -> FollowUp:
    """Stores a note below the lead; its date is the one in force from now on.

    The same `form_token` again returns the first note. An ended lead is open again, since whoever
    writes a note is still at it. A date ahead takes the place of a task: somebody has it in hand.
    """
    note = note.replace("\x00", "").strip()
    if not note:
        raise DomainError(_("Write what you agreed on, or why you call again."), code="empty")
    try:
        with transaction.atomic():
            lead = _locked(lead, by)
            existing = FollowUp.objects.filter(by=by, form_token=form_token).first()
            if existing:
                return existing
            notes_of(lead).filter(ended_at__isnull=False).update(ended_at=None, ended_by=None)
            stored = FollowUp.objects.create(
                **{KEYS[type(lead)]: lead},
                by=by,
                note=note,
                follow_up_at=follow_up_at,
                form_token=form_token,
                # A date that has already come ("Now") needs no reminder.
                reminded_at=timezone.now() if follow_up_at and follow_up_at <= timezone.now() else None,
            )
            is_put_off = follow_up_at is not None and follow_up_at > timezone.now()
            if lead.task == DeskTask.NO_NOTE or is_put_off:
                lead.task, lead.task_since = "", None
            _refresh(lead)
            return stored
    except IntegrityError:
        existing = FollowUp.objects.filter(by=by, form_token=form_token).first()
        if existing is None:
            raise
        return existing


def end_follow_up(note: FollowUp, *, by: User) -> None:
    """The tick in the note's frame: the lead is ended, and only this note carries the tick."""
    with transaction.atomic():
        lead = _locked(lead_of(note), by)
        notes_of(lead).exclude(pk=note.pk).update(ended_at=None, ended_by=None)
        notes_of(lead).filter(pk=note.pk, ended_at=None).update(ended_at=timezone.now(), ended_by=by)
        lead.task, lead.task_since = "", None
        _refresh(lead)


def reopen_follow_up(note: FollowUp, *, by: User) -> None:
    """Takes the tick away; the newest note's date is in force again."""
    with transaction.atomic():
        lead = _locked(lead_of(note), by)
        notes_of(lead).filter(pk=note.pk).update(ended_at=None, ended_by=None)
        # A date that came while the lead was ended needs no reminder any more.
        passed = notes_of(lead).filter(reminded_at=None, follow_up_at__lte=timezone.now())
        passed.update(reminded_at=timezone.now())
        _refresh(lead)


def begin_task(lead: Lead, task: DeskTask, *, since: datetime) -> bool:
    """Marks the lead due because of silence; False when it is marked already."""
    with transaction.atomic():
        lead = type(lead).objects.select_for_update().get(pk=lead.pk)
        if lead.task:
            return False
        lead.task, lead.task_since = task, since
        _refresh(lead)
    return True


def close_task(lead: Lead, task: DeskTask) -> bool:
    """The cause has ended: the lead is again what its notes say."""
    with transaction.atomic():
        lead = type(lead).objects.select_for_update().get(pk=lead.pk)
        if lead.task != task:
            return False
        lead.task, lead.task_since = "", None
        _refresh(lead)
    return True


def join_silences(keep: SilentThread, gone: SilentThread) -> None:
    """Their conversations become one: the notes of both stand below `keep`, which is open if either was."""
    with transaction.atomic():
        pks = [keep.pk, gone.pk]
        rows = SilentThread.objects.select_for_update().filter(pk__in=pks).order_by("pk")
        held: dict[int, Any] = {row.pk: row for row in rows}
        keep, gone = held[keep.pk], held[gone.pk]
        is_open = DeskState.OPEN in (keep.desk_state, gone.desk_state)
        notes_of(gone).update(silence=keep)
        ticked = notes_of(keep).filter(ended_at__isnull=False)
        newest = None if is_open else ticked.order_by("-pk").first()
        ticked.exclude(pk=newest.pk if newest else None).update(ended_at=None, ended_by=None)
        if not keep.task:
            keep.task, keep.task_since = gone.task, gone.task_since
        gone.delete()
        _refresh(keep)


def notes_of(lead: Lead) -> Any:
    """Newest first."""
    return FollowUp.objects.filter(**{KEYS[type(lead)]: lead})


def lead_of(note: FollowUp) -> Lead:
    lead = note.order or note.callback or note.transfer or note.silence
    assert lead is not None  # the constraint note_on_one_lead
    return lead


def _locked(lead: Lead, by: User) -> Lead:
    provider: Provider = lead.provider
    if not works_at(by, provider.pk):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")
    locked: Lead = type(lead).objects.select_for_update(of=("self",)).get(pk=lead.pk)
    return locked


def _refresh(lead: Lead) -> None:
    """What the notes and the task say together."""
    newest = notes_of(lead).order_by("-pk").first()
    has_ended = notes_of(lead).filter(ended_at__isnull=False).exists()
    dates = [lead.task_since] if lead.task else []
    if newest is not None and not has_ended:
        dates.append(newest.follow_up_at)
    if lead.task:
        lead.desk_state = DeskState.OPEN
    elif newest is None:
        # A conversation stands on the desk only because of its silence.
        lead.desk_state = DeskState.ENDED if isinstance(lead, SilentThread) else DeskState.NONE
    else:
        lead.desk_state = DeskState.ENDED if has_ended else DeskState.OPEN
    lead.due_at = min((date for date in dates if date is not None), default=None)
    lead.save(update_fields=["desk_state", "due_at", "task", "task_since"])
