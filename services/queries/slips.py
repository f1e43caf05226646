"""Mending typing slips against the words that titles are made of.

The cost depends on the vocabulary, not on how many services there are.
"""

from collections.abc import Iterator

from django.db import connection

from marketplace.common.text import fold
from services.models import SearchWord

MIN_LETTERS = 3
_MAX_WORDS = 6
_MAX_EDITED = 14  # letters; longer words go to the trigrams at once
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_PERSIAN = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیئء"
_THAI_FIRST, _THAI_LAST = "\u0e01", "\u0e4e"


def mend(text: str) -> str:
    """`text` folded, its unknown words replaced by the nearest known ones; "" when nothing is to mend."""
    words = fold(text).split()[:_MAX_WORDS]
    mended = [_mend_word(word) for word in words]
    return " ".join(mended) if mended != words else ""


def _mend_word(word: str) -> str:
    if len(word) < MIN_LETTERS or word.isdigit():
        return word
    if any(_THAI_FIRST <= c <= _THAI_LAST for c in word):
        return _nearest_stretch(word) or word
    if SearchWord.objects.filter(word__startswith=word).exists():
        return word
    return _one_edit_away(word) or _similar(word) or word


def _one_edit_away(word: str) -> str:
    """The known word that is one swapped, missing, added or wrong letter away: exact, by primary key."""
    if len(word) > _MAX_EDITED:
        return ""
    known = SearchWord.objects.filter(word__in=list(set(_edits(word)))).values_list("word", flat=True)
    # The first letter is seldom the wrong one; two letters swapped are the most usual slip.
    return min(
        known,
        key=lambda candidate: (candidate[0] != word[0], sorted(candidate) != sorted(word), candidate),
        default="",
    )


def _edits(word: str) -> Iterator[str]:
    alphabet = _LATIN if word[0].isascii() else _PERSIAN
    for i in range(len(word) + 1):
        before, after = word[:i], word[i:]
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in alphabet)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in alphabet)


def _similar(word: str) -> str:
    """The known word that shares most trigrams, if it is at most two slips (three in a long word) away."""
    if len(word) < 5:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = 0.35")
        cursor.execute(
            "SELECT word FROM services_searchword WHERE word %% %s"
            " ORDER BY similarity(word, %s) DESC LIMIT 10",
            [word, word],
        )
        known = [row[0] for row in cursor.fetchall()]
    allowed = 3 if len(word) > 8 else 2
    near = [(distance(word, candidate), candidate) for candidate in known]
    return min((pair for pair in near if pair[0] <= allowed), default=(0, ""))[1]


def _nearest_stretch(word: str) -> str:
    """Thai has no spaces: the stretch of a known chunk that is nearest to `word`; "" if `word` is known."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.3")
        cursor.execute(
            "SELECT word FROM services_searchword WHERE %s <%% word"
            " ORDER BY word_similarity(%s, word) DESC LIMIT 20",
            [word, word],
        )
        known = [row[0] for row in cursor.fetchall()]
    if any(word in chunk for chunk in known):
        return ""
    allowed = max(1, len(word) // 5)
    near = [nearest_stretch(word, chunk) for chunk in known]
    return min((pair for pair in near if pair[0] <= allowed), default=(0, ""))[1]


def distance(a: str, b: str) -> int:
    """How many letters are swapped with their neighbour, missing, added or wrong between `a` and `b`."""
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]


def nearest_stretch(word: str, text: str) -> tuple[int, str]:
    """(distance, stretch): the stretch of `text` with the smallest distance to `word`, of near its length."""
    stretches = {
        text[start : start + length]
        for length in range(max(1, len(word) - 2), len(word) + 3)
        for start in range(max(1, len(text) - length + 1))
    }
    # Of equally near ones that of the same length: นวดแผนไทย, not นวดแผนไทยถ.
    return min((distance(word, part), abs(len(part) - len(word)), part) for part in stretches)[::2]
