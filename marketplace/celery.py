"""`celery -A marketplace worker|beat`: the tasks of every app, found in their tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

app = Celery("marketplace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def say_alive(**kwargs: Any) -> None:
    """The first heartbeat at once, so that `/healthz` need not wait for the schedule."""
    app.send_task("common.heartbeat")
