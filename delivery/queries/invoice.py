"""What a courier may know of an order. Whatever shows, sends or keeps an order for a courier (the page of the
task, its copy for places without signal, its link, an export, a text message) takes it from here."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Provider
from delivery.models import Delivery, DeliverySettings
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    quantity: int
    price: Decimal | None  # of one; None: not for couriers


@dataclass(frozen=True, slots=True)
class Invoice:
    """Amounts are in `currency`. None and "" alike: the shop keeps it to itself, or there is none."""

    number: str
    customer_name: str
    address: str
    to_collect: Decimal
    currency: str
    phone: str
    note: str
    lines: tuple[Line, ...]
    total: Decimal | None


def invoice_of(order: Order, limits: DeliverySettings) -> Invoice:
    """The order as far as `limits` let couriers see it; the address and the amount to collect always. Reads
    the order's lines and customer only where they are shown."""
    return Invoice(
        number=str(order),
        customer_name=order.customer_name or order.customer.name,
        address=order.delivery_address.strip(),
        to_collect=Delivery(order=order).to_collect,
        currency=order.currency,
        phone=order.phone if limits.show_phone else "",
        note=order.note.strip() if limits.show_note else "",
        lines=_lines(order, limits) if limits.show_lines else (),
        total=order.total if limits.show_total else None,
    )


def limits_of(provider: Provider) -> DeliverySettings:
    """As `settings_of`, out of a provider that was read together with its settings."""
    found: DeliverySettings | None = getattr(provider, "delivery_settings", None)
    return found or DeliverySettings(provider=provider)


def _lines(order: Order, limits: DeliverySettings) -> tuple[Line, ...]:
    return tuple(
        Line(line.title, line.quantity, line.unit_price if limits.show_prices else None)
        for line in order.lines.all()
    )
