"""The first door out of a transaction: starting a background task."""

import logging
import time

from django.db import transaction
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

# While the broker is away every attempt costs its connect time; the sweep catches up anyway,
# so after a failure the attempts pause.
PAUSE_SECONDS = 5.0
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
    app = import_string("marketplace.celery.app")  # the composition root stands above this module
    try:
        app.send_task(name, kwargs=ids, retry=False)
    except Exception as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("task %s not announced, the sweep will find it: %s", name, error)
