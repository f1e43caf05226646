"""3.3 Package Setup: several privileges for one price."""

from typing import Any

import pytest
from django.test import Client

from loyalty.models import Package, Programme, Reward

LIST, ADD = "/admin/packages/", "/admin/packages/add/"


@pytest.fixture
def rewards(programme: Programme) -> list[Reward]:
    return [Reward.objects.create(name=name, kind="gift", points=100) for name in ("Coupon", "Tea", "Mug")]


def filled(*items: tuple[Reward, str], **changes: str) -> dict[str, str]:
    data = {
        "name": "Birthday box",
        "points": "250",
        "no_expiry": "on",
        "is_active": "on",
        "items-TOTAL_FORMS": "4",
        "items-INITIAL_FORMS": "0",
    }
    for number, (reward, quantity) in enumerate(items):
        data |= {f"items-{number}-reward": str(reward.pk), f"items-{number}-quantity": quantity}
    return data | changes


def held(package: Package) -> list[tuple[str, int]]:
    return [(item.reward.name, item.quantity) for item in package.items.order_by("pk")]


def test_a_package_is_made_of_rewards(admin_client: Client, rewards: list[Reward]) -> None:
    saved = admin_client.post(ADD, filled((rewards[0], "1"), (rewards[1], "๒")), follow=True)

    package = Package.objects.get()
    assert saved.redirect_chain == [(LIST, 302)]
    assert "“Birthday box” is saved." in saved.content.decode()
    assert (package.points, held(package)) == (250, [("Coupon", 1), ("Tea", 2)])


def test_its_contents_change_and_what_was_taken_stays(admin_client: Client, rewards: list[Reward]) -> None:
    admin_client.post(ADD, filled((rewards[0], "1"), (rewards[1], "2")))
    Package.objects.update(taken=3)
    package = Package.objects.get()

    form = admin_client.get(f"{LIST}{package.pk}/").context["items"]
    admin_client.post(f"{LIST}{package.pk}/", filled((rewards[2], ""), quantity="5"))

    package.refresh_from_db()
    assert [(row["reward"].value(), row["quantity"].value()) for row in form][:2] == [
        (rewards[0].pk, 1),
        (rewards[1].pk, 2),
    ]
    assert (held(package), package.taken, package.quantity) == ([("Mug", 1)], 3, 5)


def test_an_empty_package_one_thing_twice_and_too_many_are_refused(
    admin_client: Client, rewards: list[Reward]
) -> None:
    pages = [
        admin_client.post(ADD, filled()),
        admin_client.post(ADD, filled((rewards[0], "1"), (rewards[0], "1"))),
        admin_client.post(ADD, filled((rewards[0], "51"))),
        admin_client.post(ADD, filled((rewards[0], "1"), no_expiry="")),
    ]

    sentences = [
        "Choose at least one reward.",
        "A reward stands in it twice. Use its quantity.",
        "Ensure this value is less than or equal to 50.",
        "Choose the end date, or tick “No Expiry”.",
    ]
    assert [page.status_code for page in pages] == [422] * 4
    assert [said in page.content.decode() for said, page in zip(sentences, pages, strict=True)] == [True] * 4
    assert not Package.objects.exists()


def test_a_package_is_switched_off(admin_client: Client, rewards: list[Reward]) -> None:
    admin_client.post(ADD, filled((rewards[0], "1")))
    package = Package.objects.get()

    admin_client.post(f"{LIST}{package.pk}/switch/", {"to": "off"})

    package.refresh_from_db()
    assert not package.is_active
    assert list(admin_client.get(f"{LIST}?state=off").context["offers"]) == [package]


def test_a_long_list_takes_no_more_queries(
    admin_client: Client, rewards: list[Reward], django_assert_num_queries: Any
) -> None:
    admin_client.post(ADD, filled((rewards[0], "1"), (rewards[1], "1")))
    admin_client.get(LIST)
    with django_assert_num_queries(6):
        admin_client.get(LIST)
    for _number in range(2):
        admin_client.post(ADD, filled((rewards[0], "1"), (rewards[1], "1")))
    admin_client.get(LIST)

    with django_assert_num_queries(6):
        admin_client.get(LIST)
