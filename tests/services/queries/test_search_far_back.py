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


def test_words_that_are_all_frequent_are_looked_for_among_the_newer_ones(
    old_and_new: tuple[Service, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the index would have to walk lists that grow with the table."""
    from services.queries import search as module

    for service in old_and_new:
        service.description = "Gentle stretching"
        save_service(service)
    everywhere = search("gentle", Filters()).ids

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE services_service")
    monkeypatch.setattr(module, "RARE", 1)

    assert everywhere == [old_and_new[1].pk, old_and_new[0].pk]
    assert search("gentle", Filters()).ids == [old_and_new[1].pk]


def test_a_rare_word_among_frequent_ones_is_looked_for_everywhere(
    old_and_new: tuple[Service, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.queries import search as module

    old, new = old_and_new
    old.description, new.description = "Gentle stretching", "Gentle"
    save_service(old)
    save_service(new)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE services_service")
    monkeypatch.setattr(module, "RARE", 1)

    assert search("gentle stretching", Filters()).ids == [old.pk]
