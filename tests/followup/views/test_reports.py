"""The reports page: figures, links to what they count, files."""

import csv
import io
from collections.abc import Callable
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from orders.domain import confirm_order, place_order
from services.models import Service


def _text(response: object) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_a_number_opens_the_list_that_it_counts(
    service: Service, customer: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)
    confirm_order(place_order(service, by=customer, form_token=uuid4()), by=provider)
    place_order(service, by=customer, form_token=uuid4())

    page = client.get("/sales/reports/")
    counted = {
        (table.key, label): (figure.orders, url)
        for table in page.context["tables"]
        for label, figure, url in table.rows
        if figure.orders
    }

    today = timezone.localdate().strftime("%Y-%m-%d")
    assert counted["status", "Confirmed"][0] == 1
    assert f"to={today}" in counted["status", "Confirmed"][1]
    for number, url in counted.values():
        assert client.get(url).context["total"] == number, url
    for _label, number, url in page.context["leads"]:
        assert len(client.get(url).context["rows"]) == number, url


def test_every_table_can_be_taken_away(
    service: Service, customer: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    place_order(service, by=customer, form_token=uuid4())

    response = client_of(provider).get("/sales/reports/?format=csv&table=service")

    assert list(csv.reader(io.StringIO(_text(response)))) == [
        ["Service", "Orders", "Money"],
        ["Legal advice by video", "1", "1500.00"],
    ]


def test_a_period_that_cannot_be_is_refused_and_kept(
    shop: Provider, provider: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(provider).get("/sales/reports/?since=31/02/2569&until=2026-11-01&unit=day")

    assert response.status_code == 422
    assert "31/02/2569" in response.content.decode()
    assert "since" in response.context["form"].errors


def test_the_page_costs_the_same_queries_with_more_orders(
    service: Service,
    customer: User,
    provider: User,
    client_of: Callable[[User], Client],
    django_assert_num_queries: Callable[[int], object],
) -> None:
    client = client_of(provider)
    client.get("/sales/reports/")
    for orders in (1, 2):
        for _ in range(orders):
            place_order(service, by=customer, form_token=uuid4())
        with django_assert_num_queries(13):  # type: ignore[attr-defined]
            client.get("/sales/reports/")
