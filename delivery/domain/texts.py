"""The texts of a shop's SMS: as the shop wrote them, filled with what their reader may know."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Provider
from delivery.enums import FailureReason
from delivery.models import Delivery, DeliveryEvent, MessageSwitch, MessageText
from delivery.models.texts import MAX_LENGTH
from delivery.queries.invoice import invoice_of, limits_of
from delivery.texts import DEFAULTS, ON_AT_FIRST, VARIABLES, TextKind
from marketplace.common.calendars import format_date, format_datetime, localize_digits
from marketplace.common.errors import DomainError
from marketplace.common.money import format_money
from orders.domain import share_link

_VARIABLE = re.compile(r"\{([^{}\s]*)\}")
_ROOM = {"address": 200, "items": 150, "note": 150, "name": 60, "shop": 60, "courier": 60, "receiver": 60}
MAX_SENT = 900  # characters that every gateway takes

Values = Mapping[str, str]


def text_of(provider: Provider, kind: TextKind, language: str) -> str:
    """What the shop sends, with its variables: its own text, else the first one."""
    own = MessageText.objects.filter(provider=provider, kind=kind, language=language).first()
    return own.text if own else default_text(kind, language)


def has_own(provider: Provider, kind: TextKind, language: str) -> bool:
    return MessageText.objects.filter(provider=provider, kind=kind, language=language).exists()


def default_text(kind: TextKind, language: str) -> str:
    texts = DEFAULTS[kind]
    return texts.get(language) or texts["en"]


def is_on(provider: Provider, kind: TextKind) -> bool:
    switch = MessageSwitch.objects.filter(provider=provider, kind=kind).first()
    return switch.is_on if switch else kind in ON_AT_FIRST


def switch(provider: Provider, kind: TextKind, *, on: bool) -> None:
    MessageSwitch.objects.update_or_create(provider=provider, kind=kind, defaults={"is_on": on})


def save_text(provider: Provider, kind: TextKind, language: str, text: str) -> None:
    """The shop's own text from now on; the first text again takes the own one away. Refusals: empty, long,
    unknown_variable."""
    text = tidy(text)
    check_text(kind, text)
    if text == default_text(kind, language):
        reset_text(provider, kind, language)
        return
    MessageText.objects.update_or_create(
        provider=provider, kind=kind, language=language, defaults={"text": text}
    )


def reset_text(provider: Provider, kind: TextKind, language: str) -> None:
    MessageText.objects.filter(provider=provider, kind=kind, language=language).delete()


def check_text(kind: TextKind, text: str) -> None:
    if not text:
        raise DomainError(_("Write a text, or switch it off."), code="empty")
    if len(text) > MAX_LENGTH:
        raise DomainError(_("At most %(number)s characters, please.") % {"number": MAX_LENGTH}, code="long")
    unknown = unknown_variables(kind, text)
    if unknown:
        raise DomainError(
            ngettext_lazy(
                "%(names)s is no variable of this text. Choose one from the list below it.",
                "%(names)s are no variables of this text. Choose from the list below it.",
                len(unknown),
            )
            % {"names": ", ".join(f"\u2068{{{name}}}\u2069" for name in unknown)},
            code="unknown_variable",
        )


def unknown_variables(kind: TextKind, text: str) -> list[str]:
    known = VARIABLES[kind]
    return list(dict.fromkeys(name for name in _VARIABLE.findall(text) if name not in known))


def tidy(text: str) -> str:
    lines = text.replace("\x00", "").replace("\r\n", "\n").strip().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def fill(text: str, values: Values) -> str:
    """`text` with its variables filled in, once: what somebody typed as a name is not filled again. A line
    whose variables are all empty is left out."""
    lines = []
    for line in text.split("\n"):
        names = _VARIABLE.findall(line)
        if names and not any(values.get(name) for name in names):
            continue
        filled = _VARIABLE.sub(lambda found: values.get(found[1], found[0]), line)
        lines.append(re.sub(r" {2,}", " ", filled).strip())
    return "\n".join(lines).strip()[:MAX_SENT]


def names_in(text: str) -> set[str]:
    return set(_VARIABLE.findall(text))


def courier_values(delivery: Delivery, courier: str, language: str, *, link: str = "") -> Values:
    """Only what the shop lets its couriers know: see invoice_of. `courier` is a name; without `link`, the
    live one of the task."""
    invoice = invoice_of(delivery.order, limits_of(delivery.provider))
    if not link and delivery.link_token:
        link = settings.BASE_URL + reverse("delivery:task_link", args=[delivery.link_token])
    lines = ", ".join(f"{line.quantity}x {line.title}" for line in invoice.lines)
    values = {
        "number": localize_digits(invoice.number, language),
        "name": invoice.customer_name,
        "address": invoice.address,
        "phone": invoice.phone,
        "amount": _money(invoice.to_collect, invoice.currency, language),
        "total": _money(invoice.total, invoice.currency, language),
        "items": localize_digits(lines, language),
        "note": invoice.note,
        "due": _due(delivery, language),
        "courier": courier,
        "shop": delivery.provider.name,
        "link": link,
    }
    return _short(values, language)


def taken_back_values(delivery: Delivery, courier: str, language: str) -> Values:
    """To who has the task no more: nothing of its customer."""
    values = {
        "number": localize_digits(str(delivery.order), language),
        "courier": courier,
        "shop": delivery.provider.name,
    }
    return _short(values, language)


def customer_values(
    delivery: Delivery, event: DeliveryEvent | None, language: str, *, names: Collection[str], link: str = ""
) -> Values:
    """For the order's own customer. A link that opens the order without an account is made only where the
    text has one (`names`)."""
    order = delivery.order
    if not link and "link" in names:
        link = settings.BASE_URL + reverse("orders:link", args=[share_link(order)])
    carrier = event.assignment.courier if event else delivery.courier
    values = {
        "number": localize_digits(str(order), language),
        "name": order.customer_name or order.customer.name,
        "shop": delivery.provider.name,
        "courier": carrier.name if carrier else "",
        "amount": _money(delivery.to_collect, order.currency, language),
        "due": _due(delivery, language),
        "address": order.delivery_address,
        "receiver": event.receiver if event else "",
        "reason": _reason(event.reason if event else "", language),
        "link": link,
    }
    return _short(values, language)


def example_values(provider: Provider, language: str) -> Values:
    """What a preview shows where there is nothing real for it."""
    with translation.override(language):
        return {
            "number": localize_digits("100042", language),
            "name": str(_("Malee Suksan")),
            "address": str(_("12 Market Street, 3rd floor")),
            "phone": localize_digits("0812345678", language),
            "amount": _money(Decimal(450), provider.currency, language),
            "total": _money(Decimal(450), provider.currency, language),
            "items": localize_digits("2x", language) + " " + str(_("Jasmine tea")),
            "note": str(_("Please ring twice")),
            "due": localize_digits("18:00", language),
            "reason": str(FailureReason.ABSENT.label),
            "receiver": str(_("Neighbour")),
            "courier": str(_("Somchai")),
            "shop": provider.name,
            "link": example_link(),
        }


def example_link() -> str:
    """As long as a real one, and opens nothing."""
    return f"{settings.BASE_URL}/t/{'x' * 24}/"


def _money(amount: Decimal | None, currency: str, language: str) -> str:
    """ "" for nothing to pay. In English with the currency's code: one ฿ would halve the room of a part."""
    if not amount:
        return ""
    text = format_money(amount, currency, language).replace("\u00a0", " ")
    return f"{re.sub('[^0-9,.]', '', text)} {currency}" if language == "en" else text


def _due(delivery: Delivery, language: str) -> str:
    """Midnight stands for the end of the day before."""
    zone = ZoneInfo(delivery.provider.time_zone)
    due: datetime = delivery.due_at.astimezone(zone)
    if due.time() == time.min:
        return format_date(due.date() - timedelta(days=1), language)
    return format_datetime(due, language, zone)


def _reason(reason: str, language: str) -> str:
    if not reason:
        return ""
    with translation.override(language):
        return str(FailureReason(reason).label)


def _short(values: Mapping[str, str], language: str) -> Values:
    """Each on one line and no longer than an SMS can bear."""
    comma = "، " if language == "fa" else ", "
    short = {}
    for name, value in values.items():
        lines = [" ".join(line.split()) for line in value.splitlines()]
        text = comma.join(line.rstrip(",،") for line in lines if line)
        short[name] = Truncator(text).chars(_ROOM[name]) if name in _ROOM else text
    return short
