"""Reports of couriers who no longer had the task: accepted (reports.accept_report), or set aside here."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import works_at
from delivery.domain import telling
from delivery.enums import Outcome
from delivery.models import Delivery, DeliveryEvent
from marketplace.common.errors import DomainError


def set_aside(event: DeliveryEvent, *, by: User) -> DeliveryEvent:
    """The shop has seen the report and goes on without it: it leaves the board and stays in the history. One
    that was accepted meanwhile stays accepted."""
    with transaction.atomic():
        event = (
            DeliveryEvent.objects.select_for_update(of=("self",))
            .select_related("delivery__provider")
            .get(pk=event.pk)
        )
        mine = Delivery.objects.dispatched_by(by).filter(pk=event.delivery_id)
        if not (works_at(by, event.delivery.provider_id) and mine.exists()):
            raise DomainError(_("Only the provider can do this."), code="not_allowed")
        if event.outcome == Outcome.CONFLICT and event.decided_by_id is None:
            event.decided_by = by
            event.save(update_fields=["decided_by"])
            telling.tell_board(event.delivery.provider)
    return event
