"""Finding services by words, at a cost that does not grow with the table.

Nothing here counts or ranks everything that matches. The newest services are read first: a frequent word
fills the first page from their titles alone. A word that does not is rare enough for the index. Both have
a limit on rows, and above all stands one on time, after which what was found so far is the answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction

from marketplace.common.text import fold, search_query
from services.enums import Sort
from services.queries.slips import mend

MAX_RESULTS = 120
NEWEST_WINDOW = 5000
INDEX_CANDIDATES = 500
FEW = 3  # with fewer results than this, a typing slip is looked for
TIME_LIMIT_MS = 250
_THAI_FIRST, _THAI_LAST = "\u0e01", "\u0e4e"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; prices in the shop's currency, both ends included."""

    category_id: int | None = None
    kind: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """At most MAX_RESULTS ids in the order in which to show them.

    `showing_for` is the mended query that they answer, "" when they answer the one that was typed;
    `did_you_mean` is a mended query that finds more.
    """

    ids: list[int]
    showing_for: str = ""
    did_you_mean: str = ""


class _Hit(NamedTuple):
    id: int
    price: Decimal
    in_title: bool


def search(text: str, filters: Filters, *, first: int = MAX_RESULTS) -> Found:
    """The services that hold every word of `text`, title matches first; slips mended when few are found.

    The `first` ids are the same whatever `first` is; asking for few of them costs less.
    """
    ids = _search(text, filters, first)
    if len(ids) >= FEW:
        return Found(ids)
    mended = ""
    with _time_limit(TIME_LIMIT_MS):
        mended = mend(text)
    mended_ids = _search(mended, filters, first) if mended else []
    if len(mended_ids) <= len(ids):
        return Found(ids)
    return Found(ids, did_you_mean=mended) if ids else Found(mended_ids, showing_for=mended)


def _search(text: str, filters: Filters, first: int) -> list[int]:
    query = search_query(text)
    if not query:
        return []
    patterns = _title_patterns(text)
    hits: dict[int, _Hit] = {}
    with _time_limit(TIME_LIMIT_MS):
        hits.update(_among_newest(patterns, filters))
        in_title = sum(hit.in_title for hit in hits.values())
        if filters.sort or in_title < first:
            # Whole words are looked up while intersecting; for a prefix the index first gathers all of it.
            hits.update(_by_index(query.replace("':*", "'"), patterns, filters))
            if len(hits) < MAX_RESULTS and ":*" in query:
                hits.update(_by_index(query, patterns, filters))
    return [hit.id for hit in sorted(hits.values(), key=_order(filters.sort))][:MAX_RESULTS]


def _among_newest(patterns: list[str], filters: Filters) -> Iterator[tuple[int, _Hit]]:
    """Title and shop matches among the newest services: the window is cut by index order alone."""
    category, parameters = _category_condition(filters)
    narrowing, narrow_parameters = _conditions(filters)
    sql = f"""
        SELECT id, price, split_part(search_text, E'\\n', 1) LIKE ALL(%s)
        FROM (SELECT id, price, kind, search_text FROM services_service
              WHERE is_public {category} ORDER BY id DESC LIMIT {NEWEST_WINDOW}) newest
        WHERE search_text LIKE ALL(%s) {narrowing} LIMIT {MAX_RESULTS}"""  # noqa: S608  (our own words)
    return _rows(sql, [patterns, *parameters, patterns, *narrow_parameters])


def _by_index(query: str, patterns: list[str], filters: Filters) -> Iterator[tuple[int, _Hit]]:
    """Any matches, the description's too. No ORDER BY: that would read all of them first."""
    category, parameters = _category_condition(filters)
    narrowing, narrow_parameters = _conditions(filters)
    sql = f"""
        SELECT id, price, split_part(search_text, E'\\n', 1) LIKE ALL(%s) FROM services_service
        WHERE is_public AND search_vector @@ %s::tsquery {category} {narrowing}
        LIMIT {INDEX_CANDIDATES}"""  # noqa: S608  (our own words)
    return _rows(sql, [patterns, query, *parameters, *narrow_parameters])


def _rows(sql: str, parameters: list[Any]) -> Iterator[tuple[int, _Hit]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    return ((row[0], _Hit(*row)) for row in rows)


def _category_condition(filters: Filters) -> tuple[str, list[Any]]:
    return ("AND category_id = %s", [filters.category_id]) if filters.category_id else ("", [])


def _conditions(filters: Filters) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = []
    if filters.kind:
        parts.append(("AND kind = %s", filters.kind))
    if filters.min_price is not None:
        parts.append(("AND price >= %s", filters.min_price))
    if filters.max_price is not None:
        parts.append(("AND price <= %s", filters.max_price))
    return " ".join(sql for sql, _value in parts), [value for _sql, value in parts]


def _order(sort: str) -> Any:
    if sort == Sort.CHEAPEST:
        return lambda hit: (hit.price, -hit.id)
    if sort == Sort.DEAREST:
        return lambda hit: (-hit.price, -hit.id)
    if sort == Sort.NEWEST:
        return lambda hit: -hit.id
    return lambda hit: (not hit.in_title, -hit.id)


def _title_patterns(text: str) -> list[str]:
    """One LIKE pattern a word: a Thai word anywhere, any other where a word begins.

    Folded text holds no %, _ or backslash; search_text has a space before its first word.
    """
    return [
        f"%{word}%" if any(_THAI_FIRST <= c <= _THAI_LAST for c in word) else f"% {word}%"
        for word in fold(text).split()
    ]


@contextmanager
def _time_limit(milliseconds: int) -> Iterator[None]:
    """Ends the block when one of its statements takes longer; what came before it stands."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            yield
            # In an outer transaction the setting would outlive the block.
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
