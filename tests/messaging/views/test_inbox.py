from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.domain import open_shop
from accounts.models import Provider, User
from messaging.domain import mark_read, open_thread, post_card, post_message, post_notice
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


def shown(client: Client, url: str = "", **query: Any) -> list[str]:
    response = client.get(url or reverse("messaging:inbox"), query)
    assert response.status_code == 200
    return [thread.topic for thread in response.context["threads"]]


def test_the_inbox_lists_all_topics_with_the_newest_first(
    client_of: ClientOf, provider: User, make_thread: Callable[[str], Thread]
) -> None:
    first, _second = make_thread("Anong"), make_thread("Bahram")
    post_message(first, by=provider, body="An answer")

    assert shown(client_of(provider)) == ["Topic of Anong", "Topic of Bahram"]


def test_an_unread_topic_is_marked_and_says_so(
    client_of: ClientOf, customer: User, provider: User, thread: Thread
) -> None:
    post_message(thread, by=provider, body="one")
    post_message(thread, by=provider, body="two")
    post_notice(thread, by=provider, url="/somewhere/", body="not counted")

    html = client_of(customer).get(reverse("messaging:inbox")).content.decode()

    assert 'class="thread-row is-unread"' in html
    assert 'Unread <span class="number">2</span>' in html
    assert "<title>(2) Inbox" in html


def test_a_read_topic_says_nothing(
    client_of: ClientOf, customer: User, provider: User, thread: Thread
) -> None:
    post_message(thread, by=provider, body="one")
    mark_read(thread, by=customer, seq=1)

    html = client_of(customer).get(reverse("messaging:inbox")).content.decode()

    assert "is-unread" not in html
    assert "Unread" not in html


@pytest.mark.parametrize(("search", "found"), [("anong", 1), ("topic bahram", 1), ("siam", 2), ("nobody", 0)])
def test_the_search_finds_topics_and_names(
    client_of: ClientOf, provider: User, make_thread: Callable[[str], Thread], search: str, found: int
) -> None:
    make_thread("Anong")
    make_thread("Bahram")

    assert len(shown(client_of(provider), q=search)) == found


@pytest.mark.parametrize(
    ("topic", "search"),
    [
        ("علی کریمی", "علي كريمي"),
        ("علي كريمي", "علی کریمی"),
        ("می\u200cخواهم", "میخواهم"),
        ("میخواهم", "می\u200cخواهم"),
        ("می خواهم", "می\u200cخواهم"),
        ("میز ۱۲", "12"),
        ("สัญญาเช่า ๒๕๖๙", "2569"),
        ("สัญญาเช่า 2569", "เช่า ๒๕๖๙"),
        ("ปรึกษากฎหมายกับทนาย", "กฎหมาย"),
        ("Nguyễn Thị Đào", "nguyen dao"),
        ("Tu van hop dong", "tư vấn hợp đồng"),
        ("O'Brien 100% (Ltd)", "o'brien, 100 ltd!"),
    ],
)
def test_the_search_folds_topics_and_names_on_both_sides(
    client_of: ClientOf, provider: User, shop: Provider, make_person: Any, topic: str, search: str
) -> None:
    named = make_person("named", display_name=topic)
    open_thread(customer=make_person("other"), provider=shop, topic="something else")
    open_thread(customer=make_person("talks"), provider=shop, topic=topic)
    open_thread(customer=named, provider=shop, topic="theirs")
    open_thread(customer=provider, provider=open_shop(make_person("seller"), name=topic), topic="ours")

    assert shown(client_of(provider), q=search) == ["ours", "theirs", topic]
    assert shown(client_of(named), q=search) == ["theirs"]


def test_a_search_may_take_one_word_from_each_name(
    client_of: ClientOf, provider: User, make_thread: Callable[[str], Thread]
) -> None:
    make_thread("Anong")
    make_thread("Bahram")

    assert shown(client_of(provider), q="anong siam") == ["Topic of Anong"]
    assert shown(client_of(provider), q="anong bahram") == []


@pytest.mark.parametrize("search", ["?!", "%", "_", "\u200c"])
def test_a_search_without_a_word_finds_nothing(
    client_of: ClientOf, provider: User, make_thread: Callable[[str], Thread], search: str
) -> None:
    make_thread("Anong")

    assert shown(client_of(provider), q=search) == []


def test_more_goes_on_where_the_page_ended(
    client_of: ClientOf,
    provider: User,
    make_thread: Callable[[str], Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("messaging.views.ROWS", 2)
    for name in ("One", "Two", "Three"):
        make_thread(name)
    client = client_of(provider)
    response = client.get(reverse("messaging:inbox"))
    assert [t.topic for t in response.context["threads"]] == ["Topic of Three", "Topic of Two"]

    rest = shown(client, reverse("messaging:rows"), before=response.context["more_before"])

    assert rest == ["Topic of One"]


@pytest.mark.parametrize("before", ["x", "2026-01-01~1", "~", "2026-01-01T00:00:00+00:00~x"])
def test_a_broken_page_key_shows_the_first_page(
    client_of: ClientOf, provider: User, make_thread: Callable[[str], Thread], before: str
) -> None:
    make_thread("Anong")

    assert shown(client_of(provider), before=before) == ["Topic of Anong"]


def test_nobody_sees_the_threads_of_others(
    client_of: ClientOf, stranger: User, courier: User, make_thread: Callable[[str], Thread]
) -> None:
    make_thread("Anong")

    for person in (stranger, courier):
        assert shown(client_of(person)) == []
        assert shown(client_of(person), reverse("messaging:rows"), q="Anong") == []
        answer = client_of(person).get(reverse("messaging:unread")).json()
        assert answer == {"total": 0, "threads": {}}


def test_someone_signed_out_is_sent_to_the_log_in(client: Client, db: None) -> None:
    response = client.get(reverse("messaging:inbox"))

    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_a_shop_owner_who_orders_elsewhere_has_both_kinds_of_threads(
    client_of: ClientOf, provider: User, stranger: User, make_thread: Callable[[str], Thread]
) -> None:
    make_thread("Anong")
    other_shop = open_shop(stranger, name="unused")
    open_thread(customer=provider, provider=other_shop, topic="As a customer")

    assert sorted(shown(client_of(provider))) == ["As a customer", "Topic of Anong"]


def test_cards_and_amounts_are_in_the_readers_language_whoever_made_them(
    client_of: ClientOf, provider: User, make_thread: Callable[[str], Thread]
) -> None:
    User.objects.filter(pk=provider.pk).update(language="vi")
    thread = make_thread("Linh")
    client = client_of(User.objects.get(pk=provider.pk))

    with translation.override("th"):
        post_card(thread, by=provider, url="/x/", body="Linh", label="Additional sale")
    card = client.get(reverse("messaging:inbox")).text
    post_notice(thread, by=provider, url="/y/", body="100034", money=(Decimal("2500.00"), "THB"))
    line = client.get(reverse("messaging:inbox")).text

    assert "Bán thêm · Linh" in card
    assert "100034 · 2.500 ฿" in line


def test_more_rows_cost_no_more_queries(
    client_of: ClientOf,
    provider: User,
    make_thread: Callable[[str], Thread],
    django_assert_num_queries: Any,
) -> None:
    client = client_of(provider)
    make_thread("One")
    client.get(reverse("messaging:rows"))

    for _round in range(2):
        with django_assert_num_queries(6):  # 2 for the session; shops, threads, unread, newest messages
            client.get(reverse("messaging:rows"))
        make_thread(f"Two{_round}")
        make_thread(f"Three{_round}")
