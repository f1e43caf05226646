"""Purchases: noted once, turned into points once, and taken back in proportion when money goes back."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from loyalty.domain.earning import Facts, Quote, quote
from loyalty.domain.friends import note_first_purchase, note_refund
from loyalty.domain.ledger import Posting, lock_current, post, refuse_own, refuse_when_gone
from loyalty.domain.levels import refresh_level, standing_of
from loyalty.domain.members import member_of_buyer
from loyalty.domain.programme import expiry_day, programme, store_day, store_zone
from loyalty.domain.taking_back import expired_of, lots_from, take_back
from loyalty.enums import EntryKind, Place
from loyalty.models import Branch, EarningRule, LedgerEntry, Member, Programme, Purchase, Refund
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError
from marketplace.common.money import share_out

logger = logging.getLogger(__name__)

SWEEP_AT_ONCE = 500


def note_purchase(
    reference: str,
    *,
    customer: User,
    name: str = "",
    phone: str = "",
    amount: Decimal,
    by_category: Mapping[str, Decimal],
    provider: Provider | None = None,
    at: datetime | None = None,
) -> None:
    """One INSERT in the caller's transaction; the points follow in a task. A reference that is known changes
    nothing. `name` is what people call it, such as the order's number. `by_category` splits the amount by
    the store's category keys ("" is none). `phone` is one for which the shop vouches: the member of a
    customer who cannot log in is known by it."""
    purchase = Purchase(
        reference=reference,
        name=name,
        customer=customer,
        phone=phone,
        provider=provider,
        amount=amount,
        by_category={key: str(part) for key, part in by_category.items()},
        at=at or timezone.now(),
    )
    Purchase.objects.bulk_create([purchase], ignore_conflicts=True)
    enqueue_on_commit("loyalty.award", reference=reference)


def award(purchase: Purchase, *, now: datetime | None = None) -> list[LedgerEntry]:
    """The points of a purchase, once; none when they were given before."""
    moment = now or timezone.now()
    with transaction.atomic():
        member = lock_current(_member_for(purchase).pk)
        purchase = Purchase.objects.select_for_update(of=("self",)).get(pk=purchase.pk)
        if purchase.awarded_at is not None:
            return []
        purchase.member, purchase.awarded_at = member, moment
        purchase.awarded_amount = purchase.amount - purchase.refunded
        purchase.save(update_fields=["member", "awarded_at", "awarded_amount"])
        settings = programme()
        gives = settings.is_running and member.erased_at is None and purchase.awarded_amount > 0
        given = quote_for(purchase, member, now=moment) if gives else Quote(0, [])
        entries = post(member, _postings(purchase, given, settings), now=moment) if given.points else []
        note_first_purchase(member, purchase)
        refresh_level(member, now=moment)
    return entries


def award_waiting(*, now: datetime | None = None) -> int:
    """What a lost task left behind; how many purchases. One that cannot be done holds up no others."""
    done = 0
    for purchase in Purchase.objects.filter(awarded_at=None).order_by("pk")[:SWEEP_AT_ONCE]:
        try:
            award(purchase, now=now)
            done += 1
        except Exception:
            logger.exception("purchase %s was not awarded", purchase.reference)
    return done


def quote_for(purchase: Purchase, member: Member, *, now: datetime) -> Quote:
    """By the rules in force and the level that the member had before, of the money that was not refunded."""
    left = purchase.amount - purchase.refunded
    parts = {key: Decimal(part) for key, part in purchase.by_category.items()}
    facts = Facts(
        amount=left,
        at=purchase.at.astimezone(store_zone()),
        by_category=share_out(left, parts),
        provider_id=purchase.provider_id,
        branch_id=purchase.branch_id,
        level=standing_of(member, now=now, without=purchase).level,
        birthday=member.birthday,
        is_first=not has_bought(member, but=purchase),
    )
    return quote(facts, listed_rules())


def has_bought(member: Member, *, but: Purchase | None = None) -> bool:
    """Whether the next purchase is not the first one. What went back as a whole is no purchase: the bonus of
    a first one went back with it, and the next one gets it."""
    bought = Purchase.objects.filter(member=member, awarded_at__isnull=False, refunded__lt=F("amount"))
    return (bought.exclude(pk=but.pk) if but else bought).exists()


def listed_rules() -> list[EarningRule]:
    """From the top, with what their conditions name."""
    rules = EarningRule.objects.filter(is_active=True)
    return list(rules.prefetch_related("providers", "branches", "levels"))


def spend_at_counter(
    member: Member, *, amount: Decimal, branch: Branch | None, by: User, form_token: str
) -> Purchase:
    """An amount that a customer paid at the counter; the same `form_token` is the same purchase. Refused with
    `no_amount`, `own` or as `refuse_when_gone` does."""
    if amount <= 0:
        raise DomainError(_("Write the amount that the customer paid."), code="no_amount")
    refuse_when_gone(member)
    refuse_own(member, by)
    reference = f"counter:{form_token}"
    with transaction.atomic():
        purchase, _new = Purchase.objects.get_or_create(
            reference=reference,
            defaults={
                "member": member,
                "amount": amount,
                "by_category": {"": str(amount)},
                "branch": branch,
                "place": Place.COUNTER,
                "by": by,
            },
        )
        award(purchase)
    return purchase


def refund(
    purchase: Purchase,
    *,
    amount: Decimal,
    reference: str,
    by: User | None,
    note: str = "",
    now: datetime | None = None,
) -> LedgerEntry | None:
    """Money of a purchase went back: its points go back in proportion.

    Of what was given, the share of all the money refunded so far is taken back, rounded down; with the last
    of the money goes the last point. What has expired of them is gone already. What was spent meanwhile
    stays owed and is taken from the next points earned. `reference` names the refund and comes once. The
    entry, or the first of two where held and other points go; None when no point is concerned.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        member = lock_current(_member_for(purchase).pk)
        purchase = Purchase.objects.select_for_update(of=("self",)).get(pk=purchase.pk)
        if Refund.objects.filter(reference=reference).exists():
            return None
        if amount <= 0 or purchase.refunded + amount > purchase.amount:
            raise DomainError(
                _("At most %(amount)s of this purchase can go back.")
                % {"amount": purchase.amount - purchase.refunded},
                code="refund_too_large",
            )
        refunded = Refund.objects.create(
            purchase=purchase, reference=reference, amount=amount, at=moment, by=by, note=note
        )
        purchase.refunded += amount
        purchase.save(update_fields=["refunded"])
        taken = _take_back(refunded, member, moment)
        note_refund(purchase)
        refresh_level(member, now=moment)
    return taken


