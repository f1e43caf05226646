"""What search engines read: sitemap.xml in parts, robots.txt."""

from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from services.sitemaps import SITEMAPS

# Lists behind filters and searches are endless and all the same to a robot.
NOT_FOR_ROBOTS = ("/my/", "/accounts/", "/orders/", "/inbox/", "/admin/", "/language/", "/services/?")


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    response = sitemap_views.index(request, SITEMAPS, sitemap_url_name="services:sitemap_part")
    for part in (response.context_data or {})["sitemaps"]:  # Django writes the host by which the robot came
        part.location = settings.BASE_URL + urlunsplit(("", "", *urlsplit(part.location)[2:]))
    return response


@login_not_required
@require_safe
def sitemap_part(request: HttpRequest, section: str) -> HttpResponse:
    return sitemap_views.sitemap(request, SITEMAPS, section=section)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    lines.append(f"Sitemap: {settings.BASE_URL}{reverse('services:sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
