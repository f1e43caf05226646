"""The public pages for search engines, in parts that are cut by id: no COUNT, no OFFSET."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Page, Paginator
from django.db.models import Max, QuerySet
from django.urls import reverse

from accounts.models import Provider
from services.models import Category, Service

IDS_PER_PART = 10_000


class _ByIds(Paginator):  # type: ignore[type-arg]
    """Part n holds the rows whose id lies in the n-th ten thousand."""

    object_list: Any

    @property
    def num_pages(self) -> int:
        everything = self.object_list.model.objects  # a plain look at the index
        highest = everything.aggregate(highest=Max("pk"))["highest"] or 0
        return max(1, -(-highest // IDS_PER_PART))

    def page(self, number: Any) -> Page:  # type: ignore[type-arg]
        number = self.validate_number(number)
        first = (number - 1) * IDS_PER_PART + 1
        rows = self.object_list.filter(pk__gte=first, pk__lt=first + IDS_PER_PART)
        return Page(list(rows), number, self)


class _OfThisStore(Sitemap):  # type: ignore[type-arg]
    """Addresses begin with BASE_URL, whatever host the robot came by."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return str(urlsplit(settings.BASE_URL).scheme)

    def get_domain(self, site: Any = None) -> str:
        return str(urlsplit(settings.BASE_URL).netloc)

    def get_latest_lastmod(self) -> None:
        """Unknown: Django would read every row to say it."""


class _Rows(_OfThisStore):
    limit = IDS_PER_PART

    @property
    def paginator(self) -> Paginator:  # type: ignore[type-arg]
        rows: Any = self.items()
        return _ByIds(rows, self.limit)


class ServiceSitemap(_Rows):
    def items(self) -> QuerySet[Service]:
        return Service.objects.public().only("updated_at").order_by("pk")

    def lastmod(self, service: Service) -> Any:
        return service.updated_at


class ProviderSitemap(_Rows):
    def items(self) -> QuerySet[Provider]:
        return Provider.objects.public().only("slug").order_by("pk")


class PageSitemap(_OfThisStore):
    def items(self) -> list[str]:
        return [reverse("services:home"), reverse("services:browse"), *self._categories()]

    def location(self, path: str) -> str:
        return path

    def _categories(self) -> Iterator[str]:
        return (category.get_absolute_url() for category in Category.objects.all())


SITEMAPS: dict[str, type[Sitemap[Any]] | Sitemap[Any]] = {
    "pages": PageSitemap,
    "services": ServiceSitemap,
    "shops": ProviderSitemap,
}
