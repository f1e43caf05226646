"""5.3 Activity Log: what people and their batches gave and took."""

from collections.abc import Iterator
from typing import Literal, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_safe

from loyalty.enums import Right
from loyalty.forms.batches import ActivityForm
from loyalty.models import LedgerEntry
from loyalty.queries.batches import activity_page, all_activity
from loyalty.queries.edits import edits_page
from loyalty.views.common import backoffice, page, sees_members
from loyalty.views.members import page_key
from marketplace.common.export import Cell, export_response


@backoffice(Right.ACTIVITY_LOG)
@require_safe
def activity_log(request: HttpRequest) -> HttpResponseBase:
    form = ActivityForm(request.GET)
    wanted = form.wanted()
    after = page_key(request, "after")
    entries, following = activity_page(wanted, after)
    context = {
        "form": form,
        "entries": entries,
        "next": following,
        "is_first_page": after is None,
        "is_narrowed": bool(wanted),
    }
    return page(request, "loyalty/activity_log.html", "Activity Log", context)


@backoffice(Right.ACTIVITY_LOG)
@require_safe
def member_changes(request: HttpRequest) -> HttpResponseBase:
    """What people changed about members by hand: names and phones."""
    if not sees_members(request):
        raise Http404
    after = page_key(request, "after")
    edits, following = edits_page(after)
    context = {"edits": edits, "next": following, "is_first_page": after is None}
    return page(request, "loyalty/member_changes.html", gettext("Changes to members"), context)


@backoffice(Right.ACTIVITY_LOG)
@require_safe
def export_activity_log(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The whole log as it is narrowed now."""
    if file_format not in ("csv", "xlsx"):
        raise Http404
    zone = timezone.get_current_timezone()
    headings = [
        f"{gettext('When')} ({timezone.get_current_timezone_name()})",
        gettext("Member ID"),
        gettext("Name"),
        gettext("Phone"),
        gettext("Kind"),
        gettext("Points"),
        gettext("Reason"),
        pgettext("person", "By"),
        gettext("Branch"),
        gettext("Batch"),
        gettext("Reference"),
    ]
    return export_response(
        cast(Literal["csv", "xlsx"], file_format),
        f"activity-log-{timezone.localdate():%Y-%m-%d}",
        headings,
        _rows(all_activity(ActivityForm(request.GET).wanted()), named=sees_members(request)),
        zone=zone,
        rtl=translation.get_language_bidi(),
    )


def _rows(entries: Iterator[LedgerEntry], *, named: bool) -> Iterator[list[Cell]]:
    for entry in entries:
        yield [
            entry.created_at,
            entry.member.number,
            entry.member.name if named else "",
            str(entry.member.phone or "") if named else "",
            entry.get_kind_display(),
            entry.points,
            entry.note,
            entry.by.name if entry.by else "",
            entry.branch.name if entry.branch else "",
            entry.batch_id,
            entry.reference,
        ]
