"""A batch's own page, from its columns to its result, and what can be done with it."""

from collections.abc import Iterator
from typing import Any, Literal, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from loyalty.domain import batches
from loyalty.enums import BatchKind, BatchStatus, Right, RowStatus
from loyalty.forms.batches import ColumnsForm
from loyalty.models import Batch
from loyalty.permissions import rights_in
from loyalty.queries.batches import AT_WORK, SHOWN, result_rows, sentence_of, telling_rows
from loyalty.views.common import backoffice, operator_of, page, sees_members
from loyalty.views.imports import RIGHT_OF
from marketplace.common.errors import DomainError
from marketplace.common.export import Cell, export_response

_STEPS = (gettext_lazy("Columns"), gettext_lazy("Check"), gettext_lazy("Run"), gettext_lazy("Result"))
_STEP_OF = {
    BatchStatus.UPLOADED: 0,
    BatchStatus.CHECKING: 1,
    BatchStatus.CHECKED: 1,
    BatchStatus.WAITING: 2,
    BatchStatus.RUNNING: 2,
}
# Who did what with it; later ones are not shown.
_ACTIONS = 50


def _batch(request: HttpRequest, pk: int, *, to_approve: bool = False) -> Batch:
    """For whom the menu of its kind is there, and, when it moves points, for those who approve; 404 for
    others."""
    found = Batch.objects.select_related("by", "approved_by", "undone_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    moves_points = found.points_added or found.points_taken
    ways = {RIGHT_OF[BatchKind(found.kind)], *([Right.APPROVE] if to_approve and moves_points else [])}
    if not rights_in(request) & ways:
        raise Http404
    request.backoffice_right = RIGHT_OF[BatchKind(found.kind)]  # type: ignore[attr-defined]
    return found


def _shows_cells(request: HttpRequest, found: Batch) -> bool:
    """Who approves an import sees its numbers; whom it is about, only with the right to Member Detail."""
    about_people = found.kind == BatchKind.MEMBERS
    return not about_people or RIGHT_OF[BatchKind.MEMBERS] in rights_in(request) or sees_members(request)


@backoffice()
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _page(request, _batch(request, pk, to_approve=True))


def _page(request: HttpRequest, found: Batch, form: ColumnsForm | None = None) -> HttpResponseBase:
    at_work = found.status in AT_WORK
    halted = found.halted if found.is_halted or found.is_unchecked else ""
    context: dict[str, Any] = {
        "batch": found,
        "actions": found.actions.select_related("by")[:_ACTIONS],
        "adjusts": found.kind != BatchKind.MEMBERS,
        "steps": _STEPS,
        "step": _STEP_OF.get(BatchStatus(halted or found.status), 3),
        "at_work": at_work,
        **_allowed(request, found),
        "problem": batches.sentence_of(found.problem) if found.problem else "",
        "rows": [] if at_work else [(row, sentence_of(row)) for row in telling_rows(found)],
        "shown": SHOWN,
        "shows_cells": _shows_cells(request, found),
        "troubled": found.rows_error + found.rows_skipped,
    }
    if found.status in (BatchStatus.UPLOADED, BatchStatus.CHECKED) or (found.is_unchecked and found.file):
        context["form"] = form or ColumnsForm(batch=found)
    status = 422 if form is not None and form.errors else 200
    return page(request, "loyalty/batch.html", "Batch", context, status=status)


def _allowed(request: HttpRequest, found: Batch) -> dict[str, bool]:
    """What the page offers to whom."""
    rights = rights_in(request)
    may_work = RIGHT_OF[BatchKind(found.kind)] in rights
    stands = found.status == BatchStatus.DONE or (found.is_halted and found.halted == BatchStatus.RUNNING)
    unmade = not found.rows_done and not found.rows_undone
    return {
        "may_work": may_work,
        "may_approve": Right.APPROVE in rights and batches.may_approve(found, operator_of(request)),
        "may_undo": may_work and stands and found.rows_done > 0,
        "undo_waits": batches.wants_second(found),
        "may_discard": may_work and unmade and found.status in batches.DISCARDABLE,
    }


@backoffice()
@require_safe
def batch_state(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far it is, for the page that shows it: {status, label, percent, at_work, counts}."""
    found = _batch(request, pk, to_approve=True)
    counts = {name: getattr(found, f"rows_{name}") for name in _COUNTS}
    return JsonResponse(
        {
            "status": found.status,
            "label": found.get_status_display(),
            "percent": found.percent,
            "at_work": found.status in AT_WORK,
            "counts": counts,
        }
    )


_COUNTS = ("total", "ready", "done", "skipped", "error", "undone")


@backoffice()
@require_POST
def check_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _batch(request, pk)
    form = ColumnsForm(request.POST, batch=found)
    if form.is_valid():
        try:
            by = operator_of(request)
            batches.begin_check(found, columns=form.columns(), options=form.options(), by=by)
            return redirect("loyalty:batch", pk)
        except DomainError as error:
            form.add_error(None, error.sentence)
    return _page(request, found, form)


@backoffice()
@require_POST
def run_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk), batches.run)


@backoffice(Right.APPROVE)
@require_POST
def approve_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk, to_approve=True), batches.approve)


@backoffice()
@require_POST
def undo_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk), batches.undo)


@backoffice(Right.APPROVE)
@require_POST
def approve_undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk, to_approve=True), batches.approve_undo)


@backoffice()
@require_POST
def keep_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk), batches.keep)


@backoffice()
@require_POST
def stop_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk), batches.stop)


@backoffice()
@require_POST
def go_on_with_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk), batches.go_on)


@backoffice()
@require_POST
def discard_batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _act(request, _batch(request, pk), batches.discard)


def _act(request: HttpRequest, found: Batch, action: Any) -> HttpResponseBase:
    try:
        action(found, by=operator_of(request))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("loyalty:batch", found.pk)


@backoffice()
@require_safe
def batch_result(request: HttpRequest, pk: int, file_format: str) -> HttpResponseBase:
    """The file's own columns with what came of each row: to be mended and uploaded again. Rows without a
    reference get theirs, so that what is done is known when it comes back."""
    found = _batch(request, pk, to_approve=True)
    if file_format not in ("csv", "xlsx") or not _shows_cells(request, found):
        raise Http404
    own = found.kind != BatchKind.MEMBERS and "reference" not in found.columns
    headings = [
        *found.headings,
        *(["Reference"] if own else []),
        gettext("Result"),
        gettext("Reason for the result"),
    ]
    return export_response(
        cast(Literal["csv", "xlsx"], file_format),
        f"{found.file_name.rsplit('.', 1)[0]}-result",
        headings,
        _result(found, own=own),
        zone=timezone.get_current_timezone(),
        rtl=translation.get_language_bidi(),
    )


def _result(found: Batch, *, own: bool) -> Iterator[list[Cell]]:
    width = len(found.headings)
    for row in result_rows(found):
        cells: list[Cell] = [*row.cells[:width], *[""] * (width - len(row.cells))]
        if own:
            cells.append(row.reference)
        yield [*cells, str(RowStatus(row.status).label), sentence_of(row)]
