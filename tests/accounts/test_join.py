from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import accept_invitation, invite_agent, withdraw_invitation
from accounts.models import Invitation, Provider, User
from accounts.queries import works_at

ClientOf = Callable[[User], Client]


@pytest.fixture
def invitation(shop: Provider, provider: User) -> Invitation:
    return invite_agent(shop, email="new@people.example", by=provider)


def page(invitation: Invitation) -> str:
    return reverse("accounts:join", args=[invitation.token])


def accept(client: Client, invitation: Invitation) -> str:
    response = client.post(reverse("accounts:accept_invitation", args=[invitation.token]), follow=True)
    return response.content.decode()


def test_who_is_signed_out_learns_what_it_is_and_comes_back_after_logging_in(
    client: Client, invitation: Invitation
) -> None:
    response = client.get(page(invitation))

    html = response.content.decode()
    assert "Join <bdi>Siam Legal</bdi>" in html
    assert f'href="/accounts/login/?next=/join/{invitation.token}/"' in html
    assert f'href="/accounts/signup/?next=/join/{invitation.token}/"' in html
    assert "new@people.example" not in html
    assert "no-store" in response.headers["Cache-Control"]


def test_the_page_says_the_same_whether_or_not_the_address_has_an_account(
    client: Client, shop: Provider, provider: User, customer: User
) -> None:
    known = invite_agent(shop, email="customer@people.example", by=provider)
    unknown = invite_agent(shop, email="nobody@people.example", by=provider)

    pages = [client.get(page(link)).content.decode().replace(link.token, "") for link in (known, unknown)]

    assert _without_times(pages[0]) == _without_times(pages[1])


def _without_times(html: str) -> str:
    return html.split('<div class="entrance">')[1].split("For one person")[0]


def test_joining_is_one_press(client_of: ClientOf, invitation: Invitation, customer: User) -> None:
    client = client_of(customer)
    assert "Join <bdi>Siam Legal</bdi></span></button>" in client.get(page(invitation)).content.decode()

    html = accept(client, invitation)

    assert "You now work at Siam Legal." in html
    assert works_at(customer, invitation.provider_id)


def test_a_used_link_says_so(
    client_of: ClientOf, invitation: Invitation, customer: User, stranger: User
) -> None:
    accept_invitation(invitation, by=customer)
    client = client_of(stranger)

    html = accept(client, invitation)

    assert html.count("This invitation has been used. Ask the shop for a new one.") == 2  # notice and page
    assert "</span></button></div>" not in html.split('<div class="entrance">')[1]
    assert not works_at(stranger, invitation.provider_id)


def test_a_withdrawn_link_says_so(client: Client, invitation: Invitation, provider: User) -> None:
    withdraw_invitation(invitation, by=provider)

    assert "The shop has withdrawn this invitation." in client.get(page(invitation)).content.decode()


def test_a_link_that_ran_out_says_so(client: Client, invitation: Invitation) -> None:
    Invitation.objects.update(sent_at=invitation.sent_at - timedelta(days=15))

    html = client.get(page(invitation)).content.decode()

    assert "This invitation has run out. Ask the shop to send it again." in html


def test_an_unknown_link_does_not_exist(client: Client, db: None) -> None:
    assert client.get("/join/abc/").status_code == 404
    assert client.get("/join/%00/").status_code == 404


def test_who_owns_a_shop_and_works_in_another_opens_every_page(
    client_of: ClientOf, invitation: Invitation, stranger: User
) -> None:
    """The own shop is the one shown; the inbox holds the conversations of both."""
    accept_invitation(invitation, by=stranger)
    client = client_of(stranger)

    names = ["dashboard", "messaging:inbox", "orders:shop_list", "services:mine", "team", "accounts:settings"]
    pages = {name: client.get(reverse(name)) for name in names}

    assert {name: response.status_code for name, response in pages.items()} == dict.fromkeys(names, 200)
    assert pages["team"].context["provider"].name == "Another Shop"
