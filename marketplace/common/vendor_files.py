"""Third-party front-end files: a short explicit list, out of npm packages into `static/vendor/`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_FONTS = "@fontsource-variable"
VENDOR_FILES = {
    "bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.rtl.css": "bootstrap/dist/css/bootstrap.rtl.min.css",
    # Named by the files above and below, and fetched by developer tools alone.
    "bootstrap.min.css.map": "bootstrap/dist/css/bootstrap.min.css.map",
    "bootstrap.rtl.min.css.map": "bootstrap/dist/css/bootstrap.rtl.min.css.map",
    "chart.umd.min.js.map": "chart.js/dist/chart.umd.min.js.map",
    "index.js.map": "jalaali-js/dist/index.js.map",
    "chart.js": "chart.js/dist/chart.umd.min.js",
    "jalaali.js": "jalaali-js/dist/index.js",
    "noto-sans-latin.woff2": f"{_FONTS}/noto-sans/files/noto-sans-latin-wght-normal.woff2",
    "noto-sans-vietnamese.woff2": f"{_FONTS}/noto-sans/files/noto-sans-vietnamese-wght-normal.woff2",
    "noto-sans-thai.woff2": f"{_FONTS}/noto-sans-thai/files/noto-sans-thai-thai-wght-normal.woff2",
    "vazirmatn.woff2": f"{_FONTS}/vazirmatn/files/vazirmatn-arabic-wght-normal.woff2",
}


# Our own scripts import one another by relative path, which must become the hashed name. Packages'
# scripts may mention imports that only a bundler resolves.
MODULE_FOLDERS = ("common", "accounts", "services", "messaging", "orders", "appointments", "delivery")
_IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Names carry the content's hash, so browsers keep them for ever; compressed once."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *((f"{folder}/*.js", _IMPORTS) for folder in MODULE_FOLDERS),
    )

    def url(self, name: str | None, force: bool = True) -> str:
        """Hashed under DEBUG too: `make run` collects, and a newcomer should meet the real thing."""
        return str(super().url(name, force=True))


class VendorFilesFinder(BaseFinder):
    """Finds `vendor/<name>` in node_modules; nothing else of a package is ever served."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules"
        self.storage = _VendorStorage(location=self.root)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = VENDOR_FILES.get(path.removeprefix("vendor/")) if path.startswith("vendor/") else None
        if source is None:
            return []
        found = str(self.root / source)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Any]]:
        for name in VENDOR_FILES:
            yield f"vendor/{name}", self.storage


class _VendorStorage(FileSystemStorage):
    def path(self, name: str) -> str:
        return super().path(VENDOR_FILES[name.removeprefix("vendor/")])
