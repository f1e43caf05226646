"""The terms of the search index: what is stored for a service and what a search asks for.

Every term is asked for whole. What may be found by its beginning is stored by its beginnings, what a list
may be narrowed by is a term too (its colon is in no word), and so is a service's place in the order of time:
the index then intersects lists, from the shortest on, and never reads more of them than the answer needs.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from marketplace.common.text import search_lexemes

NEAR_BITS, FAR_BITS = 13, 16  # services in a row that share a near term and a far one: 8,192 and 65,536
_NO_PRICE_DIGITS = 11  # one more than any price has


def words_to_store(named: str, described: str) -> list[str]:
    """Terms of a service: every beginning of the words in `named`, its title and shop; of a word in
    `described` only itself without up to two last letters, for an ending is no reason not to find it."""
    terms = {word[:size] for word in search_lexemes(named) for size in range(1, len(word) + 1)}
    for word in search_lexemes(described):
        terms.update(word[:size] for size in range(max(min(2, len(word)), len(word) - 2), len(word) + 1))
    return sorted(terms)


def facts_to_store(pk: int, category_id: int, kind: str, price: Decimal | int) -> list[str]:
    digits = str(int(price))
    return [
        f"c:{category_id}",
        f"k:{kind}",
        f"p:{len(digits)}",  # how many digits, and the first of them
        f"p:{len(digits)}:{digits[0]}",
        f"n:{pk >> NEAR_BITS}",
        f"f:{pk >> FAR_BITS}",
    ]


def any_of(terms: Iterable[str]) -> str:
    """A tsquery for what has one of `terms`."""
    return "(" + " | ".join(f"'{term}'" for term in terms) + ")"


def price_terms(low: Decimal | None, high: Decimal | None) -> list[str]:
    """Terms of which every price from `low` to `high` has one, and few others have; at most 29."""
    first, last = str(int(low or 0)), str(int(high)) if high is not None else "9" * _NO_PRICE_DIGITS
    return list(_price_terms(first, last))


def _price_terms(first: str, last: str) -> Iterator[str]:
    for digits in range(len(first), len(last) + 1):
        lowest = int(first[0]) if digits == len(first) else 1
        highest = int(last[0]) if digits == len(last) else 9
        if lowest <= 1 and highest == 9:
            yield f"p:{digits}"
        else:
            yield from (f"p:{digits}:{digit}" for digit in range(lowest, highest + 1))
