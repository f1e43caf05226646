from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marketplace.notify.models import Notification


@login_not_required
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Every message that went or would go out, newest first; only while DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    notifications = Notification.objects.order_by("-pk")[:100]
    return render(request, "notify/outbox.html", {"notifications": notifications})
