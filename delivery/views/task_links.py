"""One task for whoever holds its link, with no account: it lives until the shift is over, the task too, or
somebody else has it. What is reported through it is its courier's report."""

import zoneinfo
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from delivery.forms.tasks import ReportForm
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from delivery.queries.links import had_link, knows, takes_late, with_link
from delivery.queries.tasks import reports_of, task_of
from delivery.views.proofs import proof_file
from delivery.views.reporting import forms_of, take_report
from delivery.views.tasks import keep_on_phone

View = Callable[..., HttpResponseBase]


def for_task_links(view: View) -> View:
    """Open to all, kept by nobody but the phone that opened it: see orders.views.links."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, token, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return login_not_required(never_cache(wrapper))


@for_task_links
@require_GET
def task_link(request: HttpRequest, token: str) -> HttpResponse:
    delivery = _live(token)
    response = _page(request, delivery)
    assert delivery.link_until is not None  # or it were not live
    keep_on_phone(response, f"link-{token}", until=delivery.link_until)
    return response


@csrf_exempt  # the secret in the address is what lets in, not a cookie: no other site knows it
@for_task_links
@require_POST
def link_report(request: HttpRequest, token: str) -> HttpResponse:
    """Also after the link has ended, for a while: a phone without signal could not know. Then what it reports
    is kept for the shop to decide, and one whose answer was lost is known."""
    live = with_link(token, now=timezone.now()).select_related("order", "courier__user", "provider").first()
    late = None if live else _ended(token, request.POST.get("client_id", ""))
    delivery = late.delivery if late else live
    assert delivery is not None  # one of the two is there
    courier = late.courier if late else delivery.courier
    assert courier is not None  # nothing else has a link

    def stored(event: DeliveryEvent) -> HttpResponse:
        if with_link(token, now=timezone.now()).exists():
            return redirect("delivery:task_link", token)
        return render(
            request, "delivery/task_link_over.html", {"number": str(delivery.order), "event": event}
        )

    def refused(form: ReportForm) -> HttpResponse:
        return _page(request, _live(token), form)

    return take_report(request, delivery, courier, stored=stored, refused=refused, late=late)


@for_task_links
@require_GET
def task_link_proof(request: HttpRequest, token: str, pk: int, what: str) -> HttpResponseBase:
    shown = reports_of(with_link(token, now=timezone.now()))
    return proof_file(request, get_object_or_404(shown, pk=pk), what)


def _live(token: str) -> Delivery:
    live = with_link(token, now=timezone.now())
    return get_object_or_404(
        live.select_related("order__customer", "provider__delivery_settings", "courier__user")
    )


def _ended(token: str, client_id: str) -> Assignment:
    """The hand-over whose link this was, while it takes in one more report, or this one is known."""
    assignment = get_object_or_404(had_link(token))
    if not (takes_late(assignment, now=timezone.now()) or knows(assignment, client_id)):
        raise Http404
    return assignment


def _courier(delivery: Delivery) -> Courier:
    if delivery.courier is None:
        raise Http404
    return delivery.courier


def _page(request: HttpRequest, delivery: Delivery, bound: ReportForm | None = None) -> HttpResponse:
    found, token = task_of(delivery), delivery.link_token
    context = {
        "task": found,
        "forms": forms_of(found, _courier(delivery), bound),
        "bound": bound,
        "report_url": reverse("delivery:link_report", args=[token]),
        "owner": f"link-{token}",
        "now": timezone.now(),
        "until": delivery.link_until,
        "token": token,
    }
    with _times_for(request, delivery):
        return render(request, "delivery/task_link.html", context, status=200 if bound is None else 422)


def _times_for(request: HttpRequest, delivery: Delivery) -> timezone.override:
    """The shop's for who is signed out."""
    signed_in = request.user.is_authenticated
    zone = timezone.get_current_timezone() if signed_in else zoneinfo.ZoneInfo(delivery.provider.time_zone)
    return timezone.override(zone)
