"""Making, answering, moving and calling off one appointment, and its card in the chat."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import reader, works_at
from appointments import queries
from appointments.domain import booking
from appointments.forms import AppointmentForm, ProposalForm, fitting_length
from appointments.models import Appointment
from appointments.views.common import row_context, visible_row
from marketplace.common.errors import DomainError
from marketplace.common.requests import as_page_or_fragment, wants_fragment, way_back
from messaging.models import Thread
from orders.models import Order
from orders.queries.orders import wish_in_thread


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, thread_pk: int) -> HttpResponse:
    threads = Thread.objects.visible_to(request.user).select_related("provider", "customer")
    thread = get_object_or_404(threads, pk=thread_pk)
    if not works_at(request.user, thread.provider_id):
        messages.info(request, _("The provider makes the appointment. Ask for a time in the chat."))
        return redirect(thread)
    wish = wish_in_thread(thread, reader(request))
    if request.method == "POST":
        form = AppointmentForm(request.POST)
        if form.is_valid() and (appointment := _book(request, thread, form)):
            return redirect("appointments:booked", pk=appointment.pk)
    else:
        form = AppointmentForm(initial=_as_wished(thread, wish))
    context = {"thread": thread, "form": form, "free_times": form.free_times, "wish": wish, **_zones(thread)}
    return render(request, "appointments/create.html", context, status=422 if form.is_bound else 200)


def _as_wished(thread: Thread, wish: Order | None) -> dict[str, Any]:
    """What the form opens with: what was ordered, how long that takes, and the wished time unless the two
    have a date already."""
    given: dict[str, Any] = {"topic": thread.topic}
    line = next(iter(wish.lines.all()), None) if wish else None
    if wish and line:
        given["topic"] = line.title
        if line.service:
            given["minutes"] = fitting_length(line.service.duration_minutes)
        if wish.preferred_at and wish.preferred_at > timezone.now() and not queries.has_date(thread):
            given["start"] = wish.preferred_at
    return given


def _zones(thread: Thread) -> dict[str, Any]:
    """The reader's time zone, and the customer's where its clock differs now."""
    now, mine = timezone.now(), timezone.get_current_timezone_name()
    theirs = queries.other_clock(mine, thread.customer.time_zone, now)
    return {
        "now": now,
        "my_zone": queries.named_zone(mine, now),
        "their_zone": queries.named_zone(theirs, now) if theirs else "",
    }


def _book(request: HttpRequest, thread: Thread, form: AppointmentForm) -> Appointment | None:
    """None when it was refused; the form then says why and offers free times."""
    given = form.cleaned_data
    try:
        return booking.book_appointment(
            thread, by=reader(request), topic=given["topic"], start=given["start"], length=form.length
        )
    except DomainError as error:
        form.refuse(error)
        return None


@require_GET
def booked(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "appointments/booked.html", row_context(visible_row(request, pk)))


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = row_context(visible_row(request, pk), now=timezone.now())
    return render(request, "appointments/detail.html", context)


@as_page_or_fragment
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The appointment inside the chat; a page of its own when opened directly."""
    context = row_context(visible_row(request, pk))
    context["back"] = context["thread_url"]
    template = "appointments/_card.html" if wants_fragment(request) else "appointments/card.html"
    return render(request, template, context)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    appointment = visible_row(request, pk).appointment
    try:
        booking.accept(appointment, by=reader(request))
        messages.success(request, _("You accepted the appointment. The other side has been told."))
    except booking.TimeTakenError:
        # Whoever answers a proposal may propose: the page with the free times is one step away.
        messages.error(request, _("That time has just been taken. Propose another one."))
        return redirect("appointments:propose", pk=pk)
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect(way_back(request, appointment.get_absolute_url()))


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first, on a page of its own."""
    row = visible_row(request, pk)
    if request.method == "GET":
        return render(request, "appointments/cancel.html", row_context(row, back=request.GET.get("next", "")))
    try:
        booking.cancel(row.appointment, by=reader(request))
        messages.success(request, _("The appointment is cancelled. The other side has been told."))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect(way_back(request, row.appointment.get_absolute_url()))


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    row = visible_row(request, pk)
    if not row.may_change:
        messages.info(request, _("This appointment cannot be moved any more."))
        return redirect(row.appointment)
    back = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "POST":
        form = ProposalForm(request.POST)
        if form.is_valid() and _propose(request, row.appointment, form):
            messages.success(
                request, _("The other side has been asked. Until they accept, the old time is kept.")
            )
            return redirect(way_back(request, row.appointment.get_absolute_url()))
    else:
        form = ProposalForm(initial={"start": row.appointment.start})
    context = row_context(row, form=form, back=back, free_times=form.free_times)
    return render(request, "appointments/propose.html", context, status=422 if form.is_bound else 200)


def _propose(request: HttpRequest, appointment: Appointment, form: ProposalForm) -> bool:
    try:
        booking.propose_time(appointment, by=reader(request), start=form.cleaned_data["start"])
    except DomainError as error:
        form.refuse(error)
        return False
    return True
