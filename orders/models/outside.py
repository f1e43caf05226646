"""An order system of the shop's own: where its screens are, what was sent to it, what came from it."""

import json
import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider
from orders.enums import DeliveryStatus, SendProblem, UpdateOutcome
from orders.models.order import Order

# Updates with these outcomes are done with; a refused one is judged again when it is sent again.
ACCEPTED = (
    UpdateOutcome.UPDATED,
    UpdateOutcome.UNCHANGED,
    UpdateOutcome.STALE,
    UpdateOutcome.FILLED,
)


def _readable(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)


class OutsideSystem(models.Model):
    """Addresses may hold {order}, {customer_name}, {phone}, {agent}; the secret is shown once."""

    provider = models.OneToOneField(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="outside_system"
    )
    new_sale_url = models.URLField(_("Address of the new-sale screen"), max_length=500)
    additional_sale_url = models.URLField(_("Address of the additional-sale screen"), max_length=500)
    webhook_url = models.URLField(_("Address for our events"), max_length=500, blank=True)
    secret = models.CharField(max_length=80, editable=False)
    # Part of the address to which it sends its updates, so that a request finds its shop.
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_active = models.BooleanField(_("connected"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("outside order system")
        verbose_name_plural = _("outside order systems")

    def __str__(self) -> str:
        return str(self.provider)


class OutsideDelivery(models.Model):
    """An event for the outside system: written with its cause, sent after commit, sent again by hand."""

    system = models.ForeignKey(
        OutsideSystem, verbose_name=_("system"), on_delete=models.CASCADE, related_name="deliveries"
    )
    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="+")
    event_id = models.CharField(_("event"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    body: Any = models.JSONField(_("body"))
    status = models.CharField(
        _("Status"), max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    answer_status = models.PositiveSmallIntegerField(_("status of the answer"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("event for an outside system")
        verbose_name_plural = _("events for outside systems")
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(status=DeliveryStatus.PENDING), name="outside_due"
            ),
            models.Index(fields=["system", "-id"], name="outside_delivery_newest"),
        ]

    def __str__(self) -> str:
        return self.event_id

    @property
    def body_text(self) -> str:
        return _readable(self.body)

    @property
    def problem(self) -> str:
        """In the reader's words, when there was no answer."""
        if self.answer_status is not None or self.answer not in SendProblem.values:
            return ""
        return str(SendProblem(self.answer).label)


class OutsideEvent(models.Model):
    """What came in: kept before anything is done with it, once for each event id."""

    system = models.ForeignKey(
        OutsideSystem, verbose_name=_("system"), on_delete=models.CASCADE, related_name="events"
    )
    event_id = models.CharField(_("event"), max_length=120)
    sent_at = models.DateTimeField(_("sent"))
    body: Any = models.JSONField(_("body"))
    order = models.ForeignKey(
        Order, verbose_name=_("order"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=20)
    detail = models.TextField(_("detail"), blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("event of an outside system")
        verbose_name_plural = _("events of outside systems")
        constraints = [
            models.UniqueConstraint(fields=["system", "event_id"], name="outside_event_once"),
        ]
        indexes = [models.Index(fields=["system", "-id"], name="outside_event_newest")]

    def __str__(self) -> str:
        return self.event_id

    @property
    def body_text(self) -> str:
        return _readable(self.body)

    @property
    def is_accepted(self) -> bool:
        return self.outcome in ACCEPTED

    def get_outcome_display(self) -> str:
        return str(UpdateOutcome(self.outcome).label)
