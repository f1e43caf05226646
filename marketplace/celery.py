"""`celery -A marketplace worker|beat`: the tasks of every app, found in their tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready
from kombu.transport import redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

app = Celery("marketplace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class Channel(redis.Channel):
    """With kombu 5.7 a worker that was doing something when Redis went away ended: giving the task back, and
    acknowledging it later, asked a connection that was closed already for its address (AttributeError).
    Said as a lost connection, the worker comes back by itself."""

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("this channel's connection to Redis is closed")
        return super()._connparams(asynchronous=asynchronous)  # type: ignore[misc]


redis.Transport.Channel = Channel


@worker_ready.connect
def say_alive(**kwargs: Any) -> None:
    """The first heartbeat at once, so that `/healthz` need not wait for the schedule."""
    app.send_task("common.heartbeat")
