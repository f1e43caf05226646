"""The disc with a name's first letter."""

import pytest

from marketplace.common.templatetags.ui import avatar


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("เมธาวี", "ม"),
        ("โอภาส", "อ"),
        ("กัญญา", "ก"),
        ("james", "J"),
        ("نگار", "ن"),
        ("«Linh»", "L"),
        ("", "?"),
    ],
)
def test_an_avatar_shows_a_letter_that_can_stand_alone(name: str, letter: str) -> None:
    shown = avatar(name)

    assert shown.endswith(f">{letter}</span>")
