from datetime import date
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone, translation

from accounts.models import Provider, User
from followup import domain, prepared
from followup.reports import Period
from marketplace.common.background import enqueue_on_commit


@shared_task(name="followup.send_reminders")
def send_reminders() -> None:
    domain.send_reminders()


@shared_task(name="followup.close_tasks")
def close_tasks() -> None:
    """What has been answered or paid is nobody's task any more."""
    domain.close_tasks()


@shared_task(name="followup.begin_tasks")
def begin_tasks() -> None:
    """Whoever has ordered meanwhile waits for no call."""
    domain.link_orders()
    domain.begin_tasks()


@shared_task(name="followup.make_reports_ahead")
def make_reports_ahead() -> None:
    for membership in prepared.large_memberships(timezone.now()):
        enqueue_on_commit("followup.make_reports_of", membership_pk=membership)


@shared_task(name="followup.make_reports_of")
def make_reports_of(membership_pk: int) -> None:
    """One person's, in a task of its own: alerts that wait for the worker get their turn in between."""
    prepared.make_ahead(membership_pk)


@shared_task(name="followup.make_report")
def make_report(shop_pk: int, user_pk: int, first: str, last: str, unit: str, language: str) -> None:
    """One that somebody has asked for and waits for; days are ISO dates of the shop's calendar."""
    shop, user = Provider.objects.get(pk=shop_pk), User.objects.get(pk=user_pk)
    period = Period(date.fromisoformat(first), date.fromisoformat(last), ZoneInfo(shop.time_zone))
    with translation.override(language):
        prepared.make_report_for_later(shop, period, user, unit, language)
