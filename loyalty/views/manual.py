"""8.2 User Manual: to download as PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from loyalty.domain.programme import programme
from loyalty.manual import LANGUAGES, manual_pdf
from loyalty.views.common import backoffice, page


@backoffice()
@require_safe
def user_manual(request: HttpRequest) -> HttpResponseBase:
    own = get_language() if get_language() in LANGUAGES else "en"
    context = {"manuals": sorted(LANGUAGES.items(), key=lambda item: item[0] != own), "own": own}
    return page(request, "loyalty/manual.html", "User Manual", context)


@backoffice()
@require_safe
def download_manual(request: HttpRequest, language: str) -> HttpResponseBase:
    if language not in LANGUAGES:
        raise Http404
    response = HttpResponse(manual_pdf(language, store=str(programme())), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="backoffice-manual-{language}.pdf"'
    return response
