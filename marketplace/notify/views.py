import re

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from marketplace.notify.models import Notification
from marketplace.notify.rendering import render as render_notification


@login_not_required
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Every message that went or would go out, newest first; only while DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    notifications = list(Notification.objects.select_related("recipient").order_by("-pk")[:100])
    ours = [settings.BASE_URL, f"{request.scheme}://{request.get_host()}"]
    for notification in notifications:
        try:
            render_notification(notification)  # what has not gone out yet; nothing is stored here
        except Exception as error:  # a broken template is what a developer comes here to see
            notification.last_error = notification.last_error or f"{type(error).__name__}: {error}"
        notification.linked_body = with_links(notification.body, ours)  # type: ignore[attr-defined]
    goes_nowhere = settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")
    return render(
        request, "notify/outbox.html", {"notifications": notifications, "goes_nowhere": goes_nowhere}
    )


def with_links(text: str, origins: list[str]) -> SafeString:
    """`text` as HTML in which addresses below one of `origins`, and no others, are links."""
    ours = "|".join(re.escape(origin) for origin in origins)
    pieces: list[SafeString] = []
    end = 0
    for found in re.finditer(rf"(?:{ours})(?:/[^\s<>\"']*)?(?=[.,;:!?)]*(?:[\s<>\"']|$))", text):
        address = found[0].rstrip(".,;:!?)")
        pieces += [
            SafeString(conditional_escape(text[end : found.start()])),
            format_html('<a href="{0}">{0}</a>', address),
        ]
        end = found.start() + len(address)
    pieces.append(SafeString(conditional_escape(text[end:])))
    return mark_safe("".join(pieces))  # each piece is escaped above
