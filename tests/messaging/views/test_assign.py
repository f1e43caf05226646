from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import open_shop, remove_agent
from accounts.models import Provider, User
from messaging.domain import assign_thread, open_thread, post_message
from messaging.models import Thread

ClientOf = Callable[[User], Client]


@pytest.fixture
def make_thread(make_person: Callable[..., User], shop: Provider) -> Callable[[str], Thread]:
    def make(name: str) -> Thread:
        person = make_person(name.lower(), display_name=name)
        thread = open_thread(customer=person, provider=shop, topic=f"Topic of {name}")
        post_message(thread, by=person, body=f"Hello from {name}")
        return thread

    return make


def shown(client: Client, url: str = "messaging:inbox", **query: Any) -> list[str]:
    response = client.get(reverse(url), query)
    assert response.status_code == 200
    return [thread.topic for thread in response.context["threads"]]


def assign(client: Client, thread: Thread, to: object) -> str:
    response = client.post(reverse("messaging:assign", args=[thread.pk]), {"to": to}, follow=True)
    assert response.redirect_chain == [(f"/inbox/{thread.pk}/", 302)]
    return response.content.decode()


def test_the_head_says_whose_room_it_is_and_gives_it_away(
    client_of: ClientOf, provider: User, agent: User, thread: Thread
) -> None:
    client = client_of(provider)

    html = assign(client, thread, agent.pk)

    assert "<strong><bdi>Agent</bdi></strong>" in html
    assert f'<option value="{agent.pk}" selected>Agent</option>' in html
    assert "<strong>You</strong>" in client_of(agent).get(thread.get_absolute_url()).content.decode()
    assert "<strong>Nobody</strong>" in assign(client, thread, "")


def test_nobody_online_is_said_on_the_page(
    client_of: ClientOf, provider: User, agent: User, thread: Thread
) -> None:
    html = assign(client_of(provider), thread, "free")

    assert "Nobody of the shop is online now. Choose a person by name." in html
    assert "<strong>Nobody</strong>" in html


def test_a_colleague_who_has_just_left_is_refused_with_a_sentence(
    client_of: ClientOf, shop: Provider, provider: User, agent: User, thread: Thread
) -> None:
    remove_agent(shop.members.get(user=agent))

    html = assign(client_of(provider), thread, agent.pk)

    assert "This person does not work in the shop any more." in html
    assert Thread.objects.get(pk=thread.pk).assigned_to is None


def test_the_customer_sees_nothing_of_it(
    client_of: ClientOf, customer: User, agent: User, thread: Thread
) -> None:
    assign_thread(thread, to=agent, by=agent)
    client = client_of(customer)

    pages = [client.get(thread.get_absolute_url()), client.get(reverse("messaging:inbox"))]

    for page in pages:
        html = page.content.decode()
        assert "Assigned to" not in html
        assert "Agent" not in html
        assert "Unassigned" not in html
    assert client.post(reverse("messaging:assign", args=[thread.pk]), {"to": ""}).status_code == 404
    assert client.get(reverse("messaging:assignment", args=[thread.pk])).status_code == 404


def test_an_open_page_asks_for_the_line_alone(
    client_of: ClientOf, provider: User, agent: User, thread: Thread
) -> None:
    assign_thread(thread, to=agent, by=provider)

    html = client_of(provider).get(reverse("messaging:assignment", args=[thread.pk])).content.decode()

    assert "<strong><bdi>Agent</bdi></strong>" in html
    assert "<html" not in html


def test_the_tabs_show_mine_unassigned_and_all(
    client_of: ClientOf, provider: User, agent: User, make_thread: Callable[[str], Thread]
) -> None:
    mine, hers, _free = (make_thread(name) for name in ("Anong", "Bahram", "Chi"))
    assign_thread(mine, to=provider, by=provider)
    assign_thread(hers, to=agent, by=provider)
    client = client_of(provider)

    found = {tab: shown(client, assigned=tab) for tab in ("", "mine", "unassigned", "nonsense")}

    everything = ["Topic of Chi", "Topic of Bahram", "Topic of Anong"]
    assert found == {
        "": everything,
        "mine": ["Topic of Anong"],
        "unassigned": ["Topic of Chi"],
        "nonsense": everything,
    }


def test_what_the_shops_person_ordered_elsewhere_is_nobodys_work(
    client_of: ClientOf, provider: User, stranger: User
) -> None:
    open_thread(customer=provider, provider=open_shop(stranger, name="-"), topic="As a customer")
    client = client_of(provider)

    found = [shown(client, assigned=tab) for tab in ("", "mine", "unassigned")]

    assert found == [["As a customer"], [], []]


def test_the_filter_stays_while_the_list_refreshes_searches_and_goes_on(
    client_of: ClientOf,
    provider: User,
    agent: User,
    make_thread: Callable[[str], Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("messaging.views.ROWS", 1)
    for name in ("One", "Two", "Three"):
        thread = make_thread(name)
        if name != "Two":
            assign_thread(thread, to=agent, by=provider)
    client = client_of(agent)

    response = client.get(reverse("messaging:inbox"), {"assigned": "mine"})

    html = response.content.decode()
    more = response.context["more_before"]
    assert [thread.topic for thread in response.context["threads"]] == ["Topic of Three"]
    assert 'data-assigned="mine"' in html
    assert '<input type="hidden" name="assigned" value="mine">' in html
    assert f"/inbox/{thread.pk}/?assigned=mine" in html
    link = html.split('data-more href="')[1].split('"')[0].replace("&amp;", "&")
    assert [t.topic for t in client.get(link).context["threads"]] == ["Topic of One"]
    assert shown(client, "messaging:rows", assigned="mine", before=more) == ["Topic of One"]
    assert shown(client, "messaging:rows", assigned="mine", q="one") == ["Topic of One"]


def test_a_row_names_who_has_it_for_the_shop_only(
    client_of: ClientOf, provider: User, customer: User, agent: User, thread: Thread
) -> None:
    assign_thread(thread, to=agent, by=provider)

    html = {
        person: client_of(person).get(reverse("messaging:rows")).content.decode()
        for person in (provider, agent, customer)
    }

    assert "<bdi>Agent</bdi></span>" in html[provider]
    assert "Assigned to:</span> You</span>" in html[agent]
    assert "thread-row-assignee" not in html[customer]


@pytest.mark.parametrize("tab", ["", "mine", "unassigned"])
def test_more_rows_cost_no_more_queries(
    client_of: ClientOf,
    provider: User,
    agent: User,
    make_thread: Callable[[str], Thread],
    django_assert_num_queries: Any,
    tab: str,
) -> None:
    client = client_of(provider)

    def make(name: str) -> None:
        assign_thread(make_thread(name), to=None if tab == "unassigned" else provider, by=agent)

    make("One")
    client.get(reverse("messaging:rows"))
    for _round in range(2):
        with django_assert_num_queries(6):  # 2 for the session; shops, threads, unread, newest
            assert client.get(reverse("messaging:rows"), {"assigned": tab}).status_code == 200
        make(f"Two{_round}")
        make(f"Three{_round}")


def test_an_empty_tab_says_what_to_do(client_of: ClientOf, provider: User, thread: Thread) -> None:
    client = client_of(provider)

    mine = client.get(reverse("messaging:inbox"), {"assigned": "mine"}).content.decode()
    assign_thread(thread, to=provider, by=provider)
    free = client.get(reverse("messaging:inbox"), {"assigned": "unassigned"}).content.decode()

    assert "No conversation is yours" in mine
    assert 'href="/inbox/?assigned=unassigned">Unassigned</a>' in mine
    assert "Everything is taken" in free
