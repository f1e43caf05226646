"""Finding services by words, at a cost that does not grow with the table.

Nothing here counts or ranks everything that matches. The search goes back in time and stops when it has
enough: the newest services are read for titles with the words, then the index is asked for the newest of
them, for many more, and last for all; the last only when a word is rare, because the index walks the list of
the rarest one. So words that are each on many services but hardly ever together are looked for among the
newest 65,000 or more, not beyond. Above all stands a limit on time, after which what was found so far is
the answer.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction

from marketplace.common.text import fold, search_query
from services.enums import Sort
from services.queries.slips import mend
from services.queries.terms import FAR_BITS, NEAR_BITS, any_of, price_terms

MAX_RESULTS = 120
NEWEST_WINDOW = 5000
NEAR_BLOCKS, FAR_BLOCKS = 2, 2  # the newest 8,192 to 16,384 services, and 65,536 to 131,072
INDEX_CANDIDATES = 300
RARE = 5000  # services: a list of the index that is soon walked through
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


class _Stretch(NamedTuple):
    terms: str  # a tsquery for its services; "" for all
    since: int  # the first id


def search(text: str, filters: Filters, *, first: int = MAX_RESULTS) -> Found:
    """The services that hold every word of `text`, title matches first; slips mended when few are found.

    The `first` ids are the same whatever `first` is; asking for few of them costs less.
    """
    ids = _search(text, filters, first)
    if len(ids) >= FEW:
        return Found(ids)
    mended = ""
    with _limits():
        mended = mend(text)
    mended_ids = _search(mended, filters, first) if mended else []
    if len(mended_ids) <= len(ids):
        return Found(ids)
    return Found(ids, did_you_mean=mended) if ids else Found(mended_ids, showing_for=mended)


def _search(text: str, filters: Filters, first: int) -> list[int]:
    query = _index_query(text, filters)
    if not query:
        return []
    patterns = _title_patterns(text)
    hits: dict[int, _Hit] = {}
    with _limits():
        hits.update(_among_newest(patterns, filters))
        before = None
        for stretch in _back_in_time(query):
            if _enough(hits, filters, first):
                break
            hits.update(_by_index(query, patterns, filters, stretch, before))
            before = stretch.since
    return [hit.id for hit in sorted(hits.values(), key=_order(filters.sort))][:MAX_RESULTS]


def _index_query(text: str, filters: Filters) -> str:
    """The tsquery for the words and the filters; "" when there is nothing to look for."""
    words = search_query(text).replace("':*", "'")  # beginnings are stored as terms
    if not words:
        return ""
    parts = [f"({words})"]
    if filters.category_id:
        parts.append(any_of([f"c:{filters.category_id}"]))
    if filters.kind:
        parts.append(any_of([f"k:{filters.kind}"]))
    if filters.min_price is not None or filters.max_price is not None:
        prices = price_terms(filters.min_price, filters.max_price)
        if not prices:
            return ""
        parts.append(any_of(prices))
    return " & ".join(parts)


def _back_in_time(query: str) -> Iterator[_Stretch]:
    """Ever larger stretches of services, each from the newest on."""
    newest = next(_values("SELECT max(id) FROM services_service")) or 0
    for name, bits, blocks in (("n", NEAR_BITS, NEAR_BLOCKS), ("f", FAR_BITS, FAR_BLOCKS)):
        block = newest >> bits
        if block < blocks:
            yield _Stretch("", 0)
            return
        oldest = block - blocks + 1
        terms = any_of(f"{name}:{number}" for number in range(oldest, block + 1))
        yield _Stretch(terms, oldest << bits)
    if _has_rare_term(query):
        yield _Stretch("", 0)


def _has_rare_term(query: str) -> bool:
    """Whether the index's list for one of the terms is short, as far as the planner's statistics know."""
    terms = sorted(set(re.findall("'([^']+)'", query)))
    [frequent] = _values(
        """
        SELECT count(*) FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs)
            AS element(term, share)
        WHERE schemaname = current_schema()
        AND tablename = 'services_service' AND attname = 'search_vector' AND term = ANY(%s)
        AND share * (SELECT reltuples FROM pg_class WHERE oid = 'services_service'::regclass) > %s""",
        [terms, RARE],
    )
    return bool(frequent < len(terms))


def _enough(hits: dict[int, _Hit], filters: Filters, first: int) -> bool:
    """Whether older services cannot change the first `first`; of an order by price, only the candidates."""
    if filters.sort:
        return len(hits) >= INDEX_CANDIDATES
    return len(hits) >= MAX_RESULTS or sum(hit.in_title for hit in hits.values()) >= first


def _among_newest(patterns: list[str], filters: Filters) -> Iterator[tuple[int, _Hit]]:
    """Title and shop matches among the newest services: the window is cut by index order alone."""
    narrowing, parameters = _conditions(filters)
    sql = f"""
        SELECT id, price, split_part(search_text, E'\\n', 1) LIKE ALL(%s) AS in_title
        FROM (SELECT id, price, category_id, kind, search_text FROM services_service
              WHERE is_public ORDER BY id DESC LIMIT {NEWEST_WINDOW}) newest
        WHERE search_text LIKE ALL(%s) {narrowing}
        ORDER BY in_title DESC, id DESC LIMIT {INDEX_CANDIDATES}"""  # noqa: S608  (our own words)
    return _rows(sql, [patterns, patterns, *parameters])


def _by_index(
    query: str, patterns: list[str], filters: Filters, stretch: _Stretch, before: int | None
) -> Iterator[tuple[int, _Hit]]:
    """Any matches in `stretch` but older than `before`. No ORDER BY: that would read all of them.

    The stretch is a condition of its own and stands first: the index then skips to it in every list, where
    it would walk through the lists if it were one more term of `query` (measured: 1 ms against 5 to 17).
    """
    narrowing, parameters = _conditions(Filters(min_price=filters.min_price, max_price=filters.max_price))
    if before is not None:
        narrowing, parameters = f"{narrowing} AND id < %s", [*parameters, before]
    tsqueries = [stretch.terms, query] if stretch.terms else [query]
    sql = f"""
        SELECT id, price, split_part(search_text, E'\\n', 1) LIKE ALL(%s) FROM services_service
        WHERE is_public {"AND search_vector @@ %s::tsquery " * len(tsqueries)} {narrowing}
        LIMIT {INDEX_CANDIDATES}"""  # noqa: S608  (our own words)
    return _rows(sql, [patterns, *tsqueries, *parameters])


def _values(sql: str, parameters: list[Any] | None = None) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return (row[0] for row in cursor.fetchall())


def _rows(sql: str, parameters: list[Any]) -> Iterator[tuple[int, _Hit]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    return ((row[0], _Hit(*row)) for row in rows)


def _conditions(filters: Filters) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = []
    if filters.category_id:
        parts.append(("AND category_id = %s", filters.category_id))
    if filters.kind:
        parts.append(("AND kind = %s", filters.kind))
    if filters.min_price is not None:
        parts.append(("AND price + 0 >= %s", filters.min_price))  # + 0: the price's own index is of no help
    if filters.max_price is not None:
        parts.append(("AND price + 0 <= %s", filters.max_price))
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
def _limits() -> Iterator[None]:
    """Ends the block when one of its statements takes longer; what came before it stands."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # The planner takes words, filters and times to be independent, and would now and then rather
            # read the whole table than the index.
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)",
                [str(TIME_LIMIT_MS)],
            )
            yield
            # In an outer transaction the settings would outlive the block.
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
