"""The manuals' own words: what a person with a manual in hand looks for on the page."""

import csv
from pathlib import Path

import pytest
from django.utils import translation

# English words that two manuals translate differently; each has its own context in the catalogs.
CONTEXTS = {"orders_tab": "tab", "activity_tab": "tab"}

with (Path(__file__).parent / "words.tsv").open() as file:
    WORDS = list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("language", ["th", "fa", "vi"])
@pytest.mark.parametrize("word", WORDS, ids=[word["key"] for word in WORDS])
def test_a_word_of_a_manual_is_its_translation(word: dict[str, str], language: str) -> None:
    context = CONTEXTS.get(word["key"])

    with translation.override(language):
        found = translation.pgettext(context, word["en"]) if context else translation.gettext(word["en"])

    assert found == word[language]
