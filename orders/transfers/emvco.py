"""The format of EMVCo's payment QR codes: fields of a two-digit id, a two-digit length and a value.

The last field is the CRC of everything before it and of its own id and length.
"""

import binascii
import re

_FIELD = re.compile("([0-9]{2})([0-9]{2})")


def field(tag: str, value: str) -> str:
    """One field. `tag` is two digits, `value` ASCII; ValueError when it is longer than 99 characters."""
    if len(value) > 99:
        raise ValueError(f"field {tag} is too long")
    return f"{tag}{len(value):02}{value}"


def with_crc(fields: str, *, tag: str) -> str:
    """`fields` and, as their last, the CRC under `tag`."""
    start = f"{fields}{tag}04"
    return start + crc(start)


def crc(text: str) -> str:
    """CRC-16 (polynomial 0x1021, first value 0xFFFF) of ASCII `text`, as four upper-case hex digits."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def read_fields(text: str) -> dict[str, str] | None:
    """The value of each id, in their order; None when a length is wrong or an id stands there twice."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = _FIELD.match(text, at)
        if head is None or head[1] in found:
            return None
        end = head.end() + int(head[2])
        if end > len(text):
            return None
        found[head[1]] = text[head.end() : end]
        at = end
    return found
