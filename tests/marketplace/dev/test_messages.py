"""Extraction, update, check and compilation on a small project."""

import gettext
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from marketplace.dev.messages import check_all, compile_all, update_all

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext

# Translators: said at the door
hello = _("Hello")
name = _("Hi {name}").format(name="A")
items = ngettext("%(count)d item", "%(count)d items", 3) % {"count": 3}
month = pgettext("month", "May")
"""
TEMPLATE = """
<p class="it's" title="{% translate 'Title' %}">
    {# Translators: on the tag #}
  {% translate "Price" context "shop" %}
 {% blocktranslate trimmed count n=items|length %}
    One "good" thing in {{ place }}'s 100%
 {% plural %}
    {{ n }} things in {{ place }}'s 100%
 {% endblocktranslate %}
{{ x|default:_("Nothing") }} {% include "a.html" with label=_("Label") %} {% translate "Don't" %}
</p>
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "words.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "shop" / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def po(project: Path, language: str = "fa") -> Path:
    return project / "marketplace" / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalog(project: Path) -> Catalog:
    with po(project).open("rb") as file:
        return read_po(file, locale="fa")


def translate_all(project: Path) -> None:
    for language in ("th", "fa", "vi"):
        path = po(project, language)
        lines = path.read_text(encoding="utf-8").splitlines()
        header_end = lines.index("")
        words = ""
        for number, line in enumerate(lines[header_end:], start=header_end):
            if line.startswith(("msgid ", "msgid_plural ")):
                words = line.partition(" ")[2]
            elif line.endswith(' ""'):
                lines[number] = line[:-2] + words
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_every_kind_of_string_is_found(project: Path) -> None:
    update_all(project)

    catalog = read_catalog(project)
    found = {(message.context, message.id): message for message in catalog if message.id}
    plural = ('One "good" thing in %(place)s\'s 100%%', "%(n)s things in %(place)s's 100%%")
    assert set(found) == {
        (None, "Hello"),
        (None, "Hi {name}"),
        (None, ("%(count)d item", "%(count)d items")),
        ("month", "May"),
        (None, "Title"),
        ("shop", "Price"),
        (None, plural),
        (None, "Nothing"),
        (None, "Label"),
        (None, "Don't"),
    }
    assert found[None, "Hello"].auto_comments == ["Translators: said at the door"]
    assert found["shop", "Price"].auto_comments == ["Translators: on the tag"]
    assert "python-brace-format" in found[None, "Hi {name}"].flags
    assert "python-format" in found[None, plural].flags


def test_second_extraction_changes_nothing(project: Path) -> None:
    assert len(update_all(project)) == 3

    assert update_all(project) == []


def test_translations_stay_new_strings_are_empty_and_removed_ones_go(project: Path) -> None:
    update_all(project)
    translate_all(project)
    source = project / "shop" / "words.py"
    source.write_text(PYTHON.replace('"May"', '"June"'), encoding="utf-8")

    update_all(project)

    catalog = read_catalog(project)
    assert catalog.get("May", "month") is None
    june = catalog.get("June", "month")
    hello = catalog.get("Hello")
    assert june is not None
    assert (june.string, june.fuzzy) == ("", False)
    assert hello is not None
    assert hello.string == "Hello"


def test_check_passes_only_what_is_complete(project: Path) -> None:
    update_all(project)
    translate_all(project)
    assert check_all(project) == []
    path = po(project)
    complete = path.read_text(encoding="utf-8")

    path.write_text(complete.replace('msgstr "Hello"', 'msgstr ""'), encoding="utf-8")
    assert check_all(project)[0] == "fa: 1 not translated"

    path.write_text(complete.replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"'), encoding="utf-8")
    assert check_all(project)[0] == "fa: 1 marked fuzzy"

    path.write_text(complete.replace('msgstr[1] "%(count)d', 'msgstr[1] "%(other)d'), encoding="utf-8")
    assert check_all(project)[0] == "fa: 1 with other placeholders than the original"

    path.write_text(complete, encoding="utf-8")
    (project / "shop" / "more.py").write_text('_("More")\n', encoding="utf-8")
    assert check_all(project)[0] == "th: 1 not in the catalogue (run `make messages`)"


def test_compiled_once_and_again_only_when_older(project: Path) -> None:
    update_all(project)
    translate_all(project)
    path = po(project)
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgstr "Hello"', 'msgstr "درود"'), encoding="utf-8"
    )

    assert len(compile_all(project)) == 3

    assert compile_all(project) == []
    with path.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Hello") == "درود"
