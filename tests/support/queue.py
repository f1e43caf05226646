"""What waits in the broker for a worker, and doing it here."""

import json
from base64 import b64decode
from typing import Any

from marketplace.celery import app


def forget_waiting() -> None:
    """And what a worker that was killed had begun."""
    with app.connection_for_write() as connection:
        connection.default_channel.client.delete("celery", "unacked", "unacked_index")


def announced() -> list[tuple[str, dict[str, Any]]]:
    """(task's name, its arguments), oldest first."""
    with app.connection_for_read() as connection:
        waiting = [json.loads(text) for text in connection.default_channel.client.lrange("celery", 0, -1)]
    return [
        (message["headers"]["task"], json.loads(b64decode(message["body"]))[1]) for message in waiting[::-1]
    ]


def is_work_left() -> bool:
    """Whether a task waits or is being done: a worker acknowledges late, when it has done it."""
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        return bool(client.llen("celery") or client.hlen("unacked"))


def work_off(prefix: str) -> list[str]:
    """Does the waiting tasks whose name begins so, as a worker would; their names."""
    app.loader.import_default_modules()
    done = []
    for name, arguments in announced():
        if name.startswith(prefix):
            app.tasks[name](**arguments)
            done.append(name)
    forget_waiting()
    return done
