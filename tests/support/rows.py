"""One more row of any model, written past the rules, with everything that it may point to: for lists whose
cost must not grow. Tests of what the product does ask its domain functions instead."""

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone
from psycopg.types.range import Range

from delivery.enums import DeliveryState

_VALUES: dict[str, Callable[[int], Any]] = {
    "CharField": lambda n: f"x{n}",
    "TextField": lambda n: f"x{n}",
    "SlugField": lambda n: f"x{n}",
    "FileField": lambda n: f"x{n}.jpg",
    "DateField": lambda n: timezone.localdate(),
    "DateTimeField": lambda n: timezone.now(),
    "TimeField": lambda n: time(9),
    "DecimalField": lambda n: Decimal(n),
    "IntegerField": lambda n: n,
    "BigIntegerField": lambda n: n,
    "PositiveIntegerField": lambda n: n,
    "PositiveSmallIntegerField": lambda n: n,
    "BooleanField": lambda n: False,
    "JSONField": lambda n: {},
    "UUIDField": lambda n: uuid4(),
    "GenericIPAddressField": lambda n: "127.0.0.1",
    "DateTimeRangeField": lambda n: Range(
        timezone.now() + timedelta(hours=n), timezone.now() + timedelta(hours=n + 1)
    ),
}
# What the constraints of these ask for.
_SAID: dict[str, dict[str, Any]] = {
    "delivery.Delivery": {"state": DeliveryState.ASSIGNED},
    "followup.CallbackRequest": {"phone": "+66812345678"},
    "followup.FollowUp": {"callback": None, "transfer": None, "silence": None},
}


class Rows:
    """Each call makes a row with things of its own around it; what stands around those is shared."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._shared: dict[type[models.Model], Any] = {}

    def make(self, model: type[models.Model], **said: Any) -> Any:
        return self._make(model, (), said or _SAID.get(model._meta.label, {}))

    def _make(self, model: type[models.Model], around: tuple[Any, ...], said: dict[str, Any]) -> Any:
        number = next(self._numbers)
        fields = dict(said)
        for field in model._meta.concrete_fields:
            if field.name in said or field.generated or isinstance(field, models.AutoField):
                continue
            if field.is_relation:
                fields[field.name] = self._other(field, (*around, model))
            elif field.unique or not (field.null or field.has_default() or field.blank):
                fields[field.name] = _value(field, number)
        return model._base_manager.create(**fields)

    def _other(self, field: Any, around: tuple[Any, ...]) -> Any:
        model = field.related_model
        if model in around:
            return None  # only what may be empty points back
        said = _SAID.get(model._meta.label, {})
        if len(around) == 1 or _is_once(field):
            return self._make(model, around, said)
        if model not in self._shared:
            self._shared[model] = self._make(model, around, said)
        return self._shared[model]


def _is_once(field: Any) -> bool:
    """Whether no two rows may point to the same one, alone or together with what else they say."""
    constraints = field.model._meta.constraints
    return field.unique or any(field.name in getattr(rule, "fields", ()) for rule in constraints)


def _value(field: Any, number: int) -> Any:
    if field.choices:
        return field.choices[number % len(field.choices) if field.unique else 0][0]
    return _VALUES[field.get_internal_type()](number)
