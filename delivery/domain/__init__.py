"""Handing parcels to couriers, and what couriers report."""

from delivery.domain.addresses import change_address
from delivery.domain.cash import hand_in_cash
from delivery.domain.handing import hand_over, hand_over_many, take_back
from delivery.domain.reports import Proof, accept_report, report, report_late

__all__ = [
    "Proof",
    "accept_report",
    "change_address",
    "hand_in_cash",
    "hand_over",
    "hand_over_many",
    "report",
    "report_late",
    "take_back",
]
