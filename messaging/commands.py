"""The shape of what a page says over the socket, checked before anything else looks at it."""

import json
import uuid
from typing import Any

MAX_FRAME = 64 * 1024  # characters; the longest message, every character escaped, has half of that

Answer = dict[str, Any]


class Malformed(Exception):  # noqa: N818  (the consumer answers it, nobody else sees it)
    """What arrived is not a command."""


def read_command(text: str | None) -> Answer:
    """A JSON object with a `type`, and a `client_id` that may go back as it came."""
    if text is None or len(text) > MAX_FRAME:
        raise Malformed
    try:
        command = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(command, dict) or not isinstance(command.get("type"), str):
        raise Malformed
    client_id = command.get("client_id")
    if client_id is not None and not (
        isinstance(client_id, str) and len(client_id) <= 64 and client_id.isascii()
    ):
        command["client_id"] = None
        raise Malformed
    return command


def number_in(command: Answer, name: str, largest: int) -> int:
    value = command.get(name)
    if type(value) is not int or not 0 <= value <= largest:
        raise Malformed
    return value


def id_in(command: Answer, name: str) -> int:
    return number_in(command, name, 2**63 - 1)


def seq_in(command: Answer) -> int:
    return number_in(command, "seq", 2**31 - 1)


def text_in(command: Answer, name: str) -> str:
    value = command.get(name)
    if not isinstance(value, str):
        raise Malformed
    return value


def uuid_in(command: Answer) -> uuid.UUID:
    try:
        return uuid.UUID(text_in(command, "client_id"))
    except ValueError as error:
        raise Malformed from error
