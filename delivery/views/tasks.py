"""A courier's own pages: today's tasks, one of them, those that are over, and what a phone keeps of them."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from delivery.enums import DeliveryState, Outcome
from delivery.forms.tasks import ReportForm
from delivery.models import Courier, Delivery, DeliveryEvent
from delivery.queries.tasks import (
    Task,
    Today,
    courier_of,
    history_of,
    one_task,
    read_place,
    reports_of,
    today_of,
)
from delivery.views.proofs import proof_file
from delivery.views.reporting import forms_of, take_report
from marketplace.common.views import manifest_of

KEPT_FOR = timedelta(hours=48)  # on the phone: a shift, and a list that was looked at the evening before

View = Callable[..., HttpResponseBase]


def for_couriers(view: View) -> View:
    """404 for everybody else. What comes is for one person's phone alone: nothing between here and there
    keeps it, and the phone's own copy (static/common/sw.js) says whose it is."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        courier = courier_of(request.user)
        if courier is None:
            raise Http404
        response = view(request, courier, *args, **kwargs)
        if request.method == "GET" and response.status_code == 200 and not isinstance(response, JsonResponse):
            keep_on_phone(response, f"user-{courier.user_id}", until=timezone.now() + KEPT_FOR)
        return response

    return never_cache(wrapper)


def keep_on_phone(response: HttpResponseBase, owner: str, *, until: datetime) -> None:
    response.headers["X-Kept-For"] = owner
    response.headers["X-Kept-Until"] = until.isoformat()


@for_couriers
@require_GET
def tasks(request: HttpRequest, courier: Courier) -> HttpResponse:
    today = today_of(courier, now=timezone.now())
    response = render(request, "delivery/tasks.html", {"today": today, "now": timezone.now()})
    response.headers["X-Kept-Version"] = _version(today)
    return response


@for_couriers
@require_GET
def task_history(request: HttpRequest, courier: Courier) -> HttpResponse:
    before = read_place(request.GET.get("before", ""))
    rows, older = history_of(courier, before=before)
    context = {"rows": rows, "older": older, "is_first_page": before is None, "now": timezone.now()}
    return render(request, "delivery/task_history.html", context)


@for_couriers
@require_GET
def task(request: HttpRequest, courier: Courier, pk: int) -> HttpResponse:
    found = own_task(courier, pk)
    response = task_page(request, courier, found)
    response.headers["X-Kept-Version"] = _version(found)
    return response


@for_couriers
@require_POST
def report(request: HttpRequest, courier: Courier, pk: int) -> HttpResponse:
    """Also of a task that was his and is somebody else's now: what happened is not lost."""
    had = Delivery.objects.filter(assignments__courier=courier).select_related("order").distinct()
    delivery = get_object_or_404(had, pk=pk)

    def stored(event: DeliveryEvent) -> HttpResponse:
        if event.outcome == Outcome.COUNTED:
            said = _("%(number)s: %(state)s") % {"number": delivery.order, "state": event.get_state_display()}
            messages.success(request, said)
        is_done = event.outcome == Outcome.CONFLICT or event.state in _LEAVES
        return redirect("delivery:tasks") if is_done else redirect("delivery:task", delivery.pk)

    def refused(form: ReportForm) -> HttpResponse:
        return task_page(request, courier, own_task(courier, pk), form)

    return take_report(request, delivery, courier, stored=stored, refused=refused)


_LEAVES = (DeliveryState.DELIVERED, DeliveryState.RETURNED)


@for_couriers
@require_GET
def tasks_data(request: HttpRequest, courier: Courier) -> JsonResponse:
    """What the phone needs to keep up: whose list it is, a token for what it sends, which pages to keep.

    Shape: {"owner": "user-5", "token": str, "pages": [{"url": str, "version": str}]}; another version is
    another page.
    """
    today = today_of(courier, now=timezone.now())
    pages = [(reverse("delivery:tasks"), _version(today))]
    pages += [(one.url, _version(one)) for one in (*today.open, *today.done)]
    return JsonResponse(
        {
            "owner": f"user-{courier.user_id}",
            "token": get_token(request),
            "pages": [{"url": url, "version": version} for url, version in pages],
        }
    )


@for_couriers
@require_GET
def task_proof(request: HttpRequest, courier: Courier, pk: int, what: str) -> HttpResponseBase:
    shown = reports_of(Delivery.objects.tasks_of(courier))
    return proof_file(request, get_object_or_404(shown, pk=pk), what)


@login_not_required
@require_GET
def tasks_manifest(request: HttpRequest) -> JsonResponse:
    """Installed from here, the phone's icon opens the tasks."""
    return manifest_of(_("My tasks"), start_url=reverse("delivery:tasks"))


def own_task(courier: Courier, pk: int) -> Task:
    found = one_task(Delivery.objects.tasks_of(courier), pk=pk)
    if found is None:
        raise Http404
    return found


def task_page(
    request: HttpRequest, courier: Courier, found: Task, bound: ReportForm | None = None
) -> HttpResponse:
    context = {
        "task": found,
        "forms": forms_of(found, courier, bound),
        "bound": bound,
        "report_url": reverse("delivery:report", args=[found.pk]),
        "owner": f"user-{courier.user_id}",
        "now": timezone.now(),
    }
    return render(request, "delivery/task.html", context, status=200 if bound is None else 422)


def _version(found: Task | Today) -> str:
    """Changes with anything that its page shows, and with the page itself."""
    shown = (found, get_language(), static("delivery/courier.css"), static("delivery/courier.js"))
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
