from celery import shared_task

from followup import domain


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
