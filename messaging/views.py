"""The inbox and its conversations. Everything works without scripts; scripts ask for JSON or fragments."""

from datetime import timedelta
from typing import Any

from django.contrib import messages as notices
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.queries import works_at
from marketplace.common.errors import DomainError
from marketplace.common.private_files import private_file
from messaging import domain
from messaging.events import message_shape
from messaging.forms import AssignForm, FileForm, InboxForm, MessageForm
from messaging.models import Attachment, Message, Thread
from messaging.queries import (
    inbox_for,
    latest_messages,
    messages_after,
    read_seq_of,
    read_state,
    unread_by_thread,
)
from messaging.transcript import lay_out

ROWS = 30
MESSAGES = 50
MISSED = 200  # a page that missed more asks again


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "messaging/inbox.html", _rows(request))


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The list alone, as an open page puts it in place."""
    return render(request, "messaging/_rows.html", _rows(request))


@require_GET
def unread(request: HttpRequest) -> JsonResponse:
    """{"total": n, "threads": {id: n}}: what the socket's `unread` says, for a page without a socket."""
    counts = unread_by_thread(_person(request))
    return JsonResponse({"total": sum(counts.values()), "threads": counts})


@require_GET
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """A conversation. Opening it reads it (manual A16)."""
    conversation = _thread(request, pk)
    context = _page(request, conversation)
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        return render(request, "messaging/thread.html", context)
    if not context["is_older"]:
        domain.mark_read(conversation, by=_person(request), seq=conversation.last_seq)
    return render(request, "messaging/thread.html", context | _rows(request, current=conversation.pk))


