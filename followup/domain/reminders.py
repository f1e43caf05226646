"""At the moment that a note names, its author is told: by mail, and on every open page."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import owner_of, works_at
from followup.domain.notes import Lead, lead_of, notes_of
from followup.models import CallbackRequest, FollowUp, SilentThread
from marketplace.common.realtime import broadcast_on_commit
from marketplace.notify.domain import notify
from orders.models import Order

BATCH = 200
_WITH_LEADS = ("by", "order__provider", "callback__provider", "transfer__provider", "silence__provider")


def send_reminders(now: datetime | None = None) -> int:
    """Tells of every note whose moment has come, once; returns how many people were told.

    What is in force is looked at now: a newer note or an ended lead needs no reminder. After a pause of the
    worker all that was missed is caught up, each lead by its newest note only.
    """
    now = now or timezone.now()
    told = 0
    while True:
        due = list(_due(now).order_by("follow_up_at").values_list("pk", flat=True)[:BATCH])
        told += sum(_remind(pk, now) for pk in due)
        if len(due) < BATCH:
            return told


def _due(now: datetime) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(follow_up_at__lte=now, reminded_at=None, ended_at=None)


def _remind(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        if not _due(now).filter(pk=pk).update(reminded_at=now):
            return False  # another worker's
        note = FollowUp.objects.select_related(*_WITH_LEADS).get(pk=pk)
        lead = lead_of(note)
        person = _whom_to_tell(note, lead)
        if person is None or not _is_in_force(note, lead):
            return False
        _tell(note, lead, person)
    return True


def _is_in_force(note: FollowUp, lead: Lead) -> bool:
    newer = notes_of(lead).filter(pk__gt=note.pk)
    return not newer.exists() and not notes_of(lead).filter(ended_at__isnull=False).exists()


def _whom_to_tell(note: FollowUp, lead: Lead) -> User | None:
    """The author, or the owner once the author has left."""
    if note.by.is_active and works_at(note.by, lead.provider_id):
        return note.by
    owner = owner_of(lead.provider)
    return owner if owner.is_active else None


def _tell(note: FollowUp, lead: Lead, person: User) -> None:
    name, phone, number = who_is(lead)
    notify(
        person,
        "follow_up_due",
        f"follow_up:{note.pk}:{person.pk}",
        customer=name,
        phone=phone,
        number=number,
        note=note.note,
        follow_up_at=note.follow_up_at,
        path=lead_url(lead),
    )
    with translation.override(person.language or None):
        text = f"{_('Due for follow-up')}: {name}."
    event = {"type": "toast", "text": text, "about": note.note[:120], "url": lead_url(lead)}
    broadcast_on_commit(f"user.{person.pk}", event)


def who_is(lead: Lead) -> tuple[str, str, str]:
    """Name, phone and order number of whom the lead is about; "" for what is not known."""
    if isinstance(lead, CallbackRequest):
        return lead.name, lead.phone or lead.email, ""
    if isinstance(lead, SilentThread):
        customer = lead.thread.customer
        return customer.name, str(customer.phone or ""), ""
    order = lead if isinstance(lead, Order) else lead.order
    return order.customer_name or order.customer.name, order.phone, order.number or ""


def lead_url(lead: Lead) -> str:
    """The lead's page on the desk; an order's own address is the page that its customer sees too."""
    return reverse("followup:order", args=[lead.pk]) if isinstance(lead, Order) else lead.get_absolute_url()
