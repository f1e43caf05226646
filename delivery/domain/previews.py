"""A text as its reader would get it, filled from a real order of the shop where there is one."""

from dataclasses import dataclass

from accounts.models import Provider
from delivery.domain import texts
from delivery.queries.invoice import limits_of
from delivery.queries.sms import recent_delivery
from delivery.texts import FOR_COURIERS, TextKind
from marketplace.notify.sms_parts import Parts, count_parts

_LIMITED = {"phone": "show_phone", "total": "show_total", "items": "show_lines", "note": "show_note"}
# Of these an order knows nothing before it happened.
_YET_TO_COME = ("courier", "reason", "receiver", "amount")


@dataclass(frozen=True, slots=True)
class Preview:
    """`order` is the number of the real order that fills it, "" for an example."""

    text: str
    parts: Parts
    order: str
    unknown: tuple[str, ...]


def preview_of(provider: Provider, kind: TextKind, language: str, text: str) -> Preview:
    text = texts.tidy(text)
    values, order = _values(provider, kind, language)
    filled = texts.fill(text, values)
    unknown = tuple(f"{{{name}}}" for name in texts.unknown_variables(kind, text))
    return Preview(filled, count_parts(filled), order, unknown)


def hidden_from_couriers(provider: Provider) -> set[str]:
    """The variables that stay empty for couriers, as the delivery settings say."""
    limits = limits_of(provider)
    return {name for name, setting in _LIMITED.items() if not getattr(limits, setting)}


def _values(provider: Provider, kind: TextKind, language: str) -> tuple[texts.Values, str]:
    example = dict(texts.example_values(provider, language))
    delivery = recent_delivery(provider)
    link = example["link"]
    if kind in FOR_COURIERS:
        for name in hidden_from_couriers(provider):
            example[name] = ""
    if delivery is None:
        return example, ""
    courier = delivery.courier.name if delivery.courier else example["courier"]
    if kind in FOR_COURIERS:
        real = dict(texts.courier_values(delivery, courier, language, link=link))
    else:
        real = dict(texts.customer_values(delivery, None, language, names=(), link=link))
    for name in _YET_TO_COME:
        real[name] = real.get(name) or example[name]
    return real, str(delivery.order)
