"""The market of `make bench` has to be one that the product could have written."""

import random

import pytest
from django.db import connection

from accounts.models import Provider
from services.domain import save_service
from services.models import Category, Service
from tests.bench import market


def columns_of(pk: int) -> tuple[str, frozenset[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT search_text, tsvector_to_array(search_vector) FROM services_service WHERE id = %s", [pk]
        )
        text, terms = cursor.fetchone()
    return text, frozenset(terms)


@pytest.mark.django_db
def test_its_rows_are_as_the_domain_writes_them() -> None:
    for number in range(1, market.SHOPS + 1):
        Provider.objects.create(pk=number, name=f"Shop {number}", slug=f"shop-{number}")
    for number in range(1, market.CATEGORIES + 1):
        names = {f"name_{language}": "-" for language in ("en", "th", "fa", "vi")}
        Category.objects.create(pk=number, slug=f"c{number}", **names)
    names = [name.strip() for name in market.COLUMNS.split(",")]
    marks = ", ".join(["%s"] * len(names))

    for row in market._rows(random.Random(1), 12):
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO services_service ({market.COLUMNS}) VALUES ({marks})", row)
        service = Service.objects.get(pk=row[0])
        copied_text, copied_terms = columns_of(service.pk)
        save_service(service)
        text, terms = columns_of(service.pk)
        assert text == copied_text
        assert terms ^ copied_terms == frozenset()
