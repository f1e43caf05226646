from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from services.models import Category, Service


def get(client: Client, query: str = "", path: str = "/services/") -> str:
    page = client.get(f"{path}?{query}", headers={"accept-language": "en"})
    assert page.status_code == 200
    return page.content.decode()


@pytest.fixture
def yoga(make_service: Callable[..., Service]) -> Service:
    return make_service("Yoga at dawn", price=Decimal(300), kind="on_site")


@pytest.fixture
def lawyer(make_service: Callable[..., Service]) -> Service:
    return make_service("Legal advice", price=Decimal(1500))


def test_everything_is_listed_newest_first(client: Client, yoga: Service, lawyer: Service) -> None:
    page = get(client)

    assert page.index("Legal advice") < page.index("Yoga at dawn")


def test_a_search_finds_and_says_what_for(client: Client, yoga: Service, lawyer: Service) -> None:
    page = get(client, "q=yoga")

    assert "Results for “<bdi>yoga</bdi>”" in page
    assert "Yoga at dawn" in page
    assert "Legal advice" not in page


def test_a_mended_slip_is_said(client: Client, yoga: Service) -> None:
    page = get(client, "q=yoag")

    assert "Showing results for “<bdi>yoga</bdi>”" in page
    assert "Nothing was found for “<bdi>yoag</bdi>”." in page
    assert "Yoga at dawn" in page


def test_nothing_found_offers_categories_and_the_newest(
    client: Client, yoga: Service, category: Category
) -> None:
    page = get(client, "q=zzzqqq")

    assert "Nothing found" in page
    assert 'href="/category/law/"' in page
    assert "Yoga at dawn" in page


def test_a_search_for_a_category_leads_to_it(client: Client, category: Category) -> None:
    assert 'class="pill pill-brand" href="/category/law/"' in get(client, "q=กฎหมาย")


def test_filters_narrow_and_can_be_removed_one_by_one(client: Client, yoga: Service, lawyer: Service) -> None:
    page = get(client, "q=a&kind=on_site&max_price=500")

    assert "Legal advice" not in page
    assert "up to ฿500" in page
    assert 'href="/services/?q=a&amp;kind=on_site"' in page
    assert 'href="/services/?q=a&amp;max_price=500"' in page


def test_prices_are_read_in_every_digit(client: Client, yoga: Service, lawyer: Service) -> None:
    assert "Yoga at dawn" not in get(client, "min_price=๕๐๐")
    assert "Yoga at dawn" not in get(client, "min_price=۵۰۰")
    assert "Yoga at dawn" in get(client, "min_price=۳۰۰")


def test_a_price_that_cannot_be_read_is_said_and_left_out(client: Client, yoga: Service) -> None:
    page = get(client, "min_price=cheap")

    assert "Write only the number" in page
    assert "Yoga at dawn" in page


@pytest.mark.parametrize(
    "query", ["category=nope", "kind=nope", "sort=nope", "after=nope", "q=%00", "q=" + "x" * 300]
)
def test_filters_that_do_not_exist_are_left_out(client: Client, yoga: Service, query: str) -> None:
    get(client, query)


def test_more_leads_on_and_back(client: Client, make_service: Callable[..., Service]) -> None:
    services = [make_service(f"Service {n}") for n in range(25)]

    first = get(client, "kind=video_call")
    second = get(client, f"kind=video_call&after={services[1].pk}")

    assert f'rel="next" href="?kind=video_call&amp;after={services[1].pk}"' in first
    assert 'rel="next"' not in second
    assert "Service 0<" in second
    assert 'href="?kind=video_call">Back to the first page' in second


def test_an_unlisted_service_is_not_listed(client: Client, make_service: Callable[..., Service]) -> None:
    make_service("Hidden away", is_listed=False)

    assert "Hidden away" not in get(client)


def test_what_people_write_is_shown_as_text(client: Client, make_service: Callable[..., Service]) -> None:
    make_service("<script>alert(1)</script>")

    listed, searched = get(client), get(client, "q=%3Cscript%3Ealert(2)%3C/script%3E")

    assert "<script>alert" not in listed + searched
    assert "&lt;script&gt;alert(1)" in listed
    assert "&lt;script&gt;alert(2)" in searched


def test_persian_pages_run_from_right_to_left(client: Client, yoga: Service) -> None:
    page = client.get("/services/", headers={"accept-language": "fa"}).content.decode()

    assert 'dir="rtl"' in page
    assert "۳۰۰" in page


def test_cards_are_kept_per_language_and_renewed_on_change(
    client: Client, client_of: Callable[[User], Client], customer: User, yoga: Service
) -> None:
    from services.domain import change_service

    reader = client_of(customer)
    before = get(reader)
    change_service(yoga, title="Yoga at dusk")

    assert "Yoga at dawn" in before
    assert "Yoga at dusk" in get(reader)


def test_query_count_does_not_grow(
    client: Client, make_service: Callable[..., Service], django_assert_num_queries: Any
) -> None:
    make_service()
    get(client, "sort=newest")  # what many pages share is in the cache now
    with django_assert_num_queries(2):
        get(client, "sort=cheapest")
    make_service()
    make_service()
    with django_assert_num_queries(2):
        get(client, "sort=dearest")
