from celery import shared_task

from appointments.domain import calls, telling


@shared_task(name="appointments.send_reminders")
def send_reminders() -> None:
    telling.send_reminders()


@shared_task(name="appointments.close_calls")
def close_calls() -> None:
    """Also has the cards drawn again whose time has come, so that an open chat turns green."""
    calls.close_calls()
    telling.announce_phases()
