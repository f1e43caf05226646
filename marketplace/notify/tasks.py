from celery import shared_task

from marketplace.notify import domain, sms


@shared_task(name="notify.send")
def send(notification_id: int) -> None:
    domain.send_notification(notification_id)


@shared_task(name="notify.send_due")
def send_due() -> None:
    domain.send_due()


@shared_task(name="notify.ask_due")
def ask_due() -> None:
    sms.ask_due()
