"""How many messages a text becomes, and is paid as.

GSM 03.38: with nothing but the characters of its alphabet a message holds 160 of them, and 153 where several
belong together; with any other character each holds 70 units of UTF-16, or 67.
"""

from dataclasses import dataclass

# The basic alphabet without its escape sign, then what is written with the escape sign before it: two units.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM = (160, 153)
_UCS2 = (70, 67)


@dataclass(frozen=True, slots=True)
class Parts:
    """`units` are what fills a part: `room` of them fit into each, given how many there are."""

    count: int
    units: int
    room: int
    is_gsm: bool


def count_parts(text: str) -> Parts:
    """A line break counts as one character, however the browser sent it. An empty text has no part."""
    text = text.replace("\r\n", "\n")
    is_gsm = all(character in _BASIC or character in _EXTENDED for character in text)
    sizes = [_size(character, is_gsm) for character in text]
    alone, together = _GSM if is_gsm else _UCS2
    units = sum(sizes)
    if units <= alone:
        return Parts(count=1 if units else 0, units=units, room=alone, is_gsm=is_gsm)
    count, filled = 1, 0
    for size in sizes:
        if filled + size > together:  # a character is never cut in two
            count, filled = count + 1, 0
        filled += size
    return Parts(count=count, units=units, room=together, is_gsm=is_gsm)


def _size(character: str, is_gsm: bool) -> int:
    if is_gsm:
        return 2 if character in _EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1