@require_GET
def older(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    conversation = _thread(request, pk)
    return render(request, "messaging/_older.html", _transcript(request, conversation, before_seq=seq))


@require_GET
def after(request: HttpRequest, pk: int, seq: int) -> JsonResponse:
    """{"messages": [… after `seq`], "more": bool, "delivered": seq, "read": seq, "closed": bool}."""
    conversation = _thread(request, pk)
    found = messages_after(conversation, _person(request), seq, limit=MISSED + 1)
    shapes = [message_shape(message) for message in found[:MISSED]]
    return JsonResponse(
        {
            "messages": shapes,
            "more": len(found) > MISSED,
            "closed": conversation.is_closed,
            **read_state(conversation, _person(request)),
        }
    )


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    return _post(request, _thread(request, pk), MessageForm(request.POST, request.FILES))


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo or file with its progress shown: the same as `send`, and a file must be there."""
    return _post(request, _thread(request, pk), FileForm(request.POST, request.FILES))


@require_POST
def read(request: HttpRequest, pk: int) -> JsonResponse:
    """The reading mark of a page without a socket."""
    try:
        seq = min(int(request.POST.get("seq", "")), 2**31 - 1)
    except ValueError as error:
        raise BadRequest("seq") from error
    return JsonResponse({"seq": domain.mark_read(_thread(request, pk), by=_person(request), seq=seq)})


@require_GET
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose room it is, as an open page of the shop puts it in place."""
    conversation = _shop_thread(request, pk)
    return render(request, "messaging/_assignment.html", _assignment(conversation))


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    conversation = _shop_thread(request, pk)
    form = AssignForm(request.POST, thread=conversation)
    try:
        if not form.is_valid():
            raise DomainError(str(form.errors["to"][0]), code="not_a_member")
        if form.is_for_free:
            domain.assign_to_free(conversation, by=_person(request))
        else:
            domain.assign_thread(conversation, to=form.person, by=_person(request))
    except DomainError as error:
        notices.error(request, error.sentence)
    return redirect(conversation)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    conversation = _shop_thread(request, pk)
    domain.close_thread(conversation)
    return redirect(conversation)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    conversation = _shop_thread(request, pk)
    domain.reopen_thread(conversation)
    return redirect(conversation)


@require_GET
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A photo in place, anything else as a download; only ever to the thread's people."""
    threads = Thread.objects.visible_to(request.user)
    found = get_object_or_404(Attachment, pk=pk, message__thread__in=threads)
    about = {"as_attachment": not found.is_image, "filename": found.name, "content_type": found.content_type}
    return private_file(request, found.file, **about)


# --- pieces -----------------------------------------------------------------------------------------


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware stands before every view here
    return request.user


def _thread(request: HttpRequest, pk: int) -> Thread:
    threads: QuerySet[Thread] = Thread.objects.visible_to(request.user).with_assignee()
    return get_object_or_404(threads.select_related("customer", "provider", "assigned_to"), pk=pk)


def _shop_thread(request: HttpRequest, pk: int) -> Thread:
    conversation = _thread(request, pk)
    if not works_at(request.user, conversation.provider_id):
        raise Http404
    return conversation


def _rows(request: HttpRequest, current: int | None = None) -> dict[str, Any]:
    form = InboxForm(request.GET)
    cleaned = form.cleaned_data if form.is_valid() else {}
    search, assigned = cleaned.get("q", ""), cleaned.get("assigned", "")
    before = cleaned.get("before") if current is None else None
    found = inbox_for(_person(request), search=search, assigned=assigned, before=before, limit=ROWS + 1)
    shown = found[:ROWS]
    last = shown[-1] if len(found) > ROWS else None
    return {
        "threads": shown,
        "search": search,
        "assigned": assigned,
        "current": current or cleaned.get("open"),
        "more_before": f"{last.last_message_at.isoformat()}~{last.pk}" if last else "",
        "is_continued": before is not None,
    }


def _assignment(conversation: Thread) -> dict[str, Any]:
    return {
        "thread": conversation,
        "assignee": conversation.assigned_to if conversation.assignee_id else None,
        "assign_form": AssignForm(thread=conversation),
    }


def _transcript(
    request: HttpRequest, conversation: Thread, *, before_seq: int | None = None, read_seq: int | None = None
) -> dict[str, Any]:
    person = _person(request)
    found = latest_messages(conversation, person, before_seq=before_seq, limit=MESSAGES)
    marks = read_state(conversation, person)
    return {
        "thread": conversation,
        "lines": lay_out(found, thread=conversation, reader=person, marks=marks, read_seq=read_seq),
        "marks": marks,
        "older_than": found[0].seq if found and found[0].seq > 1 else None,
        "last_seq": found[-1].seq if found else 0,
        "today": timezone.localdate(),
        "yesterday": timezone.localdate() - timedelta(days=1),
        "time_zone": timezone.get_current_timezone_name(),
    }


def _page(request: HttpRequest, conversation: Thread, form: MessageForm | None = None) -> dict[str, Any]:
    person = _person(request)
    before = request.GET.get("before", "")
    before_seq = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    read_seq = None if before_seq else read_seq_of(conversation, person)
    is_shop_side = works_at(person, conversation.provider_id)
    return {
        "form": form or MessageForm(),
        "is_older": before_seq is not None,
        "is_shop_side": is_shop_side,
        **(_assignment(conversation) if is_shop_side else {}),
        "other": conversation.provider if person.pk == conversation.customer_id else conversation.customer,
        **_transcript(request, conversation, before_seq=before_seq, read_seq=read_seq),
    }


def _post(request: HttpRequest, conversation: Thread, form: MessageForm) -> HttpResponse:
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        message = _post_checked(request, conversation, form)
    except DomainError as error:
        if wants_json:
            return JsonResponse({"code": error.code, "sentence": error.sentence}, status=409)
        notices.error(request, error.sentence)
        context = _page(request, conversation, form) | _rows(request, current=conversation.pk)
        return render(request, "messaging/thread.html", context, status=409)
    if wants_json:
        return JsonResponse({"message": message_shape(message)})
    return redirect(conversation)


def _post_checked(request: HttpRequest, conversation: Thread, form: MessageForm) -> Message:
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        raise DomainError(str(sentence), code="malformed")
    cleaned = form.cleaned_data
    said = {"by": _person(request), "body": cleaned["body"], "client_id": cleaned["client_id"]}
    if cleaned["file"] is not None:
        return domain.post_file(conversation, file=cleaned["file"], **said)
    return domain.post_message(conversation, **said)
