"""PromptPay: what a Thai banking app scans to pay a shop, and its QR code.

Such a code tells nobody that money has come: that takes a slip or the bank. And it shows the phone number
or id to everyone who scans it, which is why a shop does well to use its business's own.
"""

import re
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from marketplace.common.qr_codes import qr_svg
from marketplace.common.text import TypedTextError, fold_digits
from orders.transfers.emvco import field, with_crc

_APPLICATION = "A000000677010111"
_BAHT = "764"  # ISO 4217
_MOBILE, _NATIONAL_ID, _WALLET = "01", "02", "03"
_SEPARATORS = re.compile(r"[\s().\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2066-\u2069-]")


class UnreadableTargetError(TypedTextError):
    """The text is no PromptPay id."""


def clean_target(text: str) -> str:
    """The PromptPay id in `text` as digits only: 10 of a phone (0812345678), 13 of a national or tax id, or
    15 of an e-wallet.

    Reads Thai and Persian digits, spaces, hyphens and the country code (+66 or 66). The check digit of a
    national id is not looked at. Raises UnreadableTargetError, a ValueError with a sentence for the reader.
    """
    digits = _SEPARATORS.sub("", fold_digits(text))
    abroad = re.fullmatch(r"\+?66(?:0?)([1-9][0-9]{8})", digits)
    if abroad:
        return "0" + abroad[1]
    # 13 digits from 0066 on may be a phone or the id of a person: a guess could pay somebody else.
    could_be_both = re.fullmatch("0066[689][0-9]{8}", digits)
    if could_be_both or not re.fullmatch("0[0-9]{9}|[0-9]{13}|[0-9]{15}", digits):
        raise UnreadableTargetError(
            _(
                "Write a Thai mobile number such as 0812345678, a 13-digit national or tax ID, "
                "or a 15-digit e-wallet ID."
            ),
            code="unreadable_target",
        )
    return digits


def promptpay_payload(target: str, amount: Decimal | None) -> str:
    """The text of the QR code that pays `amount` baht to `target`; with None the payer types the amount.

    Raises UnreadableTargetError, and ValueError for an amount that is not over zero, has parts of a satang,
    or is 10,000,000,000 or more.
    """
    digits = clean_target(target)
    kind = {10: _MOBILE, 13: _NATIONAL_ID, 15: _WALLET}[len(digits)]
    account = f"0066{digits[1:]}" if kind == _MOBILE else digits
    fields = [
        field("00", "01"),
        field("01", "11" if amount is None else "12"),
        field("29", field("00", _APPLICATION) + field(kind, account)),
        field("58", "TH"),
        field("53", _BAHT),
    ]
    if amount is not None:
        fields.append(field("54", _baht(amount)))
    return with_crc("".join(fields), tag="63")


def promptpay_svg(payload: str, *, label: str) -> SafeString:
    """The QR code of `payload` as an `<svg>` of class `promptpay-code` (see qr_svg)."""
    return qr_svg(payload, label=label, css="promptpay-code")


def _baht(amount: Decimal) -> str:
    if not amount.is_finite() or not 0 < amount < 10**10 or amount != round(amount, 2):
        raise ValueError(f"no amount to pay: {amount}")
    return f"{amount:.2f}"
