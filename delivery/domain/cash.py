"""Money that couriers collected and bring to the shop."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import works_at
from delivery.domain import telling
from delivery.models import Courier, Delivery, HandIn
from marketplace.common.errors import DomainError


def hand_in_cash(provider: Provider, *, courier: Courier, amount: Decimal, by: User) -> HandIn:
    """Ticks off what this courier has collected for the shop and not brought yet. `amount` is the sum that
    the page showed: more that was collected meanwhile, or a second click, is refused (changed) and stays
    open."""
    if not works_at(by, provider.pk):
        raise DomainError(_("Only the provider can do this."), code="not_allowed")
    with transaction.atomic():
        open_ones = list(
            Delivery.objects.dispatched_by(by)
            .filter(provider=provider, courier=courier, collected__gt=0, hand_in=None)
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        total = sum((delivery.collected or Decimal(0) for delivery in open_ones), Decimal(0))
        if not open_ones or total != amount:
            raise DomainError(
                _("The sum has changed meanwhile. Count again, then tick it off."), code="changed"
            )
        done = HandIn.objects.create(
            provider=provider, courier=courier, amount=total, currency=provider.currency, by=by
        )
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in open_ones]).update(hand_in=done)
        telling.tell_board(provider)
    return done
