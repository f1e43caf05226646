from decimal import Decimal

import pytest

from services.queries.terms import facts_to_store, price_terms, words_to_store


def test_a_title_is_found_by_every_beginning_of_its_words() -> None:
    assert words_to_store("Yoga", "") == ["y", "yo", "yog", "yoga"]


def test_a_description_is_found_by_its_words_without_their_endings() -> None:
    assert words_to_store("", "lessons to") == ["lesso", "lesson", "lessons", "to"]


def test_every_two_letters_of_a_thai_description_are_stored() -> None:
    assert {"นว", "วด", "ดไ", "ไท", "ทย"} <= set(words_to_store("", "นวดไทย"))


def test_facts() -> None:
    assert facts_to_store(70_000, 3, "goods", Decimal("3450.00")) == [
        "c:3",
        "k:goods",
        "p:4",
        "p:4:3",
        "n:8",
        "f:1",
    ]


@pytest.mark.parametrize(
    ("low", "high", "terms"),
    [
        (Decimal(3000), Decimal(3500), ["p:4:3"]),
        (Decimal(800), Decimal(2000), ["p:3:8", "p:3:9", "p:4:1", "p:4:2"]),
        (Decimal(100), Decimal(999), ["p:3"]),
        (None, Decimal(20), ["p:1:0", *(f"p:1:{n}" for n in range(1, 10)), "p:2:1", "p:2:2"]),
        (Decimal(900), None, ["p:3:9", *(f"p:{n}" for n in range(4, 12))]),
        (Decimal(500), Decimal(100), []),
    ],
)
def test_terms_of_a_price_range(low: Decimal | None, high: Decimal | None, terms: list[str]) -> None:
    found = price_terms(low, high)

    covered = {digits: f"p:{digits}" in found for digits in range(1, 12)}
    assert all(term in found or covered[int(term.split(":")[1])] for term in terms)
    assert len(found) <= 29


@pytest.mark.parametrize("price", ["0.50", "1", "9.99", "10", "99.99", "100", "450", "9999999999.99"])
def test_every_price_has_a_term_of_each_range_around_it(price: str) -> None:
    value = Decimal(price)
    stored = set(facts_to_store(1, 1, "goods", value))

    for low in (None, value, value - Decimal("0.3"), value / 7):
        for high in (None, value, value * 30, Decimal(10**10)):
            assert stored & set(price_terms(low, high)), (low, high)
