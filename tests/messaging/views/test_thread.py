import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from messaging.domain import close_thread, post_message
from messaging.models import Message, Participation, Thread
from messaging.queries import unread_total

ClientOf = Callable[[User], Client]


def test_opening_a_topic_reads_it(
    client_of: ClientOf, customer: User, provider: User, thread: Thread
) -> None:
    post_message(thread, by=provider, body="สวัสดี <i>")
    assert unread_total(customer) == 1

    html = client_of(customer).get(thread.get_absolute_url()).content.decode()

    assert "สวัสดี &lt;i&gt;" in html
    assert "data-new-line" in html
    assert "<title>Legal advice by video" in html
    assert unread_total(customer) == 0


def test_a_browser_that_only_fetches_ahead_reads_nothing(
    client_of: ClientOf, customer: User, provider: User, thread: Thread
) -> None:
    post_message(thread, by=provider, body="Hello")

    client_of(customer).get(thread.get_absolute_url(), headers={"Sec-Purpose": "prefetch"})

    assert unread_total(customer) == 1


@pytest.mark.parametrize("name", ["thread", "send", "attach", "older", "after", "read", "close", "reopen"])
@pytest.mark.parametrize("who", ["stranger", "courier"])
def test_a_thread_is_not_there_for_strangers(
    client_of: ClientOf, thread: Thread, provider: User, name: str, who: str, request: pytest.FixtureRequest
) -> None:
    post_message(thread, by=provider, body="Between us")
    client = client_of(request.getfixturevalue(who))
    args = [thread.pk, 1] if name in ("older", "after") else [thread.pk]
    is_read = name in ("thread", "older", "after")
    said = {"body": "Hello", "seq": 1, "client_id": uuid.uuid4()}

    url = reverse(f"messaging:{name}", args=args)
    response = client.get(url) if is_read else client.post(url, said)

    assert response.status_code == 404
    assert Message.objects.count() == 1
    assert not Participation.objects.exists()
    thread.refresh_from_db()
    assert not thread.is_closed


def test_a_message_is_sent_without_scripts_and_twice_is_once(
    client_of: ClientOf, customer: User, thread: Thread
) -> None:
    client, url = client_of(customer), reverse("messaging:send", args=[thread.pk])
    said = {"body": "Hello", "client_id": str(uuid.uuid4())}

    responses = [client.post(url, said), client.post(url, said)]

    assert [r.headers["Location"] for r in responses] == [thread.get_absolute_url()] * 2
    message = Message.objects.get()
    assert (message.body, message.seq, str(message.client_id)) == ("Hello", 1, said["client_id"])


def test_a_refused_message_stays_in_the_field(client_of: ClientOf, customer: User, thread: Thread) -> None:
    long = "x" * 5001

    response = client_of(customer).post(
        reverse("messaging:send", args=[thread.pk]), {"body": long, "client_id": str(uuid.uuid4())}
    )

    assert response.status_code == 409
    assert long in response.content.decode()
    assert "at most 5,000 characters" in response.content.decode()
    assert not Message.objects.exists()


def test_a_script_gets_the_message_or_the_refusal_as_json(
    client_of: ClientOf, customer: User, thread: Thread
) -> None:
    client, url = client_of(customer), reverse("messaging:send", args=[thread.pk])
    asks = {"Accept": "application/json"}

    sent = client.post(url, {"body": "Hello", "client_id": str(uuid.uuid4())}, headers=asks)
    close_thread(thread)
    refused = client.post(url, {"body": "More", "client_id": str(uuid.uuid4())}, headers=asks)

    assert sent.json()["message"]["seq"] == 1
    assert (refused.status_code, refused.json()["code"]) == (409, "thread_closed")
    assert Message.objects.count() == 1


