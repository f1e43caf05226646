"""One way to fold text for search and input, in Thai, Persian, Vietnamese and English.

Everything here is pure: no database, no settings. Stored search terms and the reader's query go through the
same `fold`, so a change here needs the stored terms to be built again.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

ZWNJ = "\u200c"

# Zero of each run of digits that our readers type: Thai, Persian, Arabic, full width.
_DIGIT_ZEROS = (0x0E50, 0x06F0, 0x0660, 0xFF10)
_DIGITS = {zero + n: str(n) for zero in _DIGIT_ZEROS for n in range(10)}

# Marks that are dropped: accents on Latin letters and Arabic-script vowel points. Thai vowels and tone marks
# are absent on purpose: without them เสือ (tiger), เสื้อ (shirt) and เสื่อ (mat) would be one word.
DROPPED = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # accents of every Latin block
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff]"
)
_LETTERS: dict[int, str] = str.maketrans(
    {
        "đ": "d",  # no decomposition in Unicode, unlike every other Vietnamese letter
        "ø": "o",
        "ł": "l",
        "ı": "i",
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        "ڪ": "ک",
        "ة": "ه",
        "ە": "ه",  # what ۀ leaves once its hamza is dropped
        "ہ": "ه",
        "ھ": "ه",
        "ٱ": "ا",
        "ๆ": " ",  # the repeat sign: ต่างๆ and ต่าง ๆ are both written
        "ฯ": " ",  # the abbreviation sign: กรุงเทพฯ is looked for as กรุงเทพ
    }
)

_THAI = "\u0e01-\u0e3a\u0e40-\u0e4e"
_SCRIPT_RUNS = re.compile(f"[{_THAI}]+|[^{_THAI}]+")
_IS_THAI = re.compile(f"[{_THAI}]")
_LEADING_THAI_MARKS = re.compile("^[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")
_THAI_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{2,}")
_THAI_MARK_ORDER = {"\u0e3a": 0} | dict.fromkeys("่้๊๋", 2) | {"\u0e4c": 3, "\u0e4e": 3, "\u0e4d": 4}

_WORD_CHARS = 64  # PostgreSQL refuses a lexeme over 2,046 bytes; nobody searches for more than this
_QUERY_CHARS = 200
_CHUNK_MIN, _CHUNK_MAX = 3, 40


class TypedTextError(ValueError):
    """What a person typed cannot be read as a date, a time or a number.

    `message` is a translatable sentence that says what to write, `code` a stable name for it, `params` its
    values, as `ValidationError` takes them; `str()` gives the sentence in the active language.
    """

    def __init__(
        self,
        message: Any,
        *,
        code: str,
        params: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message  # str or lazy: the stubs name the lazy type differently in each place
        self.code = code
        self.params = params

    def __str__(self) -> str:
        sentence = str(self.message)
        return sentence % self.params if self.params else sentence


def fold_digits(text: str) -> str:
    """Thai, Persian, Arabic and full-width digits as 0-9; nothing else changes.

    Except between two digits, where ٫ becomes "." and ٬ or ، becomes ",": only there they are number signs.
    """
    text = text.translate(_DIGITS)
    text = re.sub("(?<=[0-9])\u066b(?=[0-9])", ".", text)
    return re.sub("(?<=[0-9])[\u066c\u060c](?=[0-9])", ",", text)


def fold(text: str) -> str:
    """`text` in the one form in which search compares it; fold(fold(x)) == fold(x).

    Lower case, no accents on Latin letters, one form of each Persian letter, ASCII digits, no joiners or
    other invisible signs, punctuation and symbols as single spaces. Thai keeps every vowel and tone mark;
    only two usual typing variants become one (marks in the wrong order, and เ twice for แ).
    """
    return _fold(text, keep="")


def replaced_by_fold() -> tuple[str, str]:
    """The characters that `fold` replaces one for one, and what stands for them, in the same order."""
    pairs = _DIGITS | _LETTERS
    return "".join(map(chr, pairs)), "".join(pairs.values())


def search_lexemes(text: str) -> list[str]:
    """The distinct terms to store for `text` in a tsvector, in order of first appearance.

    A word of a spaced script gives itself; a Persian word with a joiner also its parts. A Thai run gives its
    3-character grams and its last 2 and 1 characters, so that every stretch of it starts some term.
    Store them with `array_to_tsvector`: `to_tsvector` would drop the tone mark that a gram starts with.
    """
    return _distinct(_lexemes(text))


def search_query(text: str) -> str:
    """A tsquery in text form that finds what holds every word of `text`; "" when nothing can be searched.

    A word matches as a prefix; a Thai run of 3 or more characters as the AND of its 3-character grams (a
    superset of the exact matches: rank afterwards), a shorter one as a prefix. Only the first 200
    characters count. Safe from injection: a quoted term holds letters, marks and digits only.
    `to_tsquery('simple', …)` and a cast to `tsquery` read it alike, but for a word that is nothing but Thai
    marks: only the cast finds it.
    """
    folded = _fold(text[: 2 * _QUERY_CHARS], keep=ZWNJ)[:_QUERY_CHARS]
    return " & ".join(_distinct(_query_terms(folded)))


def search_chunks(text: str) -> list[str]:
    """The distinct folded chunks between spaces, 3 to 40 characters each: the vocabulary for typing slips.

    A longer chunk is dropped (an address, a key), but a longer Thai one is a sentence without spaces: it is
    cut into windows of 40 that overlap by half.
    """
    return _distinct(_chunks(text))


def _fold(text: str, *, keep: str) -> str:
    """`fold`, with the characters in `keep` (format characters) left in place."""
    # Case folding can undo a decomposition and the other way round, hence both twice (Unicode 3.13,
    # "compatibility caseless matching").
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    text = unicodedata.normalize("NFKD", text)
    text = DROPPED.sub("", text).translate(_DIGITS).translate(_LETTERS)
    text = "".join(_kept(character, keep) for character in text)
    text = _fold_thai(text)
    return " ".join(text.split())


def _kept(character: str, keep: str) -> str:
    if character.isascii() and character.isalnum() or character in keep:
        return character
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return character if category[0] in "LMN" else " "


def _fold_thai(text: str) -> str:
    text = _THAI_MARKS.sub(
        lambda marks: "".join(sorted(marks[0], key=lambda mark: _THAI_MARK_ORDER.get(mark, 1))),
        text,
    )
    # The decomposition took ำ apart; together it is one character to the reader and to the grams.
    return text.replace("\u0e4d\u0e32", "\u0e33").replace("เเ", "แ")


def _lexemes(text: str) -> Iterator[str]:
    for chunk in _fold(text, keep=ZWNJ).split():
        for word in _joined_and_parts(chunk):
            for run in _SCRIPT_RUNS.findall(word):
                if _IS_THAI.match(run):
                    yield from (run[i : i + 3] for i in range(len(run)))
                else:
                    yield run[:_WORD_CHARS]


def _query_terms(folded: str) -> Iterator[str]:
    for chunk in folded.split():
        joined, *parts = _joined_and_parts(chunk)
        whole = " & ".join(_distinct(_word_terms(joined)))
        if parts:
            # می‌خواهم is also written میخواهم, which holds the joined form, and می خواهم, which holds the
            # parts.
            apart = " & ".join(_distinct(term for part in parts for term in _word_terms(part)))
            yield f"(({whole}) | ({apart}))"
        elif whole:
            yield whole


def _joined_and_parts(chunk: str) -> list[str]:
    """The chunk without its joiners, then its parts when there are at least two."""
    parts = [part for part in chunk.split(ZWNJ) if part]
    return [_fold_thai("".join(parts)), *parts] if len(parts) > 1 else parts or [""]


def _word_terms(word: str) -> Iterator[str]:
    for run in _SCRIPT_RUNS.findall(word):
        if _IS_THAI.match(run):
            yield from _thai_terms(run)
        else:
            yield f"'{run[:_WORD_CHARS]}':*"


def _thai_terms(run: str) -> Iterator[str]:
    """Terms that every text with `run` in it has.

    None starts with a mark, because `to_tsquery` silently drops a leading one (measured on PostgreSQL 18)
    and the rest would then match nothing. The gram one further on covers all but the end of the run, which
    becomes a prefix.
    """
    grams = [run[i : i + 3] for i in range(len(run) - 2)]
    exact = [f"'{gram}'" for gram in grams if not _LEADING_THAI_MARKS.match(gram)]
    yield from exact
    if not grams or _LEADING_THAI_MARKS.match(grams[-1]):
        tail = run[-3:]
        bare = _LEADING_THAI_MARKS.sub("", tail)
        # One letter is the start of a tenth of all grams: not worth reading when others narrow the search.
        if len(bare) > 1 or not exact:
            yield f"'{bare or tail}':*"


def _chunks(text: str) -> Iterator[str]:
    for chunk in fold(text).split():
        if _CHUNK_MIN <= len(chunk) <= _CHUNK_MAX:
            yield chunk
        elif len(chunk) > _CHUNK_MAX and _IS_THAI.search(chunk):
            step = _CHUNK_MAX // 2
            yield from (chunk[i : i + _CHUNK_MAX] for i in range(0, len(chunk) - step, step))


def _distinct(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
