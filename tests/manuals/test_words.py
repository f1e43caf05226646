"""The manuals' own words: what a person with a manual in hand looks for on the page."""

import csv
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

# English words that two manuals translate differently; each has its own context in the catalogs.
CONTEXTS = {"orders_tab": "tab", "activity_tab": "tab"}

FOLDER = Path(__file__).parent
CATALOG = Path(settings.LOCALE_PATHS[0]) / "th" / "LC_MESSAGES" / "django.po"

with (FOLDER / "words.tsv").open() as file:
    WORDS = list(csv.DictReader(file, delimiter="\t"))
with CATALOG.open("rb") as file:
    SAID = {message.id for message in read_po(file) if message.context in (None, "tab")}
# A word of a manual that is not followed here yet is on no page, and so in no catalog.
ON_PAGES = [word for word in WORDS if word["en"] in SAID]


def test_every_word_of_manual_a_is_on_a_page() -> None:
    manual_a = {word["en"] for word in WORDS if word["manual"].startswith("A")}

    assert manual_a - SAID == set()


@pytest.mark.parametrize("language", ["th", "fa", "vi"])
@pytest.mark.parametrize("word", ON_PAGES, ids=[word["key"] for word in ON_PAGES])
def test_a_word_of_a_manual_is_its_translation(word: dict[str, str], language: str) -> None:
    context = CONTEXTS.get(word["key"])

    with translation.override(language):
        found = translation.pgettext(context, word["en"]) if context else translation.gettext(word["en"])

    assert found == word[language]
