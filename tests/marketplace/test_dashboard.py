from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from appointments.domain.booking import book_appointment
from marketplace.context import store
from messaging.domain import post_message
from messaging.models import Thread
from orders.domain import confirm_order, place_order
from services.models import Service

pytestmark = pytest.mark.django_db


def _place(service: Service, customer: User) -> Any:
    return place_order(service, by=customer, form_token=uuid4())


def test_the_shops_numbers_equal_the_lists_they_link_to(
    provider: User,
    customer: User,
    service: Service,
    client_of: Callable[[User], Client],
) -> None:
    orders = [_place(service, customer) for _ in range(3)]
    confirm_order(orders[0], by=provider)
    client = client_of(provider)

    page = client.get("/dashboard/")

    assert (page.context["counts"]["all"], page.context["counts"]["placed"]) == (3, 2)
    assert len(client.get("/orders/shop/").context["orders"]) == 3
    assert len(client.get("/orders/shop/?status=placed").context["orders"]) == 2
    assert page.context["unread"] == store(page.wsgi_request)["unread_total"]()
    assert len(page.context["orders"]) == 3


def test_the_page_says_member_system_and_links_its_numbers(
    provider: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    page = client_of(provider).get("/dashboard/").content.decode()

    assert "<h1>Member system</h1>" in page
    for address in ("/orders/shop/", "/orders/shop/?status=placed", "/inbox/", "/appointments/"):
        assert f'href="{address}"><span class="tile-label">' in page


def test_unread_messages_are_counted_and_marked(
    thread: Thread, customer: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    post_message(thread, by=customer, body="Hello")
    post_message(thread, by=customer, body="Are you there?")

    page = client_of(provider).get("/dashboard/")

    assert page.context["unread"] == 2
    assert 'class="tile tile-unread"' in page.content.decode()


def test_todays_appointments_leave_out_tomorrow_and_the_cancelled(
    thread: Thread, provider: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    start = timezone.now() + timedelta(minutes=1)
    today = timezone.localtime(start).date() == timezone.localdate()
    book_appointment(thread, by=provider, topic="Soon", start=start)
    book_appointment(thread, by=provider, topic="Tomorrow", start=start + timedelta(days=1, hours=2))

    page = client_of(customer).get("/dashboard/")

    assert page.context["today_count"] == (1 if today else 0)
    assert [row.appointment.topic for row in page.context["coming"]] == ["Soon", "Tomorrow"]
    assert page.content.decode().count("Enter now") == 1


def test_the_chart_has_its_table(
    provider: User, customer: User, service: Service, client_of: Callable[[User], Client]
) -> None:
    _place(service, customer)

    response = client_of(provider).get("/dashboard/")

    page = response.content.decode()
    assert [point["orders"] for point in response.context["chart"]] == [0] * 29 + [1]
    assert '<script id="orders-per-day" type="application/json">' in page
    assert page.count('<td class="number">') == 30


def test_first_steps_go_when_they_are_done(
    provider: User, shop: Provider, make_service: Callable[..., Service], client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)
    assert client.get("/dashboard/").context["steps"] == {"service": False, "about": False, "email": True}

    make_service()
    Provider.objects.filter(pk=shop.pk).update(about="Law for everybody")

    assert client.get("/dashboard/").context["steps"] == {}


def test_a_customer_has_a_version_of_their_own(
    customer: User, service: Service, client_of: Callable[[User], Client]
) -> None:
    _place(service, customer)

    response = client_of(customer).get("/dashboard/")

    page = response.content.decode()
    assert response.context["counts"]["all"] == 1
    assert "Open a shop" in page
    assert "Add service" not in page


def test_who_works_for_the_operator_lands_in_the_backoffice(
    operator: User, provider: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    User.objects.filter(pk=provider.pk).update(is_staff=True, is_superuser=True)

    assert client_of(operator).get("/dashboard/")["Location"] == "/admin/"
    assert client_of(provider).get("/dashboard/").status_code == 200  # who has a shop has its dashboard


def test_strangers_orders_are_not_counted(
    stranger: User, customer: User, service: Service, client_of: Callable[[User], Client]
) -> None:
    _place(service, customer)

    response = client_of(stranger).get("/dashboard/")

    assert (response.context["counts"]["all"], response.context["orders"]) == (0, [])
    assert response.context["chart_total"] == 0


def test_more_orders_cost_no_more_queries(
    provider: User,
    customer: User,
    service: Service,
    client_of: Callable[[User], Client],
    django_assert_num_queries: Any,
) -> None:
    client = client_of(provider)
    _place(service, customer)
    client.get("/dashboard/")

    for more in (0, 2):
        for _ in range(more):
            _place(service, customer)
        with django_assert_num_queries(21):
            client.get("/dashboard/")


def test_who_is_signed_out_is_asked_to_log_in(client: Client) -> None:
    response = client.get("/dashboard/")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/dashboard/")
