"""The page of one lead, whatever it is, and what is written there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import select_template
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import reader
from followup import domain
from followup.enums import LeadKind
from followup.forms import NoteForm, TickForm
from followup.models import FollowUp
from followup.queries import customer_of, day_of, orders_after
from followup.views.common import visible_lead
from marketplace.common.errors import DomainError
from marketplace.common.requests import as_page_or_fragment, wants_fragment
from orders.models import Order
from orders.queries.orders import for_page

NOTES = 50

TEMPLATES = {
    LeadKind.ORDER: "followup/order.html",
    LeadKind.CALLBACK: "followup/callback.html",
    LeadKind.TRANSFER: "followup/transfer.html",
    LeadKind.THREAD: "followup/silence.html",
}


@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, LeadKind.ORDER, visible_lead(request, LeadKind.ORDER, pk))


@require_GET
def callback(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, LeadKind.CALLBACK, visible_lead(request, LeadKind.CALLBACK, pk))


@require_GET
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, LeadKind.TRANSFER, visible_lead(request, LeadKind.TRANSFER, pk))


@require_GET
def silence(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, LeadKind.THREAD, visible_lead(request, LeadKind.THREAD, pk))


@require_POST
def add_note(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in LeadKind.values:
        raise Http404
    lead = visible_lead(request, LeadKind(kind), pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            domain.add_note(lead, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The note is saved."))
            return redirect(domain.lead_url(lead) + "#notes")
        except DomainError as error:
            form.add_error(None, error.sentence)
    return _page(request, LeadKind(kind), lead, form)


@as_page_or_fragment
@require_POST
def tick_note(request: HttpRequest, pk: int) -> HttpResponse:
    """The tick in a note's frame saves itself; a script gets the notes as they stand now."""
    note = get_object_or_404(
        FollowUp.objects.select_related("order", "callback", "transfer", "silence"), pk=pk
    )
    kind = next(kind for kind, key in _KEYS.items() if getattr(note, f"{key}_id"))
    lead = visible_lead(request, kind, getattr(note, f"{_KEYS[kind]}_id"))
    form = TickForm(request.POST)
    form.is_valid()
    move = domain.end_follow_up if form.cleaned_data["ended"] else domain.reopen_follow_up
    move(note, by=reader(request))
    lead.refresh_from_db()
    if wants_fragment(request):
        return render(request, "followup/_state_and_notes.html", _notes_context(request, kind, lead))
    messages.success(request, _("Saved"))
    return redirect(domain.lead_url(lead) + f"#note-{note.pk}")


_KEYS = {
    LeadKind.ORDER: "order",
    LeadKind.CALLBACK: "callback",
    LeadKind.TRANSFER: "transfer",
    LeadKind.THREAD: "silence",
}


@require_POST
def start_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    lead = visible_lead(request, LeadKind.CALLBACK, pk)
    try:
        return redirect(domain.start_conversation(lead, by=reader(request)))
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect(lead)


def _page(request: HttpRequest, kind: LeadKind, lead: Any, form: NoteForm | None = None) -> HttpResponse:
    context = {
        **_notes_context(request, kind, lead),
        **_own_context(request, kind, lead),
        "form": form or NoteForm(),
        "shop_zone": lead.provider.time_zone,
    }
    return render(request, TEMPLATES[kind], context, status=422 if form else 200)


def _notes_context(request: HttpRequest, kind: LeadKind, lead: Any) -> dict[str, Any]:
    """The state and a page of notes, newest first."""
    before, day = request.GET.get("before", ""), day_of(lead.provider)
    notes = domain.notes_of(lead).select_related("by", "ended_by").order_by("-pk")
    if before.isdecimal() and len(before) < 19:
        notes = notes.filter(pk__lt=int(before))
    shown = list(notes[: NOTES + 1])
    return {
        "kind": kind,
        "lead": lead,
        "symbol": lead.symbol(day.end),
        "due_on": day.date_of(lead.due_at) if lead.due_at else None,
        "is_overdue": lead.due_at is not None and lead.due_at < day.start,
        "back": domain.lead_url(lead),
        "notes": shown[:NOTES],
        "older": shown[NOTES - 1].pk if len(shown) > NOTES else None,
        "is_first_page": not before,
    }


def _own_context(request: HttpRequest, kind: LeadKind, lead: Any) -> dict[str, Any]:
    """What this kind of lead shows beside its notes."""
    user = reader(request)
    if kind == LeadKind.ORDER:
        return {"order": for_page(Order.objects.visible_to(user)).get(pk=lead.pk)}
    if kind == LeadKind.TRANSFER:
        drawn = select_template(["orders/_notice.html", "followup/_notice_plain.html"])
        return {"notice": lead, "order": lead.order, "is_shop": True, "notice_template": drawn}
    if kind == LeadKind.CALLBACK:
        return {"customer": customer_of(lead), "orders": orders_after(lead, user)}
    return {"thread": lead.thread}
