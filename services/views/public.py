"""What everybody sees: home, lists, a service, a shop."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Provider
from marketplace.common.page_cache import signed_out_page
from marketplace.common.text import fold
from services.cards import rendered_cards
from services.chips import Chip, active_filters
from services.enums import ServiceKind, Sort
from services.forms import BrowseForm
from services.models import Category, Service
from services.queries.browse import (
    Page,
    browse_page,
    matching_categories,
    newest,
    others_of_shop,
    search_page,
    shop_page,
)
from services.queries.search import Filters


@login_not_required
@require_safe
@signed_out_page
def home(request: HttpRequest) -> HttpResponse:
    services = newest(8)
    context = {
        "categories": Category.objects.all(),
        "cards": rendered_cards(services),
        "hero": [service for service in services if service.thumbnail][:3],
    }
    return render(request, "services/home.html", context)


@login_not_required
@require_safe
@signed_out_page
def browse(request: HttpRequest) -> HttpResponse:
    return _browse(request, None)


@login_not_required
@require_safe
@signed_out_page
def category(request: HttpRequest, slug: str) -> HttpResponse:
    return _browse(request, get_object_or_404(Category, slug=slug))


@login_not_required
@require_safe
@signed_out_page
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    service = get_object_or_404(Service.objects.public().select_related("provider", "category"), pk=pk)
    context = {
        "service": service,
        "share_url": settings.BASE_URL + service.get_absolute_url(),
        "share_photo": settings.BASE_URL + service.photo_url if service.photo else "",
        "cards": rendered_cards(others_of_shop(service, 4)),
    }
    return render(request, "services/detail.html", context)


@login_not_required
@require_safe
@signed_out_page
def provider(request: HttpRequest, slug: str) -> HttpResponse:
    shop = get_object_or_404(Provider.objects.public(), slug=slug)
    page = shop_page(shop, request.GET.get("after", ""))
    context = {
        "provider": shop,
        "photo_url": f"{settings.MEDIA_URL}{shop.photo.name}" if shop.photo else "",
        "share_url": settings.BASE_URL + shop.get_absolute_url(),
        "cards": rendered_cards(page.services),
        "page": page,
    }
    return render(request, "services/provider.html", context)


def _browse(request: HttpRequest, category: Category | None) -> HttpResponse:
    """A category's own address is a list with that filter set."""
    form = BrowseForm(request.GET)
    form.is_valid()  # a filter that cannot be read is left out, and its field says why
    chosen = form.cleaned_data
    category = category or chosen.get("category")
    filters = Filters(
        category_id=category.pk if category else None,
        kind=chosen.get("kind", ""),
        min_price=chosen.get("min_price"),
        max_price=chosen.get("max_price"),
        sort=chosen.get("sort", ""),
    )
    text, after = chosen.get("q", ""), request.GET.get("after", "")
    page = search_page(text, filters, after) if fold(text) else browse_page(filters, after)
    chips = active_filters(chosen, category)
    return render(request, "services/browse.html", _browse_context(form, page, category, text, chips))


def _browse_context(
    form: BrowseForm, page: Page, category: Category | None, text: str, chips: list[Chip]
) -> dict[str, Any]:
    categories = list(Category.objects.all())
    return {
        "form": form,
        "page": page,
        "cards": rendered_cards(page.services),
        "q": text,
        "category": category,
        "categories": categories,
        "matching_categories": matching_categories(categories, fold(text)) if not category else [],
        "kinds": ServiceKind.choices,
        "sorts": Sort.choices if not text else [c for c in Sort.choices if c[0] != Sort.NEWEST],
        "chips": chips,
        "newest_cards": [] if page.services else rendered_cards(newest(4)),
    }
