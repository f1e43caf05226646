"""Pages of services: keyset order by an index, never a COUNT or an OFFSET."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import Q

from accounts.models import Provider
from services.enums import Sort
from services.models import Category, Service, ServiceQuerySet
from services.queries.search import Filters, search

PAGE_SIZE = 24
_CARD_FIELDS = (
    "title",
    "price",
    "duration_minutes",
    "kind",
    "thumbnail",
    "updated_at",
    "provider__name",
    "provider__slug",
    "provider__currency",
)


@dataclass(frozen=True, slots=True)
class Page:
    """`after` is the cursor of the next page, "" on the last; the rest as in `search.Found`."""

    services: list[Service]
    after: str = ""
    showing_for: str = ""
    did_you_mean: str = ""


def cards() -> ServiceQuerySet:
    """Public services with what a card shows and nothing more."""
    return Service.objects.public().select_related("provider").only(*_CARD_FIELDS)


def newest(limit: int) -> list[Service]:
    return list(cards().order_by("-id")[:limit])


def others_of_shop(service: Service, limit: int) -> list[Service]:
    of_shop = cards().of_provider(service.provider).exclude(pk=service.pk)
    return list(of_shop.order_by("-id")[:limit])


def shop_page(provider: Provider, after: str = "") -> Page:
    rows, more = _newest(cards().of_provider(provider), after)
    return Page(rows, str(rows[-1].pk) if more else "")


def my_services_page(provider: Provider, after: str = "") -> Page:
    """All of the shop's, on the site or not, with what the dashboard's list shows."""
    rows, more = _newest(Service.objects.of_provider(provider).defer("description", "search_vector"), after)
    return Page(rows, str(rows[-1].pk) if more else "")


def browse_page(filters: Filters, after: str = "") -> Page:
    """A page of everything that `filters` leaves, in the order of `filters.sort`."""
    services = _narrowed(cards(), filters)
    if filters.sort in (Sort.CHEAPEST, Sort.DEAREST):
        rows, more = _by_price(services, after, descending=filters.sort == Sort.DEAREST)
        return Page(rows, f"{rows[-1].price}_{rows[-1].pk}" if more else "")
    rows, more = _newest(services, after)
    return Page(rows, str(rows[-1].pk) if more else "")


def search_page(text: str, filters: Filters, after: str = "") -> Page:
    """A page of what `search` finds; the cursor is the last service shown."""
    found = search(text, filters) if after else search(text, filters, first=PAGE_SIZE + 1)
    start = found.ids.index(int(after)) + 1 if after.isdecimal() and int(after) in found.ids else 0
    ids = found.ids[start : start + PAGE_SIZE]
    by_id = {service.pk: service for service in cards().filter(pk__in=ids)}
    more = len(found.ids) > start + PAGE_SIZE
    return Page(
        [by_id[pk] for pk in ids if pk in by_id],  # a suspended shop's are public in no list
        str(ids[-1]) if more else "",
        found.showing_for,
        found.did_you_mean,
    )


def category_choices() -> list[tuple[str, str]]:
    """(key, name in the reader's language), for who knows categories by their key alone."""
    return [(str(category.pk), category.name) for category in Category.objects.all()]


def matching_categories(categories: list[Category], folded_query: str) -> list[Category]:
    """Those whose name in any language has the query in it."""
    return [category for category in categories if folded_query and folded_query in category.folded_names]


def _narrowed(services: ServiceQuerySet, filters: Filters) -> ServiceQuerySet:
    if filters.category_id:
        services = services.filter(category_id=filters.category_id)
    if filters.kind:
        services = services.filter(kind=filters.kind)
    if filters.min_price is not None:
        services = services.filter(price__gte=filters.min_price)
    if filters.max_price is not None:
        services = services.filter(price__lte=filters.max_price)
    return services


def _newest(services: ServiceQuerySet, after: str) -> tuple[list[Service], bool]:
    if after.isdecimal() and len(after) < 19:
        services = services.filter(pk__lt=int(after))
    rows = list(services.order_by("-id")[: PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def _by_price(services: ServiceQuerySet, after: str, *, descending: bool) -> tuple[list[Service], bool]:
    """By (price, newest first), or the same index backwards: (dearest, oldest first).

    The rest of the cursor's own price and the prices beyond are two ranges of the index; one condition
    with OR would read every row of that price again.
    """
    order = ("-price", "id") if descending else ("price", "-id")
    price, pk = _price_cursor(after)
    if price is None:
        rows = list(services.order_by(*order)[: PAGE_SIZE + 1])
        return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    same = Q(price=price, pk__gt=pk) if descending else Q(price=price, pk__lt=pk)
    beyond = Q(price__lt=price) if descending else Q(price__gt=price)
    rows = list(services.filter(same).order_by(order[1])[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        rows += services.filter(beyond).order_by(*order)[: PAGE_SIZE + 1 - len(rows)]
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def _price_cursor(after: str) -> tuple[Decimal | None, int]:
    price, _, pk = after.partition("_")
    try:
        if len(after) > 40 or not pk.isdecimal():
            raise InvalidOperation
        value = Decimal(price)
    except InvalidOperation:
        return None, 0
    return (value, int(pk)) if value.is_finite() else (None, 0)
