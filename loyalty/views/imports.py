"""4.3 Import User, 5.1 Adjust by Phone Number, 5.2 Adjust by User ID: where a file comes in."""

from typing import Any, Literal, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from loyalty.domain import batches
from loyalty.domain.programme import programme
from loyalty.enums import BatchKind, Right
from loyalty.forms.batches import LimitedUpload, UploadForm
from loyalty.permissions import rights_in
from loyalty.queries.batches import batches_of
from loyalty.views.common import backoffice, operator_of, page
from marketplace.common.errors import DomainError
from marketplace.common.export import export_response

RIGHT_OF = {
    BatchKind.MEMBERS: Right.IMPORT,
    BatchKind.BY_PHONE: Right.ADJUST_BY_PHONE,
    BatchKind.BY_NUMBER: Right.ADJUST_BY_NUMBER,
}
TITLES = {
    BatchKind.MEMBERS: "Import User",
    BatchKind.BY_PHONE: "Adjust by Phone Number",
    BatchKind.BY_NUMBER: "Adjust by User ID",
}
LISTED = 30


@backoffice(Right.IMPORT)
@require_safe
def imports(request: HttpRequest) -> HttpResponseBase:
    return upload_page(request, BatchKind.MEMBERS)


@backoffice(Right.ADJUST_BY_PHONE)
@require_safe
def adjust_by_phone(request: HttpRequest) -> HttpResponseBase:
    return upload_page(request, BatchKind.BY_PHONE)


@backoffice(Right.ADJUST_BY_NUMBER)
@require_safe
def adjust_by_number(request: HttpRequest) -> HttpResponseBase:
    return upload_page(request, BatchKind.BY_NUMBER)


def kind_for(request: HttpRequest, kind: str) -> BatchKind:
    """The kind in the address, for whom its menu is there; 404 for others."""
    if kind not in BatchKind.values or RIGHT_OF[BatchKind(kind)] not in rights_in(request):
        raise Http404
    request.backoffice_right = RIGHT_OF[BatchKind(kind)]  # type: ignore[attr-defined]
    return BatchKind(kind)


@backoffice()
@require_safe
def batch_template(request: HttpRequest, kind: str, file_format: str) -> HttpResponseBase:
    """A file to fill in, with one row that shows how; phones are texts in it."""
    chosen = kind_for(request, kind)
    if file_format not in ("csv", "xlsx"):
        raise Http404
    columns = batches.COLUMNS[chosen]
    return export_response(
        cast(Literal["csv", "xlsx"], file_format),
        f"{chosen.value}-template",
        [str(column.label) for column in columns],
        [[column.example for column in columns]],
        zone=timezone.get_current_timezone(),
    )


@csrf_exempt  # asked below: the check reads the form, and the file must be met by our own handler
@backoffice()
@require_POST
def upload_batch(request: HttpRequest, kind: str) -> HttpResponseBase:
    chosen = kind_for(request, kind)
    limited = LimitedUpload(request)
    request.upload_handlers = [limited]
    return _upload(request, chosen, limited)


@csrf_protect
def _upload(request: HttpRequest, kind: BatchKind, limited: LimitedUpload) -> HttpResponseBase:
    form = UploadForm(request.POST, request.FILES, too_large=limited.is_too_large)
    if not form.is_valid():
        return upload_page(request, kind, form)
    file = form.uploaded()
    try:
        batch = batches.upload(
            file.file,  # type: ignore[arg-type]
            name=file.name or "file",
            kind=kind,
            by=operator_of(request),
            note=form.cleaned_data["note"],
            again=form.cleaned_data["again"],
        )
    except DomainError as error:
        form.add_error("file", error.sentence)
        return upload_page(request, kind, form, first=error.extra.get("first"))
    return redirect("loyalty:batch", batch.pk)


def upload_page(
    request: HttpRequest, kind: BatchKind, form: UploadForm | None = None, *, first: Any = None
) -> HttpResponseBase:
    context = {
        "form": form or UploadForm(),
        "kind": kind,
        "first": first,
        "batches": batches_of(kind)[:LISTED],
        "columns": batches.COLUMNS[kind],
        "adjusts": kind != BatchKind.MEMBERS,
        "needs_approval": programme().needs_approval,
        "rtl": translation.get_language_bidi(),
    }
    status = 422 if form is not None and form.errors else 200
    return page(request, "loyalty/batches.html", TITLES[kind], context, status=status)
