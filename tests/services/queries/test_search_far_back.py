"""What is found where in time, with an index that stands for many more services."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.db import connection

from services.domain import save_service
from services.models import Service
from services.queries.search import Filters, search


@pytest.fixture
def old_and_new(make_service: Callable[..., Service]) -> Iterator[tuple[Service, Service]]:
    """Two services a million places apart."""
    old = make_service("Old yoga", price=Decimal(100))
    _next_id_after(old.pk + 1_000_000)
    yield old, make_service("New yoga", price=Decimal(900))
    _next_id_after(old.pk)  # a sequence is not rolled back with the test


def _next_id_after(pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('services_service', 'id'), %s)", [pk])


def analyze(frequent: str = "") -> None:
    """Gives the planner statistics in which `frequent` is a frequent word."""
    with connection.cursor() as cursor:
        if frequent:
            cursor.execute(
                "UPDATE services_service SET search_vector = search_vector || array_to_tsvector(%s)",
                [[frequent]],
            )
        cursor.execute("ANALYZE services_service")


def test_a_rare_word_is_found_however_old_it_is(old_and_new: tuple[Service, Service]) -> None:
    old, new = old_and_new

    assert search("yoga", Filters()).ids == [new.pk, old.pk]
    assert search("old", Filters()).ids == [old.pk]
    assert search("yog", Filters(sort="cheapest")).ids == [old.pk, new.pk]
    assert search("yoga", Filters(max_price=Decimal(100))).ids == [old.pk]


def test_services_of_the_same_stretch_are_found_once(
    old_and_new: tuple[Service, Service], make_service: Callable[..., Service]
) -> None:
    newest = make_service("Dawn", description="yoga")

    assert search("yoga", Filters()).ids == [old_and_new[1].pk, old_and_new[0].pk, newest.pk]


def test_the_filters_are_kept_when_a_service_changes(old_and_new: tuple[Service, Service]) -> None:
    old, _new = old_and_new
    old.price, old.kind = Decimal(7000), "goods"
    save_service(old)

    assert search("yoga", Filters(kind="goods", min_price=Decimal(5000))).ids == [old.pk]
    assert search("yoga", Filters(kind="goods", max_price=Decimal(500))).ids == []


def test_a_price_range_upside_down_finds_nothing(service: Service) -> None:
    assert search("legal", Filters(min_price=Decimal(900), max_price=Decimal(100))).ids == []
