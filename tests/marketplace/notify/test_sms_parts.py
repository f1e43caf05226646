"""How many parts a text has, in the languages of the market."""

import pytest

from marketplace.notify.sms_parts import Parts, count_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", Parts(0, 0, 160, True)),
        ("Order 100042", Parts(1, 12, 160, True)),
        ("x" * 160, Parts(1, 160, 160, True)),
        ("x" * 161, Parts(2, 161, 153, True)),
        ("x" * 306, Parts(2, 306, 153, True)),
        ("x" * 307, Parts(3, 307, 153, True)),
        # Two units each: braces, the euro sign and their like.
        ("€" * 80, Parts(1, 160, 160, True)),
        ("x" + "€" * 80, Parts(2, 161, 153, True)),
        ("[{~^\\|}]", Parts(1, 16, 160, True)),
        # 153 is odd: a character of two units is not cut, so 76 of them go into each part.
        ("€" * 153, Parts(3, 306, 153, True)),
        ("Çà ñ ø Ω ¿", Parts(1, 10, 160, True)),
        # A small ç, an accent that is not among them, a typographic quote, a baht sign: all of it in 70s.
        ("ça va", Parts(1, 5, 70, False)),
        ("It’s here", Parts(1, 9, 70, False)),
        ("฿450", Parts(1, 4, 70, False)),
        ("one\r\ntwo\nthree", Parts(1, 13, 160, True)),
    ],
)
def test_latin_texts_hold_160_and_153(text: str, parts: Parts) -> None:
    assert count_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ออร์เดอร์ 100042", Parts(1, 16, 70, False)),
        ("ก" * 70, Parts(1, 70, 70, False)),
        ("ก" * 71, Parts(2, 71, 67, False)),
        ("ก" * 134, Parts(2, 134, 67, False)),
        ("ก" * 135, Parts(3, 135, 67, False)),
        ("سفارش ۱۰۰۰۴۲ تحویل داده شد", Parts(1, 26, 70, False)),
        ("می‌رسد", Parts(1, 6, 70, False)),  # the joiner between two halves of a word is a unit, too
        ("Đơn 100042 đã giao xong", Parts(1, 23, 70, False)),
        ("Da giao xong don 100042", Parts(1, 23, 160, True)),
        # Two units each, and never cut in two: 33 go into a part of 67.
        ("🛵", Parts(1, 2, 70, False)),
        ("🛵" * 35, Parts(1, 70, 70, False)),
        ("🛵" * 36, Parts(2, 72, 67, False)),
        ("🛵" * 67, Parts(3, 134, 67, False)),
        ("ก" * 66 + "🛵" + "ก" * 66, Parts(3, 134, 67, False)),
    ],
)
def test_every_other_text_holds_70_and_67(text: str, parts: Parts) -> None:
    assert count_parts(text) == parts
