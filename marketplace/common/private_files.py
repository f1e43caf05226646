"""A file for some people only: the browser may keep it, and asks each time whether it may still show it."""

from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac


def private_file(request: HttpRequest, file: FieldFile, **about: Any) -> HttpResponseBase:
    """`file` as a FileResponse with `about`, 304 if the browser has it, 404 if the disk has not.

    The caller has checked who asks. A stored file is never written again, so its name stands for its content.
    """
    tag = f'"{salted_hmac("private-file", str(file.name)).hexdigest()[:32]}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None:
        try:
            response = FileResponse(file.open("rb"), **about)
        except OSError as error:
            raise Http404 from error
    response.headers["ETag"] = tag
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
