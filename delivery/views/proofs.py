"""Pictures that couriers sent, for whoever was found to be allowed to see them."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from delivery.models import DeliveryEvent
from marketplace.common.private_files import private_file


def proof_file(
    request: HttpRequest, event: DeliveryEvent, what: str, *, is_shown: bool = True
) -> HttpResponseBase:
    """`what` is "photo" or "signature". It was encoded anew, so it may show in place; the browser asks each
    time whether it still may."""
    file = getattr(event, what)
    if not (file and is_shown):
        raise Http404
    return private_file(request, file)
