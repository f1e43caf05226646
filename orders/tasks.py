from celery import shared_task

from orders import domain
from orders.domain import outside


@shared_task(name="orders.expire_unpaid")
def expire_unpaid() -> None:
    domain.expire_unpaid()


@shared_task(name="orders.outside_send")
def outside_send(delivery_id: int) -> None:
    outside.send_delivery(delivery_id)


@shared_task(name="orders.outside_send_due")
def outside_send_due() -> None:
    outside.send_due()
