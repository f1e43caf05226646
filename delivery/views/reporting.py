"""Taking in a courier's report, from an account's page or a task's link, as a form or out of a queue."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from delivery.domain import report, report_late
from delivery.enums import DeliveryState, Outcome
from delivery.forms.tasks import ReportForm
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from delivery.queries.tasks import Task
from marketplace.common.errors import DomainError
from marketplace.common.limits import may_do

# A whole shift without signal goes out at once.
TIMES, SECONDS = 300, 600

# What a page does with a report that was stored, and with a form that has errors.
Stored = Callable[[DeliveryEvent], HttpResponse]
Refused = Callable[[ReportForm], HttpResponse]


def take_report(
    request: HttpRequest,
    delivery: Delivery,
    courier: Courier,
    *,
    stored: Stored,
    refused: Refused,
    late: Assignment | None = None,
) -> HttpResponse:
    """404 for who never had the task. 409: stored, but the task was somebody else's by then. 422: nothing is
    stored, and the sentence says what to mend. 429: later. `late`: the hand-over whose link has ended."""
    if not may_do("courier-report", courier.pk, times=TIMES, seconds=SECONDS):
        return _too_many(request)
    form = form_of(request, delivery, courier)
    event = _reported(delivery, courier, late, form)
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


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def conflict_sentence() -> str:
    return _(
        "The task was not open to you any more when your report came in. Your report is kept, and the shop "
        "has been told: it decides whether it counts."
    )


def _reported(
    delivery: Delivery, courier: Courier, late: Assignment | None, form: ReportForm
) -> DeliveryEvent | None:
    if not form.is_valid():
        return None
    said: dict[str, Any] = {name: form.cleaned_data[name] for name in ("client_id", "said_at")}
    said |= {"state": DeliveryState(form.cleaned_data["state"]), "proof": form.proof}
    try:
        return report_late(late, **said) if late else report(delivery, courier=courier, **said)
    except DomainError as error:
        if error.code in ("not_yours", "too_late"):
            raise Http404 from error
        form.refuse(error)
        return None


def _receipt(event: DeliveryEvent) -> JsonResponse:
    if event.outcome == Outcome.CONFLICT:
        return JsonResponse({"code": "conflict", "sentence": conflict_sentence()}, status=409)
    delivery = Delivery.objects.get(pk=event.delivery_id)
    # How far it got with somebody else is not for who had it before.
    is_current = delivery.assignment_number == event.assignment_id
    now = timezone.now().isoformat()  # pages that were made before do not show it yet
    return JsonResponse({"ok": True, "state": delivery.state if is_current else event.state, "now": now})


def _refusal(form: ReportForm) -> JsonResponse:
    errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
    sentence = " ".join(error for found in errors.values() for error in found)
    return JsonResponse({"code": "form", "sentence": sentence, "errors": errors}, status=422)


def _too_many(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"code": "too_many"}, status=429)
    return render(request, "429.html", status=429)
