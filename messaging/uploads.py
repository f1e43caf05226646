"""Which files may be sent in a chat, told by their content, not by their name or what a browser claims."""

import csv
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from marketplace.common import images
from marketplace.common.errors import DomainError

# For the file input; phones offer the camera for image/*.
ACCEPT = f"{images.ACCEPT},.pdf,.docx,.xlsx,.txt,.csv"

_PHOTO_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """What is stored. `extension` has its dot; width and height are pixels, None for what is no photo."""

    content: bytes
    name: str
    extension: str
    content_type: str
    width: int | None = None
    height: int | None = None


def read_upload(file: "UploadedFile[Any]") -> Upload:
    """A photo encoded anew, or a PDF, Word, Excel, text or CSV file as it is.

    Raises DomainError: `too_large`, `empty_file`, `not_allowed`, or why a photo cannot be used.
    """
    limit: int = settings.UPLOAD_MAX_BYTES
    file.seek(0)
    content: bytes = file.read(limit + 1)
    if len(content) > limit:
        raise DomainError(
            _("This file is larger than %(limit)s MB: choose a smaller one.")
            % {"limit": limit // (1024 * 1024)},
            code="too_large",
        )
    if not content:
        raise DomainError(_("This file is empty: choose another one."), code="empty_file")
    name = file.name or ""
    if _is_photo(content):
        photo = images.reencode_photo(io.BytesIO(content))
        return Upload(
            photo.content,
            safe_name(name, photo.extension),
            photo.extension,
            photo.content_type,
            photo.width,
            photo.height,
        )
    extension, content_type = _document(content, name)
    return Upload(content, safe_name(name, extension), extension, content_type)


def safe_name(name: str, extension: str) -> str:
    """The sender's name for the file with the ending of its content, as one short printable line.

    Signs that turn the reading direction go, so that "gpj.exe" cannot be shown as "exe.jpg".
    """
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem)
    stem = "".join(c for c in stem if unicodedata.category(c)[0] not in "CZ" or c in " \u200c")
    return f"{stem.strip()[:_NAME_CHARS] or 'file'}{extension}"


def _is_photo(content: bytes) -> bool:
    return content.startswith(_PHOTO_STARTS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def _document(content: bytes, name: str) -> tuple[str, str]:
    """(extension with dot, content type)."""
    if content.startswith(b"%PDF-"):
        return ".pdf", "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office_document(content)
    if _is_text(content):
        is_table = name.lower().endswith(".csv") and _is_table(content)
        return (".csv", "text/csv") if is_table else (".txt", "text/plain")
    raise _not_allowed()


def _office_document(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _not_allowed() from error
    has_program = any(part.lower().endswith("vbaproject.bin") for part in names)
    if "[Content_Types].xml" in names and not has_program:
        if "word/document.xml" in names:
            return ".docx", _WORD
        if "xl/workbook.xml" in names:
            return ".xlsx", _EXCEL
    raise _not_allowed()


def _is_text(content: bytes) -> bool:
    """Readable lines in UTF-8 or Windows Thai that are no web page or drawing."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp874")
        except UnicodeDecodeError:
            return False
    if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in set(text)):
        return False
    return not re.search(r"<\s*(!doctype|html|svg|script|\?xml)", text[:4096], re.IGNORECASE)


def _is_table(content: bytes) -> bool:
    try:
        csv.Sniffer().sniff(content[:4096].decode("utf-8-sig", "replace"))
    except csv.Error:
        return False
    return True


def _not_allowed() -> DomainError:
    return DomainError(
        _("This kind of file cannot be sent. Photos, PDF, Word, Excel, text and CSV files can."),
        code="not_allowed",
    )
