"""What a page's request asks for."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.vary import vary_on_headers

# A page's script asks for the inner part alone, at the page's own address.
as_page_or_fragment = vary_on_headers("X-Requested-With")


def wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def way_back(request: HttpRequest, default: str = "") -> str:
    """The address in the form's or the link's `next` if it stays on this site, else `default`."""
    target = request.POST.get("next", "") or request.GET.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else default
