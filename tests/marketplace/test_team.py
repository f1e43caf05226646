from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import add_agent, invite_agent
from accounts.models import Invitation, Provider, User
from accounts.queries import works_at
from marketplace.notify.models import Notification
from messaging.domain import assign_thread, close_thread, open_thread
from messaging.models import Thread

ClientOf = Callable[[User], Client]


def test_the_team_is_listed_with_roles_and_open_rooms(
    client_of: ClientOf, shop: Provider, provider: User, agent: User, thread: Thread, stranger: User
) -> None:
    assign_thread(thread, to=agent, by=provider)
    other = open_thread(customer=stranger, provider=shop, topic="Closed")
    assign_thread(other, to=agent, by=provider)
    close_thread(other)

    response = client_of(provider).get(reverse("team"))

    members = [(member.user.name, member.role, rooms) for member, rooms in response.context["members"]]
    assert members == [("Provider", "owner", 0), ("Agent", "agent", 1)]
    assert "1 open conversation<" in response.content.decode()


def test_the_team_page_is_in_the_owners_menu_alone(client_of: ClientOf, provider: User, agent: User) -> None:
    menus = [client_of(person).get(reverse("dashboard")).content.decode() for person in (provider, agent)]

    assert ['href="/team/"' in menu for menu in menus] == [True, False]
    assert client_of(agent).get(reverse("team")).status_code == 404


@pytest.mark.parametrize("email", ["new@people.example", "customer@people.example"])
def test_an_address_is_invited_whether_or_not_it_has_an_account(
    client_of: ClientOf, shop: Provider, provider: User, customer: User, email: str
) -> None:
    response = client_of(provider).post(reverse("invite_agent"), {"email": email}, follow=True)

    html = response.content.decode()
    assert f"The invitation is on its way to {email}." in html
    assert f'<bdi dir="ltr">{email}</bdi>' in html
    assert (Invitation.objects.get().email, Notification.objects.get().address) == (email, email)


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nobody", "Enter a valid email address."),
        ("", "This field is required."),
        ("agent@people.example", "This person already works in your shop."),
    ],
)
def test_a_refused_address_stays_in_the_form(
    client_of: ClientOf, provider: User, agent: User, email: str, sentence: str
) -> None:
    response = client_of(provider).post(reverse("invite_agent"), {"email": email})

    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html
    assert f'value="{email}"' in html or not email
    assert (Invitation.objects.count(), Notification.objects.count()) == (0, 0)


def test_an_invitation_is_withdrawn_by_its_own_shop(
    client_of: ClientOf, shop: Provider, provider: User, stranger: User
) -> None:
    invitation = invite_agent(shop, email="new@people.example", by=provider)
    address = reverse("withdraw_invitation", args=[invitation.pk])

    others = client_of(stranger).post(address)
    invitation.refresh_from_db()
    before = invitation.withdrawn_at
    html = client_of(provider).post(address, follow=True).content.decode()

    assert (others.status_code, before) == (404, None)
    assert "The invitation is withdrawn: its link leads nowhere any more." in html
    assert "new@people.example" not in html


def test_removing_an_agent_unassigns_their_rooms(
    client_of: ClientOf, shop: Provider, provider: User, agent: User, thread: Thread
) -> None:
    assign_thread(thread, to=agent, by=provider)
    member = shop.members.get(user=agent)

    html = client_of(provider).post(reverse("remove_agent", args=[member.pk]), follow=True).content.decode()

    assert "Agent does not work in your shop any more. Their conversations are unassigned." in html
    assert not works_at(agent, shop.pk)
    assert "<strong>Nobody</strong>" in client_of(provider).get(thread.get_absolute_url()).content.decode()


def test_the_owner_stays(client_of: ClientOf, shop: Provider, provider: User) -> None:
    member = shop.members.get(user=provider)

    html = client_of(provider).post(reverse("remove_agent", args=[member.pk]), follow=True).content.decode()

    assert "The owner cannot be removed." in html
    assert works_at(provider, shop.pk)


def test_nobody_removes_another_shops_agent(
    client_of: ClientOf, shop: Provider, agent: User, stranger: User
) -> None:
    member = shop.members.get(user=agent)

    assert client_of(stranger).post(reverse("remove_agent", args=[member.pk])).status_code == 404
    assert works_at(agent, shop.pk)


def test_a_larger_team_costs_no_more_queries(
    client_of: ClientOf,
    shop: Provider,
    provider: User,
    make_person: Callable[..., User],
    django_assert_num_queries: Any,
) -> None:
    client = client_of(provider)

    def grow(name: str) -> None:
        person = make_person(name)
        add_agent(shop, person)
        room = open_thread(customer=make_person(f"customer-of-{name}"), provider=shop, topic=name)
        assign_thread(room, to=person, by=provider)
        invite_agent(shop, email=f"{name}@elsewhere.example", by=provider)

    grow("one")
    client.get(reverse("team"))  # what many pages share is in the cache now
    counts = []
    for names in (["two", "three"], []):
        with django_assert_num_queries(QUERIES) as counted:
            client.get(reverse("team"))
        counts.append(len(counted))
        for name in names:
            grow(name)

    assert counts == [QUERIES, QUERIES]


QUERIES = 9  # 2 for the session; the shop, rooms, members, invitations; menu: shop, unread, email
