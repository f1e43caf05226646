from celery import shared_task

from marketplace.notify import domain


@shared_task(name="notify.send")
def send(notification_id: int) -> None:
    domain.send_notification(notification_id)


@shared_task(name="notify.send_due")
def send_due() -> None:
    domain.send_due()
