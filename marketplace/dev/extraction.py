"""Find every translatable string of the sources, without GNU gettext.

Python is read by Babel; templates are turned into gettext calls by Django itself and then read the same way.
Scripts get their words from templates, so they are not read.
"""

import io
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import templatize

# Which argument is what: 1, 2 are singular and plural, "c" is the context.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAGS = ["Translators:"]
# Tests are not shown to anybody, and migrations keep the words of their day.
NOT_SOURCES = {"node_modules", "tests", "migrations", "locale", "static", "__pycache__"}
TEMPLATE_ENDINGS = {".html", ".txt", ".xml", ".svg"}


def extract_project(root: Path) -> Catalog:
    """A catalogue of all strings below `root`, with the files they are in."""
    catalog = Catalog(charset="utf-8")
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        source = _as_python(text, str(path)) if path.suffix in TEMPLATE_ENDINGS else text
        place = path.relative_to(root).as_posix()
        found = extract(
            "python", io.BytesIO(source.encode()), KEYWORDS, COMMENT_TAGS, {}, strip_comment_tags=False
        )
        for line, message, comments, context in found:
            if message:
                catalog.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return catalog


def _sources(root: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = sorted(
            name for name in subfolders if name not in NOT_SOURCES and not name.startswith(".")
        )
        in_templates = "templates" in Path(folder).relative_to(root).parts
        for name in sorted(files):
            suffix = Path(name).suffix
            if suffix == ".py" or (in_templates and suffix in TEMPLATE_ENDINGS):
                yield Path(folder, name)


def _as_python(template: str, origin: str) -> str:
    """Gettext calls on the template's own lines.

    Django's output is meant for xgettext, which reads words, not Python: what is left of the markup is
    dropped, or its indentation and quotes would end the reading.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a translators' comment in the wrong place would be lost in silence
        calls = templatize(template, origin)
    return "\n".join(_calls_of(line) for line in calls.split("\n"))


# A call as templatize writes it: its arguments are string literals, and `count` for the plural.
_LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(
    rf"(?<!\w)(?:_|gettext|pgettext|ngettext|npgettext)\(\s*{_LITERAL}(?:\s*,\s*(?:{_LITERAL}|count))*\s*\)"
)


def _calls_of(line: str) -> str:
    # Every other "#" of the template was blanked out, so one outside a call starts a translators' comment.
    comment_start = _CALL.sub(lambda match: " " * len(match[0]), line).find("#")
    code = line if comment_start < 0 else line[:comment_start]
    calls = "; ".join(match[0] for match in _CALL.finditer(code))
    return calls or (line[comment_start:] if comment_start >= 0 else "")