def _take_back(refunded: Refund, member: Member, now: datetime) -> LedgerEntry | None:
    purchase = refunded.purchase
    given = LedgerEntry.objects.filter(purchase=purchase, kind=EntryKind.PURCHASE).first()
    if given is None:
        return None
    own = lots_from(given)
    taken = take_back(
        member,
        given,
        _due(given, purchase, expired=expired_of(own)),
        own=own,
        kind=EntryKind.REFUND,
        reference=refunded.reference,
        now=now,
        branch=purchase.branch,
        place=Place(purchase.place),
        by=refunded.by,
        note=refunded.note,
    )
    return taken[0] if taken else None


def _due(given: LedgerEntry, purchase: Purchase, *, expired: int) -> int:
    """How many points all refunds so far ask for, without those that were taken back or are owed."""
    gone, worth = purchase.gone_of_worth
    taken = _taken_of(given, EntryKind.REFUND)
    # What a merge took, because it was given twice, is not the purchase's any more.
    still = given.points - _taken_of(given, EntryKind.UNDO)
    return max(int(still * gone / worth) - expired, 0) - taken


def _taken_of(given: LedgerEntry, kind: EntryKind) -> int:
    sums = given.reversed_by.filter(kind=kind).aggregate(points=Sum("points"), short=Sum("shortfall"))
    return (sums["short"] or 0) - (sums["points"] or 0)


def _member_for(purchase: Purchase) -> Member:
    if purchase.member is not None:
        return purchase.member
    assert purchase.customer is not None
    return member_of_buyer(purchase.customer, phone=purchase.phone)


def _postings(purchase: Purchase, given: Quote, settings: Programme) -> list[Posting]:
    day = store_day(purchase.at)
    hold = timedelta(days=settings.hold_days)
    return [
        Posting(
            EntryKind.PURCHASE,
            given.points,
            purchase.reference,
            available_at=purchase.at + hold if hold else None,
            expires_on=expiry_day(day, settings.expiry_months),
            purchase=purchase,
            branch=purchase.branch,
            place=Place(purchase.place),
            by=purchase.by,
            steps=given.kept(),
        )
    ]
