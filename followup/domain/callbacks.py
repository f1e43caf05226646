"""Requests to be called back, and what becomes of them."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import people_of, works_at
from followup.domain.notes import close_task
from followup.models import CallbackRequest
from followup.queries import customer_of
from marketplace.common.errors import DomainError
from marketplace.common.text import fold
from marketplace.notify.domain import notify
from messaging import domain as messaging
from messaging.models import Thread
from orders.enums import DeskTask
from orders.queries.orders import searchable
from services.models import Service

SAME_WITHIN = timedelta(hours=24)


def request_callback(
    provider: Provider,
    *,
    by: User | None,
    name: str,
    phone: str,
    email: str,
    message: str,
    service: Service | None = None,
) -> CallbackRequest:
    """Stores a lead and mails the shop's people. `by` is None for who is signed out; `phone` is E.164, or
    what was typed where that cannot be known.

    The same words of the same person within a day are one request, however often they are sent.
    """
    if by is not None and works_at(by, provider.pk):
        raise DomainError(_("This is your own shop."), code="own_shop")
    if not phone and not email:
        raise DomainError(_("Give a phone number or an email, so that the shop can answer."), code="no_way")
    with transaction.atomic():
        Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)  # a double click comes second
        same = CallbackRequest.objects.filter(
            provider=provider,
            name=name,
            phone=phone,
            email=email,
            message=message,
            created_at__gt=timezone.now() - SAME_WITHIN,
        ).first()
        if same is not None:
            return same
        callback = CallbackRequest.objects.create(
            provider=provider,
            service=service,
            customer=by,
            name=name,
            phone=phone,
            email=email,
            message=message,
            search_text=f"{searchable('', name, phone)} {fold(email)}".strip(),
        )
        _tell(callback)
    return callback


def start_conversation(callback: CallbackRequest, *, by: User) -> Thread:
    """The thread with whoever asked, made if there is none yet; nobody waits for a call any more."""
    if not works_at(by, callback.provider_id):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")
    customer = customer_of(callback)
    if customer is None:
        raise DomainError(
            _("This person has no account here. Call or write to them, or make an order for them."),
            code="no_account",
        )
    with transaction.atomic():
        topic = callback.service.title if callback.service else str(callback.provider.name)
        thread = messaging.open_thread(customer=customer, provider=callback.provider, topic=topic)
        CallbackRequest.objects.filter(pk=callback.pk).update(thread=thread)
        close_task(callback, DeskTask.NO_NOTE)
    return thread


def _tell(callback: CallbackRequest) -> None:
    for person in people_of(callback.provider):
        notify(
            person,
            "callback_requested",
            f"callback:{callback.pk}:{person.pk}",
            customer=callback.name,
            phone=callback.phone,
            email=callback.email,
            message=callback.message,
            service=callback.service.title if callback.service else "",
            shop=callback.provider.name,
            path=callback.get_absolute_url(),
        )
