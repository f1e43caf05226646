"""Translations, with nothing but Babel.

python -m marketplace.dev.messages           compile each .po that is newer than its .mo
python -m marketplace.dev.messages extract   bring th, fa and vi up to date with the sources
python -m marketplace.dev.messages check     fail if a translation is missing, doubtful or broken
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from marketplace.dev.extraction import extract_project

ROOT = Path(__file__).resolve().parents[2]
LOCALES = Path("marketplace/locale")
# English is what the sources are written in. Plurals as in Django's catalogues; Babel's Persian has one form.
PLURALS = {"th": "nplurals=1; plural=0;", "fa": "nplurals=2; plural=(n > 1);", "vi": "nplurals=1; plural=0;"}
NOT_OURS = {"node_modules", "__pycache__"}
PERCENT_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0+-]*\d*(?:\.\d+)?[diouxXeEfFgGcrs]")
BRACE_PLACEHOLDER = re.compile(r"\{\w*")
SHOWN = 10  # lines for each kind of fault


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            for path in compile_all(ROOT):
                print(f"compiled {path.relative_to(ROOT)}")
            return 0
        case ["extract"]:
            for path in update_all(ROOT):
                print(f"updated {path.relative_to(ROOT)}")
            return 0
        case ["check"]:
            faults = check_all(ROOT)
            print("\n".join(faults) or "translations: complete")
            return 1 if faults else 0
    print(__doc__, file=sys.stderr)
    return 2


def compile_all(root: Path) -> list[Path]:
    """Write the .mo of every .po below `root` that has none or an older one; returns those written."""
    written = []
    for po in _po_files(root):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns > po.stat().st_mtime_ns:
            continue
        half = mo.with_suffix(f".{os.getpid()}.part")  # never half a file for a process that is reading
        with half.open("wb") as file:
            write_mo(file, _read(po))
        half.replace(mo)
        written.append(mo)
    return written


def update_all(root: Path) -> list[Path]:
    """Bring the catalogues up to date: new strings empty, removed ones gone, translations kept."""
    template = extract_project(root)
    written = []
    for language, plural in PLURALS.items():
        path = root / LOCALES / language / "LC_MESSAGES" / "django.po"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        catalog = _read(path) if before else _new_catalog(language, plural)
        # A guess from a similar string would be a wrong translation that looks done.
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        after = _as_text(catalog)
        if after != before:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(after, encoding="utf-8")
            written.append(path)
    return written


def check_all(root: Path) -> list[str]:
    """Every fault in words; empty when all languages are complete."""
    template = extract_project(root)
    faults = []
    for language in PLURALS:
        path = root / LOCALES / language / "LC_MESSAGES" / "django.po"
        catalog = _read(path) if path.exists() else Catalog()
        faults += [f"{language}: {fault}" for fault in _faults(catalog, template)]
    return faults


def _faults(catalog: Catalog, template: Catalog) -> Iterator[str]:
    kinds: dict[str, list[Message]] = {
        "not in the catalogue (run `make messages`)": [
            m for m in template if m.id and _twin(catalog, m) is None
        ],
        "no longer in the sources (run `make messages`)": [
            m for m in catalog if m.id and _twin(template, m) is None
        ],
        "not translated": [m for m in catalog if m.id and not _is_complete(m, catalog.num_plurals)],
        "marked fuzzy": [m for m in catalog if m.id and m.fuzzy],
        "with other placeholders than the original": [
            m for m in catalog if m.id and not _same_placeholders(m)
        ],
    }
    for kind, messages in kinds.items():
        if messages:
            yield f"{len(messages)} {kind}"
            yield from (_described(message) for message in messages[:SHOWN])


def _twin(catalog: Catalog, message: Message) -> Message | None:
    """The catalogue's message of this id and context, if it also has a plural when this one does."""
    twin = catalog.get(message.id, message.context)
    return twin if twin and (twin.pluralizable or not message.pluralizable) else None


def _is_complete(message: Message, plurals: int) -> bool:
    strings = message.string or ""
    if isinstance(strings, str):
        return bool(strings) and not message.pluralizable
    return len(strings) == plurals and all(strings)


def _same_placeholders(message: Message) -> bool:
    """Whether a translation has what the original has.

    A language's last plural form stands for the original's plural (Thai has that one only); the others may
    leave a number out ("one item").
    """
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string or [])
    wanted = [_placeholders(text, message) for text in originals]
    found = [_placeholders(text, message) for text in strings if text]
    return not found or (found[-1] == wanted[-1] and all(names <= set.union(*wanted) for names in found))


def _placeholders(text: str, message: Message) -> set[str]:
    names: set[str] = set()
    if "python-format" in message.flags:
        names.update(PERCENT_PLACEHOLDER.findall(text))
    if "python-brace-format" in message.flags:
        names.update(BRACE_PLACEHOLDER.findall(text))
    return names


def _described(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    where = f" ({message.locations[0][0]})" if message.locations else ""
    return f"    {text!r}{where}"


def _po_files(root: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in NOT_OURS and not name.startswith(".")]
        if Path(folder).name == "LC_MESSAGES" and Path(folder).parents[1].name == "locale":
            yield from (Path(folder, name) for name in sorted(files) if name.endswith(".po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def _new_catalog(language: str, plural: str) -> Catalog:
    header = (
        'msgid ""\nmsgstr ""\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Language: {language}\\n"\n"Plural-Forms: {plural}\\n"\n'
    )
    return read_po(io.BytesIO(header.encode()), locale=language)


def _as_text(catalog: Catalog) -> str:
    """As a file, without dates and line numbers: they would make every change touch every entry."""
    output = io.BytesIO()
    write_po(
        output,
        catalog,
        width=110,
        omit_header=True,
        ignore_obsolete=True,
        sort_by_file=True,
        include_lineno=False,
    )
    header = [
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Language: {catalog.locale}",
        f"Plural-Forms: {catalog.plural_forms}",
    ]
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in header)]
    return "\n".join(lines) + "\n\n" + output.getvalue().decode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
