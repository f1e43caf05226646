"""Pictures that couriers sent, for whoever was found to be allowed to see them."""

from django.http import FileResponse, Http404

from delivery.models import DeliveryEvent


def proof_file(event: DeliveryEvent, what: str, *, is_shown: bool = True) -> FileResponse:
    """`what` is "photo" or "signature". It was encoded anew, so it may show in place; no shared cache keeps
    it."""
    file = getattr(event, what)
    if not (file and is_shown):
        raise Http404
    try:
        content = file.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(content)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
