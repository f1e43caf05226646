"""What an update says, once it is read. Its words are for programs and their programmers: English."""

import json
import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from marketplace.common.text import fold_digits
from orders.enums import OrderStatus, UpdateOutcome

STATUSES = {
    "creating": OrderStatus.DRAFT,
    "contract_created": OrderStatus.CONFIRMED,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
}
# How far along; what happened in the same second happened in this order.
RANKS = {"creating": 0, "contract_created": 1, "completed": 2, "cancelled": 2}
# What a card shows of an order made outside, and how much of it fits.
TEXTS = {
    "order_number": 36,
    "contract_number": 40,
    "service": 160,
    "customer_name": 160,
    "phone": 32,
    "total": 15,
}
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")  # what an order's total holds
_AHEAD = timedelta(minutes=5)  # clocks differ; further ahead, it would silence every later update
_KEEP_RAW = 2000


class RefusalError(Exception):
    """The update changes nothing. `fields`: name → what is wrong with it."""

    def __init__(
        self, status: int, outcome: UpdateOutcome, message: str, fields: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.outcome, self.fields = status, outcome, fields or {}


@dataclass(frozen=True, slots=True)
class Update:
    """A text that is "" was not given. `occurred_at` is aware, by the outside's clock; `total` is a decimal
    number in the shop's currency."""

    order: str
    status: str
    occurred_at: datetime
    order_number: str = ""
    contract_number: str = ""
    service: str = ""
    customer_name: str = ""
    phone: str = ""
    total: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """Those that were given."""
        return {name: value for name in TEXTS if (value := getattr(self, name))}

    @property
    def to(self) -> OrderStatus:
        return STATUSES[self.status]

    def stored(self) -> dict[str, str]:
        """As the inbox keeps it; `Update.restored` reads it back."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["occurred_at"] = self.occurred_at.isoformat()
        return {name: value for name, value in values.items() if value}

    @classmethod
    def restored(cls, values: dict[str, str]) -> "Update":
        return cls(**{**values, "occurred_at": datetime.fromisoformat(values["occurred_at"])})  # type: ignore[arg-type]


def read_update(raw: bytes, *, now: datetime) -> Update:
    """Raises RefusalError: 400 for what is no JSON object, 422 with the fields that are wrong."""
    try:
        given = json.loads(raw.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RefusalError(400, UpdateOutcome.MALFORMED, f"The body is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise RefusalError(400, UpdateOutcome.MALFORMED, "The body is not a JSON object.")
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {name: _text(given, name, limit, wrong) for name, limit in TEXTS.items()}
    values["order"] = _order(given, wrong)
    values["status"] = _text(given, "status", 20, wrong)
    if values["status"] not in STATUSES:
        wrong.setdefault("status", f"Give one of {', '.join(STATUSES)}.")
    if values["total"] and not _AMOUNT.fullmatch(values["total"]):
        wrong["total"] = (
            'Give an amount like "1250.00": not negative, at most 12 digits before the point and 2 after it.'
        )
    values["occurred_at"] = _moment(_text(given, "occurred_at", 40, wrong), now, wrong)
    if wrong:
        raise RefusalError(422, UpdateOutcome.MALFORMED, f"Wrong or missing: {', '.join(wrong)}.", wrong)
    values["phone"] = fold_digits(values["phone"])
    return Update(**values)


def raw_text(raw: bytes) -> str:
    """The start of a body that could not be read, as the log can keep it."""
    return _storable(raw[:_KEEP_RAW].decode(errors="replace"))


def _order(given: dict[str, Any], wrong: dict[str, str]) -> str:
    order = given.get("order")
    if isinstance(order, int) and not isinstance(order, bool):
        return str(order)
    text = _text(given, "order", 40, wrong)
    if not text:
        wrong.setdefault("order", "Give the id that order.created and {order} carried.")
    return text


def _text(given: dict[str, Any], name: str, limit: int, wrong: dict[str, str]) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        wrong[name] = "Give a text."
        return ""
    text = _storable(value).strip()
    if len(text) > limit:
        wrong[name] = f"Give at most {limit} characters."
    return text


def _moment(text: str, now: datetime, wrong: dict[str, str]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        is_ahead = moment > now + _AHEAD  # a time without offset cannot be compared
    except (ValueError, TypeError, OverflowError):
        wrong.setdefault("occurred_at", "Give an ISO time with its offset: 2026-11-22T14:30:00+07:00.")
        return None
    if is_ahead:
        wrong["occurred_at"] = "This time is in the future by our clock."
    return moment


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a character."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
