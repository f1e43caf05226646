from celery import shared_task

from services import domain


@shared_task(name="services.index_renamed_shops")
def index_renamed_shops() -> None:
    domain.index_renamed_shops()
