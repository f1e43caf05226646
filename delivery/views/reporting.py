"""Taking in a courier's report, from an account's page or a task's link, as a form or out of a queue."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from delivery.domain import report
from delivery.enums import DeliveryState, Outcome
from delivery.forms.tasks import ReportForm
from delivery.models import Courier, Delivery, DeliveryEvent
from delivery.queries.tasks import Task
from marketplace.common.errors import DomainError
from marketplace.common.limits import may_do

# A whole shift without signal goes out at once.
TIMES, SECONDS = 300, 600

# What a page does with a report that was stored, and with a form that has errors.
Stored = Callable[[DeliveryEvent], HttpResponse]
Refused = Callable[[ReportForm], HttpResponse]


def take_report(
    request: HttpRequest, delivery: Delivery, courier: Courier, *, stored: Stored, refused: Refused
) -> HttpResponse:
    """404 for who never had the task. 409: stored, but the task was somebody else's by then. 422: nothing is
    stored, and the sentence says what to mend. 429: later."""
    if not may_do("courier-report", courier.pk, times=TIMES, seconds=SECONDS):
        return _too_many(request)
    form = form_of(request, delivery, courier)
    event = _reported(delivery, courier, form)
    if event is None:
        form.keep_photo()
        return _refusal(form) if wants_json(request) else refused(form)
    if wants_json(request):
        return _receipt(event)
    if event.outcome == Outcome.CONFLICT:
        messages.warning(request, conflict_sentence())
    return stored(event)


def form_of(request: HttpRequest, delivery: Delivery, courier: Courier) -> ReportForm:
    part = "fail" if request.POST.get("state") == DeliveryState.FAILED else "deliver"
    return ReportForm(
        request.POST, request.FILES, owner_id=courier.user_id, currency=delivery.order.currency, part=part
    )


def forms_of(task: Task, courier: Courier, bound: ReportForm | None = None) -> dict[str, Any]:
    """The page's forms, each with an id of its own; `bound` stands in for the one that was sent."""
    fresh = {
        part: ReportForm(
            owner_id=courier.user_id,
            currency=task.invoice.currency,
            to_collect=task.invoice.to_collect,
            part=part,
        )
        for part in ("picked_up", "on_the_way", "returned", "deliver", "fail")
    }
    if bound is not None:
        fresh["fail" if bound.auto_id == "fail-%s" else "deliver"] = bound
    return fresh


def known_report(delivery: Delivery, client_id: str) -> DeliveryEvent | None:
    """The one that was stored under this id: its sender did not hear of it."""
    try:
        wanted = UUID(client_id)
    except ValueError:
        return None
    return DeliveryEvent.objects.filter(delivery=delivery, client_id=wanted).first()


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def conflict_sentence() -> str:
    return _(
        "This task was given to somebody else before your report came in. Your report is kept, and the shop "
        "has been told: it decides whether it counts."
    )


def _reported(delivery: Delivery, courier: Courier, form: ReportForm) -> DeliveryEvent | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        return report(
            delivery,
            courier=courier,
            client_id=said["client_id"],
            state=DeliveryState(said["state"]),
            said_at=said["said_at"],
            proof=form.proof,
        )
    except DomainError as error:
        if error.code == "not_yours":
            raise Http404 from error
        form.refuse(error)
        return None


def _receipt(event: DeliveryEvent) -> JsonResponse:
    if event.outcome == Outcome.CONFLICT:
        return JsonResponse({"code": "conflict", "sentence": conflict_sentence()}, status=409)
    delivery = Delivery.objects.get(pk=event.delivery_id)
    now = timezone.now().isoformat()  # pages that were made before do not show it yet
    return JsonResponse({"ok": True, "state": delivery.state, "now": now})


def _refusal(form: ReportForm) -> JsonResponse:
    errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
    sentence = " ".join(error for found in errors.values() for error in found)
    return JsonResponse({"code": "form", "sentence": sentence, "errors": errors}, status=422)


def _too_many(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"code": "too_many"}, status=429)
    return render(request, "429.html", status=429)
