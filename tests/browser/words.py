"""The manuals' words in one language, by their English key; tests/manuals/test_words.py holds the catalogs
to them."""

import re

from django.utils import translation


class Words:
    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, english: str, *, context: str = "") -> re.Pattern[str]:
        """The accessible name: the word, with a count or symbol before or after it at most."""
        # The browser's own \W would take every Thai letter for a symbol.
        beside = r"[\s\d۰-۹๐-๙()*+.,:·]*"
        word = re.sub(r"([/().?+*])", r"\\\1", self.word(english, context=context))  # for the browser
        return re.compile(rf"^{beside}{word}{beside}$")

    def word(self, english: str, *, context: str = "") -> str:
        with translation.override(self.language):
            if context:
                return translation.pgettext(context, english)
            return translation.gettext(english)
