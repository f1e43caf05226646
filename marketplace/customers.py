"""A shop's own customers: those whom it wrote down itself, and who cannot log in. Merging two of them moves
what every app keeps of them, so it stands above them all."""

from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole
from accounts.models import Provider, ProviderMember, User
from accounts.queries import can_log_in, without_log_in, works_at
from appointments.models import Appointment
from followup.domain.notes import join_silences
from followup.models import SilentThread
from marketplace.common.errors import DomainError
from marketplace.common.text import fold_digits
from messaging.domain import append_thread
from messaging.models import Thread
from orders.models import Order
from orders.queries.orders import customer_with_phone

TWINS = 8


def is_shop_made(thread: Thread) -> bool:
    """Whether the thread's customer is the shop's own: wrote down by it, and of no other shop."""
    customer = thread.customer
    if can_log_in(customer) or customer.is_staff or customer.memberships.exists():
        return False
    return not Thread.objects.filter(customer=customer).exclude(provider=thread.provider_id).exists()


def save_customer(thread: Thread, *, by: User, name: str, phone: str) -> User:
    """Corrects the name and the phone (E.164, or "") of a customer who cannot log in.

    Orders keep what they said when they were made. Refusals have the codes not_allowed, has_account,
    phone_taken (extra: thread, that of the other customer).
    """
    if not works_at(by, thread.provider_id):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")
    with transaction.atomic():
        Provider.objects.select_for_update(no_key=True).get(
            pk=thread.provider_id
        )  # see find_or_create_customer
        thread = Thread.objects.select_related("customer", "provider").get(pk=thread.pk)
        if not is_shop_made(thread):
            raise DomainError(
                _("This customer has an account: only they can change their name and phone."),
                code="has_account",
            )
        other = customer_with_phone(thread.provider, phone) if phone else None
        if other is not None and other.pk != thread.customer_id:
            raise DomainError(
                _("Another customer of yours has this phone: %(name)s.") % {"name": other.name},
                code="phone_taken",
                thread=other.threads.filter(provider=thread.provider_id).first(),
            )
        customer = thread.customer
        Thread.objects.filter(pk=thread.pk, topic=customer.display_name).update(topic=name)
        customer.display_name, customer.phone = name, phone
        customer.save(update_fields=["display_name", "phone"])
    return customer


def merge_customers(keep: Thread, gone: Thread, *, by: User) -> Thread:
    """One person, whom the shop wrote down twice: all that it has of `gone`'s customer becomes `keep`'s.

    Orders, appointments, callback requests, notes and payments move with their authors, makers and times;
    the messages follow below those of `keep`, in their order. `gone`'s thread ends to exist and its customer
    is switched off. Refusals have the codes not_allowed, same, merged, other_shop, has_account.
    """
    if not ProviderMember.objects.filter(provider=keep.provider_id, user=by, role=MemberRole.OWNER).exists():
        raise DomainError(_("Only the shop's owner can do this."), code="not_allowed")
    with transaction.atomic():
        keep, gone = _locked(keep, gone)
        kept, other = keep.customer, gone.customer
        silences: dict[Any, Any] = {
            silence.thread_id: silence for silence in SilentThread.objects.filter(thread__in=[keep, gone])
        }
        if len(silences) == 2:
            join_silences(silences[keep.pk], silences[gone.pk])
        append_thread(keep, gone)
        _move_all(gone, keep)
        gone.delete()
        _move_all(other, kept)
        if not kept.phone:
            kept.phone = other.phone
            kept.save(update_fields=["phone"])
        User.objects.filter(pk=other.pk).update(is_active=False)
    return keep


def _locked(keep: Thread, gone: Thread) -> tuple[Thread, Thread]:
    """Both as they are now, and nobody changes them or what hangs on them before the merging is done."""
    pks = sorted({keep.pk, gone.pk})
    if len(pks) == 1:
        raise DomainError(_("Choose another customer."), code="same")
    # What hangs on a thread first: whoever moves an order holds it before posting to its thread.
    for held in (Order.objects, Appointment.objects):
        list(held.filter(thread__in=pks).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    found = Thread.objects.select_related("customer", "provider").filter(pk__in=pks).order_by("pk")
    threads = {thread.pk: thread for thread in found.select_for_update(of=("self", "customer"))}
    if len(threads) < 2:
        raise DomainError(_("These two have been merged already."), code="merged")
    keep, gone = threads[keep.pk], threads[gone.pk]
    if keep.provider_id != gone.provider_id:
        raise DomainError(_("This customer belongs to another shop."), code="other_shop")
    if not (is_shop_made(keep) and is_shop_made(gone)):
        raise DomainError(
            _("Only customers without an account can be merged: an account belongs to its person."),
            code="has_account",
        )
    return keep, gone


def _move_all(old: Model, new: Model) -> None:
    """Whatever refers to `old`, in any app, refers to `new` from now on."""
    for relation in type(old)._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            field: Any = relation.remote_field
            rows: QuerySet[Any] = field.model._base_manager.filter(**{field.name: old})
            rows.update(**{field.name: new})


def twins_of(thread: Thread, search: str) -> list[Thread]:
    """At most TWINS other customers whom the shop wrote down, by words of the name or digits of the phone."""
    others = Thread.objects.filter(provider=thread.provider_id, customer__in=without_log_in())
    digits = fold_digits(search).replace(" ", "").replace("-", "").lstrip("+0")
    if digits.isdecimal():
        others = others.filter(customer__phone__contains=digits)
    else:
        for word in search.split():
            others = others.filter(customer__display_name__icontains=word)
    found = others.exclude(pk=thread.pk).select_related("customer").order_by("-last_message_at", "-pk")
    return list(found[:TWINS]) if search.strip() else []
