from datetime import datetime

from celery import shared_task
from django.utils import timezone

from loyalty import domain
from loyalty.domain import batches, expiring_ahead, figures, friends, insight, level_setup
from loyalty.domain.programme import store_day
from loyalty.models import Purchase
from marketplace.common.background import enqueue_on_commit


@shared_task(name="loyalty.award")
def award(reference: str) -> None:
    purchase = Purchase.objects.filter(reference=reference).first()
    if purchase is not None:  # else the database went back to before it
        domain.award(purchase)


@shared_task(name="loyalty.award_waiting")
def award_waiting() -> None:
    domain.award_waiting()


@shared_task(name="loyalty.daily")
def daily() -> None:
    """Comes often and does the day's work once, so that it need not know when the store's day begins; in
    pieces that are tasks of their own, so that alerts get their turn in between."""
    if domain.work_of_the_day(now=timezone.now()):
        enqueue_on_commit("loyalty.daily")


@shared_task(name="loyalty.reward_referral")
def reward_referral(referral: int) -> None:
    friends.reward_referral(referral)


@shared_task(name="loyalty.reverse_referral")
def reverse_referral(referral: int) -> None:
    friends.reverse_referral(referral)


@shared_task(name="loyalty.reward_referrals")
def reward_referrals() -> None:
    """Those whose return window is over."""
    friends.reward_due()


@shared_task(name="loyalty.refresh_levels")
def refresh_levels() -> None:
    """Where levels were changed: of some members; the next ones are a task of their own, too."""
    if level_setup.refresh_levels():
        enqueue_on_commit("loyalty.refresh_levels")


@shared_task(name="loyalty.work_on_batch")
def work_on_batch(batch_id: int) -> None:
    batches.work_on(batch_id)


@shared_task(name="loyalty.take_up_batches")
def take_up_batches() -> None:
    """Those that were never announced, and those whose worker died."""
    batches.take_up()


@shared_task(name="loyalty.count_figures")
def count_figures() -> None:
    """What the Home pages show; what takes longest goes on in tasks of its own."""
    now = timezone.now()
    insight.count_months(figures.count_figures(now=now))
    enqueue_on_commit("loyalty.count_expiring", at=now.isoformat(), after_pk=0, sums="")


@shared_task(name="loyalty.count_expiring")
def count_expiring(at: str, after_pk: int, sums: str) -> None:
    """Of some members, added to the `sums` by month ("1,20,300"; "" for none); the next ones are a task of
    their own."""
    now = datetime.fromisoformat(at)
    before = [int(points) for points in sums.split(",")] if sums else [0] * expiring_ahead.MONTHS
    found, last = expiring_ahead.expiring_of_some(before, after_pk, today=store_day(now))
    if last is None:
        expiring_ahead.keep_expiring(found, now=now)
    else:
        enqueue_on_commit("loyalty.count_expiring", at=at, after_pk=last, sums=",".join(map(str, found)))
