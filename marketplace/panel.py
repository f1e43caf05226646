"""Beside the chat: what happened between the two, and their orders.

It reads from several apps, so it stands above them: what becomes of a parcel belongs among the steps of its
order, and orders know of no parcels.
"""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.models import User
from delivery.models import Delivery
from delivery.queries import newest_steps
from marketplace.common.requests import as_page_or_fragment, wants_fragment
from messaging.models import Thread
from orders.queries.orders import orders_in_thread
from orders.timeline import Happening, activity_in_thread

ACTIVITY = 50


@as_page_or_fragment
@require_GET
def thread_panel(request: HttpRequest, thread_pk: int) -> HttpResponse:
    user = cast(User, request.user)
    thread = get_object_or_404(
        Thread.objects.visible_to(user).select_related("customer", "provider"), pk=thread_pk
    )
    context = {
        "thread": thread,
        "orders": orders_in_thread(thread, user),
        "activity": _activity(thread, user),
        "is_shop": thread.customer_id != user.pk,
    }
    template = "orders/_panel.html" if wants_fragment(request) else "orders/panel.html"
    return render(request, template, context)


def _activity(thread: Thread, user: User) -> list[Happening]:
    """Newest first, of the orders made in this thread that `user` may see, and of their parcels."""
    mine = Delivery.objects.visible_to(user).filter(order__thread=thread)
    carried = [
        Happening(delivery.order, step.at, step.title, step.courier or thread.provider.name, step.reason)
        for delivery, step in newest_steps(mine, ACTIVITY)
    ]
    happened = [*carried, *activity_in_thread(thread, user, ACTIVITY)]
    return sorted(happened, key=lambda happening: happening.at, reverse=True)[:ACTIVITY]
