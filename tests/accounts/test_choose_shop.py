"""Somebody who works in two shops chooses which one the pages are about."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.domain import add_agent, open_shop
from accounts.models import Provider, ProviderMember, User
from orders.domain import place_order
from orders.models import Order
from services.models import Service

PAGES = ["/dashboard/", "/orders/shop/", "/orders/manage/", "/my/services/", "/sales/follow-up/"]


@pytest.fixture
def other_shop(stranger: User, agent: User) -> Provider:
    """The stranger's; the agent works there too, since after joining `shop`."""
    other = Provider.objects.get(name="Another Shop")
    add_agent(other, agent)
    return other


def at(client: Client, address: str = "/dashboard/") -> str:
    """The shop that the page is about."""
    response = client.get(address)
    assert response.status_code == 200, address
    return str(response.context["shop"]().provider.name)


def test_without_a_choice_it_is_the_first_one_and_the_own_one_first_of_all(
    other_shop: Provider, agent: User, shop: Provider, stranger: User, client_of: Callable[[User], Client]
) -> None:
    add_agent(shop, stranger)

    assert {at(client_of(agent), page) for page in PAGES} == {"Siam Legal"}
    assert {at(client_of(stranger), page) for page in PAGES} == {"Another Shop"}


def test_the_chosen_shop_is_on_every_page_of_a_shop(
    other_shop: Provider, agent: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(agent)

    chosen = client.post(f"/shops/{other_shop.pk}/choose/")

    assert (chosen.status_code, chosen["Location"]) == (302, "/dashboard/")
    assert {at(client, page) for page in PAGES} == {"Another Shop"}
    assert at(client_of(agent)) == "Siam Legal"  # another device


def test_lists_show_the_chosen_shop_and_records_of_the_other_one_still_open(
    other_shop: Provider,
    agent: User,
    customer: User,
    order: Order,
    make_service: Callable[..., Service],
    client_of: Callable[[User], Client],
) -> None:
    theirs = place_order(make_service("Tea", provider=other_shop), by=customer, form_token=uuid4())
    client = client_of(agent)

    client.post(f"/shops/{other_shop.pk}/choose/")

    assert [one.pk for one in client.get("/orders/manage/").context["orders"]] == [theirs.pk]
    assert [one.pk for one in client.get("/dashboard/").context["orders"]] == [theirs.pk]
    added = client.get("/my/services/add/").context["form"]
    assert added.instance.provider == other_shop
    for record in (order, theirs):
        assert client.get(f"/orders/{record.pk}/").status_code == 200
        assert client.get(f"/sales/orders/{record.pk}/").status_code == 200
        assert client.get(f"/inbox/{record.thread_id}/").status_code == 200


def test_who_is_removed_from_the_chosen_shop_is_back_at_the_first(
    other_shop: Provider, agent: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(agent)
    client.post(f"/shops/{other_shop.pk}/choose/")

    ProviderMember.objects.filter(provider=other_shop, user=agent).delete()

    assert {at(client, page) for page in PAGES} == {"Siam Legal"}
    assert client.post(f"/shops/{other_shop.pk}/choose/").status_code == 404


def test_a_shop_in_which_one_does_not_work_is_not_found_and_changes_nothing(
    other_shop: Provider, provider: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(provider)

    refused = client.post(f"/shops/{other_shop.pk}/choose/")

    assert (refused.status_code, client.get(f"/shops/{other_shop.pk}/choose/").status_code) == (404, 405)
    assert at(client) == "Siam Legal"


def test_the_switcher_is_there_only_for_who_works_in_several(
    other_shop: Provider, agent: User, provider: User, client_of: Callable[[User], Client]
) -> None:
    both = client_of(agent).get("/dashboard/").content.decode()
    one = client_of(provider).get("/dashboard/").content.decode()

    assert f'action="/shops/{other_shop.pk}/choose/"' in both
    assert "Change the shop" in both
    assert "/choose/" not in one
    assert "Change the shop" not in one


def test_working_in_three_shops_costs_no_more_queries_than_in_two(
    other_shop: Provider,
    agent: User,
    make_person: Callable[..., User],
    client_of: Callable[[User], Client],
    django_assert_num_queries: Callable[..., object],
) -> None:
    client = client_of(agent)
    client.get("/my/services/")

    with django_assert_num_queries(7):
        client.get("/my/services/")
    add_agent(open_shop(make_person("third"), name="Third"), agent)
    with django_assert_num_queries(7):
        client.get("/my/services/")
