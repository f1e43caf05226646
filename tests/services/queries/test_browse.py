from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Provider
from services.models import Category, Service
from services.queries.browse import browse_page, cards, my_services_page, search_page, shop_page
from services.queries.search import Filters


@pytest.fixture
def many(make_service: Callable[..., Service]) -> list[Service]:
    """55 of them; many share a price, so that a page ends in the middle of one."""
    return [make_service(f"Yoga {n}", price=Decimal(100 * (1 + n % 3))) for n in range(55)]


def walk(page_after: Callable[[str], Any]) -> list[list[int]]:
    pages, after = [], ""
    while True:
        page = page_after(after)
        pages.append([service.pk for service in page.services])
        if not page.after:
            return pages
        after = page.after


@pytest.mark.parametrize("sort", ["", "newest", "cheapest", "dearest"])
def test_pages_show_each_service_exactly_once(many: list[Service], sort: str) -> None:
    pages = walk(lambda after: browse_page(Filters(sort=sort), after))

    seen = [pk for page in pages for pk in page]
    assert [len(page) for page in pages] == [24, 24, 7]
    assert sorted(seen) == sorted(service.pk for service in many)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("sort", ["", "newest", "cheapest", "dearest"])
def test_search_pages_show_each_service_exactly_once(many: list[Service], sort: str) -> None:
    pages = walk(lambda after: search_page("yoga", Filters(sort=sort), after))

    seen = [pk for page in pages for pk in page]
    assert [len(page) for page in pages] == [24, 24, 7]
    assert len(seen) == len(set(seen)) == 55


def test_orders(many: list[Service]) -> None:
    def prices(sort: str) -> list[Decimal]:
        pages = walk(lambda after: browse_page(Filters(sort=sort), after))
        by_id = {service.pk: service.price for service in many}
        return [by_id[pk] for page in pages for pk in page]

    assert prices("cheapest") == sorted(prices("cheapest"))
    assert prices("dearest") == sorted(prices("dearest"), reverse=True)
    assert walk(lambda after: browse_page(Filters(), after))[0][0] == many[-1].pk


def test_a_service_added_meanwhile_does_not_shift_the_pages(
    many: list[Service], make_service: Callable[..., Service]
) -> None:
    first = browse_page(Filters())
    make_service("Newer")

    second = browse_page(Filters(), first.after)

    assert second.services[0].pk == many[-25].pk


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "1_x", "NaN_3", "Infinity_3", "100.00_", "ff_1", "٣"])
@pytest.mark.parametrize("sort", ["", "cheapest", "dearest"])
def test_a_cursor_that_nobody_gave_is_no_error(service: Service, after: str, sort: str) -> None:
    browse_page(Filters(sort=sort), after)
    search_page("legal", Filters(sort=sort), after)


def test_filters(make_service: Callable[..., Service]) -> None:
    other = Category.objects.create(slug="food", icon="x", name_en="F", name_th="F", name_fa="F", name_vi="F")
    a = make_service("A", price=Decimal(100), kind="goods")
    b = make_service("B", price=Decimal(200), category=other)

    def ids(**filters: Any) -> list[int]:
        return [service.pk for service in browse_page(Filters(**filters)).services]

    assert ids(category_id=other.pk) == [b.pk]
    assert ids(kind="goods") == [a.pk]
    assert ids(min_price=Decimal(150)) == [b.pk]
    assert ids(max_price=Decimal(150)) == [a.pk]
    assert ids(min_price=Decimal(100), max_price=Decimal(200)) == [b.pk, a.pk]


def test_a_shop_page_has_public_ones_and_my_services_all(
    make_service: Callable[..., Service], shop: Provider
) -> None:
    listed, off = make_service("A"), make_service("B", is_listed=False)

    assert [service.pk for service in shop_page(shop).services] == [listed.pk]
    assert [service.pk for service in my_services_page(shop).services] == [off.pk, listed.pk]


def test_a_page_is_one_query_that_neither_counts_nor_skips(many: list[Service]) -> None:
    after = browse_page(Filters(sort="cheapest")).after

    for filters, cursor in (
        (Filters(), ""),
        (Filters(), str(many[30].pk)),
        (Filters(sort="cheapest"), after),
    ):
        with CaptureQueriesContext(connection) as queries:
            [service.provider.name for service in browse_page(filters, cursor).services]
        text = " ".join(query["sql"] for query in queries).upper()
        assert len(queries) <= 2
        assert "COUNT(" not in text
        assert "OFFSET" not in text


@pytest.mark.parametrize(
    ("order", "index"),
    [(("-id",), "services_service_pkey|service_newest"), (("price", "-id"), "service_price")],
)
def test_lists_read_an_index_in_order(many: list[Service], order: tuple[str, ...], index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE services_service")
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )

    plan = cards().order_by(*order)[:25].explain()

    assert any(name in plan for name in index.split("|"))
    assert "Seq Scan on services_service" not in plan
