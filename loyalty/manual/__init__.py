"""The backoffice's manual as PDF, set by Typst from the text in this folder, one file for each language."""

from functools import lru_cache
from pathlib import Path

import fontpkg_sarabun
import typst
from django.conf import settings

LANGUAGES = {"th": "ไทย", "en": "English"}
_HERE = Path(__file__).parent
_FONTS = Path(fontpkg_sarabun.__file__).parent / "files"  # Thai and Latin in one family


def manual_pdf(language: str, *, store: str) -> bytes:
    """`language` is one of LANGUAGES, `store` the name on it. The first request in a process
    makes it; it takes under a second."""
    return _made(language, store, settings.BASE_URL)


@lru_cache(maxsize=4)
def _made(language: str, store: str, address: str) -> bytes:
    pdf: bytes = typst.compile(
        str(_HERE / f"{language}.typ"),
        root=str(_HERE),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"store": store, "address": f"{address}/admin/"},
    )
    return pdf
