"""Uploading a file, saying which column is what, and narrowing the Activity Log."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from loyalty.domain.batches import COLUMNS, MAX_BYTES
from loyalty.domain.batches.problems import FileError
from loyalty.enums import BatchKind, EntryKind, FileProblem
from loyalty.models import Batch, Branch
from marketplace.common.fields import LocalDateField


class LimitedUpload(TemporaryFileUploadHandler):
    """Stops keeping a file as soon as it is too large; what was kept of it goes."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.is_too_large = False
        self._kept = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._kept += len(raw_data)
        if self._kept > MAX_BYTES:
            self.is_too_large = True
            self.file.close()
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
        return None

    def upload_interrupted(self) -> None:
        if not self.is_too_large:
            super().upload_interrupted()


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # told by the domain, in the same words as every other bad file
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        help_text=_("CSV or XLSX, at most 100 MB. The first row has the headings."),
    )
    note = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Stands in the history of every member in the file, unless its row has a reason."),
    )
    again = forms.BooleanField(label=_("Yes, use this file once more"), required=False)

    def __init__(self, *arguments: Any, too_large: bool = False, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._too_large = too_large
        for name in ("file", "note", "again"):
            self.fields[name].widget.attrs.setdefault("id", f"id_{name}")

    def clean(self) -> dict[str, Any]:
        if self._too_large:
            self.errors.pop("file", None)
            error = FileError(FileProblem.TOO_LARGE, megabytes=MAX_BYTES // (1024 * 1024))
            self.add_error("file", error.sentence)
        return super().clean() or {}

    def uploaded(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        return file


class ColumnsForm(forms.Form):
    """A choice among the file's headings for each of our fields, and what else a batch of the kind asks."""

    existing = forms.ChoiceField(
        label=_("Members who exist already"),
        choices=[("skip", _("Leave them as they are")), ("fill", _("Fill in what is empty"))],
        required=False,
    )
    deduct = forms.ChoiceField(
        label=_("The points in the file"),
        choices=[("", _("Are added; with a minus sign, deducted")), ("1", _("Are all deducted"))],
        required=False,
    )

    def __init__(self, *arguments: Any, batch: Batch, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.batch = batch
        headings = [
            (str(place), f"{_letters(place)}: {heading or '–'}")
            for place, heading in enumerate(batch.headings)
        ]
        columns = COLUMNS[batch.kind]
        options = self.fields
        del self.fields["deduct" if batch.kind == BatchKind.MEMBERS else "existing"]
        more = dict(options)
        self.fields.clear()
        for column in columns:
            none = [] if column.required and column.field in batch.columns else [("", _("(not in the file)"))]
            self.fields[column.field] = forms.ChoiceField(
                label=column.label,
                choices=[*none, *headings],
                required=False,
                initial=batch.columns.get(column.field, ""),
            )
        self.fields |= more
        for name in more:
            self.fields[name].initial = batch.options.get(name, "")

    def columns(self) -> dict[str, int]:
        names = [column.field for column in COLUMNS[self.batch.kind]]
        return {name: int(self.cleaned_data[name]) for name in names if self.cleaned_data[name]}

    def options(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name, "") for name in ("existing", "deduct")}


def _letters(place: int) -> str:
    """As a spreadsheet names its columns: A … Z, AA …"""
    text, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


class ActivityForm(forms.Form):
    since = LocalDateField(label=_("From"), required=False)
    until = LocalDateField(label=_("Until"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    by = forms.ModelChoiceField(
        label=pgettext_lazy("person", "By"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Everybody"),
    )
    batch = forms.IntegerField(
        label=_("Batch"), required=False, min_value=1, widget=forms.TextInput({"inputmode": "numeric"})
    )
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.all(), required=False, empty_label=_("All")
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        kinds = (
            choice for choice in EntryKind.choices if choice[0] not in (EntryKind.OWED, EntryKind.EXPIRY)
        )
        self.fields["kind"].choices = [("", _("All")), *kinds]  # type: ignore[attr-defined]
        people = User.objects.filter(is_staff=True).order_by("username")
        self.fields["by"].queryset = people  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What was typed and can be read; the rest narrows nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