def test_what_came_after_a_number_is_given_in_order_with_the_marks(
    client_of: ClientOf, customer: User, provider: User, thread: Thread
) -> None:
    for body in ("one", "two", "three"):
        post_message(thread, by=customer, body=body)
    client_of(provider).post(reverse("messaging:read", args=[thread.pk]), {"seq": "2"})

    answer = client_of(customer).get(reverse("messaging:after", args=[thread.pk, 1])).json()

    assert [(m["seq"], m["body"]) for m in answer["messages"]] == [(2, "two"), (3, "three")]
    assert (answer["more"], answer["read"], answer["delivered"], answer["closed"]) == (False, 2, 2, False)


def test_who_missed_much_is_told_that_there_is_more(
    client_of: ClientOf, customer: User, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.views.MISSED", 2)
    for body in ("one", "two", "three"):
        post_message(thread, by=customer, body=body)

    answer = client_of(customer).get(reverse("messaging:after", args=[thread.pk, 0])).json()

    assert ([m["seq"] for m in answer["messages"]], answer["more"]) == ([1, 2], True)


@pytest.mark.parametrize("seq", ["", "x", "1.5"])
def test_a_reading_mark_that_is_no_number_is_refused(
    client_of: ClientOf, customer: User, thread: Thread, seq: str
) -> None:
    response = client_of(customer).post(reverse("messaging:read", args=[thread.pk]), {"seq": seq})

    assert response.status_code == 400
    assert not Participation.objects.exists()


def test_older_messages_come_as_a_fragment_and_as_a_page(
    client_of: ClientOf, customer: User, thread: Thread
) -> None:
    for number in range(60):
        post_message(thread, by=customer, body=f"Message {number + 1}.")
    client = client_of(customer)

    page = client.get(thread.get_absolute_url()).content.decode()
    fragment = client.get(reverse("messaging:older", args=[thread.pk, 11])).content.decode()
    older = client.get(thread.get_absolute_url(), {"before": "11"}).content.decode()

    assert "Message 11." in page
    assert "Message 10." not in page
    assert f'data-older="{reverse("messaging:older", args=[thread.pk, 11])}"' in page
    assert "Message 10." in fragment
    assert "<html" not in fragment
    assert "data-older" not in fragment
    assert "Message 10." in older


def test_the_shop_closes_and_reopens_and_the_customer_cannot(
    client_of: ClientOf, customer: User, agent: User, thread: Thread
) -> None:
    close, reopen = (reverse(f"messaging:{name}", args=[thread.pk]) for name in ("close", "reopen"))

    assert client_of(customer).post(close).status_code == 404
    thread.refresh_from_db()
    assert not thread.is_closed

    assert client_of(agent).post(close).status_code == 302
    thread.refresh_from_db()
    assert thread.is_closed
    page = client_of(customer).get(thread.get_absolute_url()).content.decode()
    assert "This conversation is closed. Order again to reopen it." in page

    assert client_of(customer).post(reopen).status_code == 404
    assert client_of(agent).post(reopen).status_code == 302
    thread.refresh_from_db()
    assert not thread.is_closed


def test_only_the_shops_people_get_the_appointment_button(
    client_of: ClientOf, customer: User, agent: User, thread: Thread
) -> None:
    button = reverse("appointments:create", args=[thread.pk])

    assert button in client_of(agent).get(thread.get_absolute_url()).content.decode()
    assert button not in client_of(customer).get(thread.get_absolute_url()).content.decode()


def test_more_messages_cost_no_more_queries(
    client_of: ClientOf, customer: User, provider: User, thread: Thread, django_assert_num_queries: Any
) -> None:
    client, url = client_of(customer), reverse("messaging:older", args=[thread.pk, 100])
    post_message(thread, by=provider, body="one")
    client.get(url)  # the first visit also notes the session

    for _round in range(2):
        with django_assert_num_queries(6):  # 2 for the session; thread, messages, attachments, marks
            client.get(url)
        post_message(thread, by=customer, body="two")
        post_message(thread, by=provider, body="three")
