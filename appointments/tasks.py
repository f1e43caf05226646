from celery import shared_task

from appointments.domain import telling


@shared_task(name="appointments.send_reminders")
def send_reminders() -> None:
    telling.send_reminders()


@shared_task(name="appointments.close_calls")
def close_calls() -> None:
    """Placeholder name kept by the schedule; the calls module writes outcomes of ended calls."""
