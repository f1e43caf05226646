"""More couriers than a list shows: the one who is wanted is found, with scripts and without."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Provider, User
from delivery.models import Courier, Delivery
from orders.models import Order

FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def owner(provider: User, shop: Provider, client_of: Callable[[User], Client]) -> Client:
    return client_of(provider)


@pytest.fixture
def sixty_one(make_rider: Callable[..., Courier]) -> list[Courier]:
    return [make_rider(f"rider{number:02}", phone=f"+668000000{number:02}") for number in range(61)]


def test_among_many_at_once_a_courier_beyond_the_list_is_found(
    owner: Client, make_parcel: Callable[..., Order], sixty_one: list[Courier]
) -> None:
    a, b = make_parcel().pk, make_parcel().pk
    address = "/deliveries/assign/"

    first = owner.get(address, {"order": [b, a], "next": "/deliveries/"})
    found = owner.get(address, {"order": [b, a], "next": "/deliveries/", "q": "rider60"})
    nobody = owner.get(address, {"order": [b, a], "q": "nobody"})

    words = first.content.decode()
    assert words.count('type="submit" name="courier"') == 60
    assert '<input class="form-control" id="choice-q" form="courier-search" type="search" name="q"' in words
    search = words.split("data-many-search")[1].split("</form>")[0]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', search)
    assert hidden == [("order", str(b)), ("order", str(a)), ("next", "/deliveries/")]
    assert [one.courier for one in found.context["choices"]] == [sixty_one[60]]
    assert [row.order.pk for row in found.context["chosen"]] == [b, a]
    assert "Nobody by that name or phone." in nobody.content.decode()


def test_from_the_board_another_courier_is_looked_for_whoever_was_chosen_in_the_bar(
    owner: Client, parcel: Order, sixty_one: list[Courier]
) -> None:
    board = owner.get("/deliveries/").content.decode()

    page = owner.get("/deliveries/assign/", {"order": parcel.pk, "courier": sixty_one[0].pk, "seen-1": "0"})

    assert 'formmethod="get"' in board
    assert (page.context["search"], len(page.context["choices"])) == ("", 60)


def test_a_couriers_open_tasks_can_go_to_a_courier_beyond_the_list(
    owner: Client, delivery: Delivery, rider: Courier, sixty_one: list[Courier]
) -> None:
    page = owner.get(rider.get_absolute_url()).content.decode()

    assert page.count('class="choice" type="submit" name="courier"') == 60
    assert 'formaction="/deliveries/assign/" formmethod="get"' in page


def test_the_boards_dialog_gets_the_buttons_alone(
    owner: Client, sixty_one: list[Courier], stranger: User, client_of: Callable[[User], Client]
) -> None:
    asked = owner.get("/deliveries/assign/", {"q": "۰۸۰ ۰۰۰ ۰۰۶۰"}, headers=FETCH)
    nobody = owner.get("/deliveries/assign/", {"q": "nobody"}, headers=FETCH)
    theirs = client_of(stranger).get("/deliveries/assign/", {"q": "rider60"}, headers=FETCH)

    words = asked.content.decode()
    assert "<html" not in words
    assert re.findall(r'name="courier" value="(\d+)"', words) == [str(sixty_one[60].pk)]
    assert "X-Requested-With" in asked["Vary"]
    for answer in (nobody, theirs):
        assert 'name="courier"' not in answer.content.decode()
        assert "Nobody by that name or phone." in answer.content.decode()


def test_the_search_costs_the_same_with_one_and_three_couriers(
    owner: Client, make_rider: Callable[..., Courier], django_assert_num_queries: Any
) -> None:
    make_rider("one")
    owner.get("/deliveries/assign/", {"q": "o"}, headers=FETCH)
    with django_assert_num_queries(6):
        owner.get("/deliveries/assign/", {"q": "o"}, headers=FETCH)
    make_rider("two")
    make_rider("zero")
    with django_assert_num_queries(6):
        assert len(owner.get("/deliveries/assign/", {"q": "o"}, headers=FETCH).context["choices"]) == 3
