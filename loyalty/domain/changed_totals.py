"""A purchase that is noted and whose total changes at its source, as when an outside order system corrects a
completed order.

The rule. Less: what is left of the purchase above the new total goes back like a refund, in proportion and
newest first; money that was refunded before counts as gone already. More: the difference is a purchase of its
own, named after the first one ("order:42+1"), which gives points by the rules of its day.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet

from loyalty.domain.purchases import note_purchase, refund
from loyalty.models import Purchase
from marketplace.common.money import share_out


def purchases_named(reference: str) -> "QuerySet[Purchase]":
    """The purchase and what changes of its total added, oldest first."""
    named = Q(reference=reference) | Q(reference__startswith=f"{reference}+")
    return Purchase.objects.filter(named).order_by("pk")


def follow_total(
    reference: str,
    *,
    before: Decimal,
    total: Decimal,
    by_category: Mapping[str, Decimal],
    cause: str,
    at: datetime,
) -> bool:
    """False when nothing is noted under `reference`. `by_category` splits the new `total`; `cause` names this
    change and comes once."""
    with transaction.atomic():
        parts = list(purchases_named(reference).select_related("customer", "provider"))
        if not parts:
            return False
        if total > before:
            first = parts[0]
            assert first.customer is not None
            note_purchase(
                f"{reference}+{len(parts)}",
                name=first.name,
                customer=first.customer,
                phone=first.phone,
                provider=first.provider,
                amount=total - before,
                by_category=share_out(total - before, dict(by_category)),
                at=at,
            )
            return True
        over = sum((one.amount - one.refunded for one in parts), Decimal(0)) - total
        for one in reversed(parts):
            part = min(over, one.amount - one.refunded)
            if part > 0:
                refund(one, amount=part, reference=f"{cause}:{one.reference}", by=None)
                over -= part
    return True
