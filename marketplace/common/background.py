"""The first door out of a transaction: starting a background task."""

import logging
import time
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from kombu import pools

logger = logging.getLogger(__name__)

# While the broker is away every attempt costs time; the sweep catches up anyway, so after a failure the
# attempts pause.
PAUSE_SECONDS = 5.0
# A broker that does not answer must not hold the page: kombu alone would try again for six seconds, and
# wait for ever for one that has stopped without closing.
_IMPATIENT = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}
_paused_until = 0.0


def enqueue_on_commit(name: str, **ids: int | str) -> None:
    """Start task `name` with `ids` once the current transaction is committed.

    Never raises: a broker that is down must not turn a saved row into an error page. Whoever calls
    this leaves a due row behind that a scheduled sweep finds, so the work is late and not lost.
    """
    transaction.on_commit(lambda: _send(name, ids), robust=True)


def _send(name: str, ids: dict[str, int | str]) -> None:
    global _paused_until
    if time.monotonic() < _paused_until:
        return
    app: Any = import_string("marketplace.celery.app")  # the composition root stands above this module
    try:
        connection = app.connection_for_write(transport_options=_IMPATIENT)
        with pools.producers[connection].acquire(block=True, timeout=0.5) as producer:
            app.send_task(name, kwargs=ids, producer=producer, retry=False)
    except Exception as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("task %s not announced, the sweep will find it: %s", name, error)
