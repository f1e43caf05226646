"""What a shop keeps from its couriers reaches them by no way."""

import dataclasses
from decimal import Decimal

import pytest

from delivery.models import DeliverySettings
from delivery.queries.invoice import Line, invoice_of
from orders.models import Order

ALL = ("show_lines", "show_prices", "show_total", "show_phone", "show_note")


def test_at_first_the_prices_and_the_total_are_kept_back(parcel: Order) -> None:
    parcel.note, parcel.customer_name = "Ring twice", "Malee"

    invoice = invoice_of(parcel, DeliverySettings())

    assert dataclasses.asdict(invoice) == {
        "number": parcel.number,
        "customer_name": "Malee",
        "address": "12 Charoen Krung, Bang Rak",
        "to_collect": Decimal("241.00"),
        "currency": "THB",
        "phone": "+66812345678",
        "note": "Ring twice",
        "lines": ({"title": "Jasmine tea", "quantity": 2, "price": None},),
        "total": None,
    }


@pytest.mark.parametrize("shown", ALL)
def test_each_switch_shows_one_thing_and_what_it_hides_is_not_there(shown: str, parcel: Order) -> None:
    parcel.note = "Ring twice"

    invoice = invoice_of(parcel, DeliverySettings(**{name: name == shown for name in ALL}))

    assert (invoice.address, invoice.to_collect) == ("12 Charoen Krung, Bang Rak", Decimal(241))
    assert invoice.phone == ("+66812345678" if shown == "show_phone" else "")
    assert invoice.note == ("Ring twice" if shown == "show_note" else "")
    assert invoice.total == (Decimal(241) if shown == "show_total" else None)
    assert invoice.lines == ((Line("Jasmine tea", 2, None),) if shown == "show_lines" else ())


def test_prices_are_those_of_one(parcel: Order) -> None:
    invoice = invoice_of(parcel, DeliverySettings(show_prices=True))

    assert invoice.lines == (Line("Jasmine tea", 2, Decimal("120.50")),)


def test_nothing_is_collected_for_an_order_that_is_paid(parcel: Order) -> None:
    parcel.paid_at = parcel.placed_at

    assert invoice_of(parcel, DeliverySettings()).to_collect == 0
