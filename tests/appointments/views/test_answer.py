"""The appointment's page, its card in the chat, and the answers to it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from appointments.domain.booking import accept, cancel, propose_time
from appointments.domain.calls import record
from appointments.enums import CallEventKind
from appointments.models import Appointment

ClientOf = Callable[[User], Client]
Book = Callable[..., Appointment]
Told = Callable[[], list[tuple[str, str]]]
AS_FRAGMENT = {"X-Requested-With": "fetch"}
HOUR = timedelta(hours=1)


def card(client: Client, appointment: Appointment) -> str:
    response = client.get(f"/appointments/{appointment.pk}/card/", headers=AS_FRAGMENT)
    assert response.status_code == 200
    return response.content.decode()


def buttons(page: str) -> list[str]:
    words = ["VDO Call", "Accept", "Propose another time", "Cancel appointment"]
    return [word for word in words if f"{word}</a>" in page or f"{word}</button>" in page]


def test_the_card_is_a_fragment_for_scripts_and_a_page_without(
    client_of: ClientOf, book: Book, customer: User
) -> None:
    appointment = book()
    client = client_of(customer)

    page = client.get(f"/appointments/{appointment.pk}/card/").content.decode()

    assert "<html" not in card(client, appointment)
    assert "<html" in page
    assert "First talk" in page


def test_the_card_offers_each_side_what_it_may_do(
    client_of: ClientOf, book: Book, customer: User, provider: User, agent: User
) -> None:
    appointment = book()
    both = ["Propose another time", "Cancel appointment"]

    assert buttons(card(client_of(customer), appointment)) == ["Accept", *both]
    assert buttons(card(client_of(provider), appointment)) == both
    assert buttons(card(client_of(agent), appointment)) == both

    propose_time(appointment, by=customer, start=appointment.start + HOUR)

    assert buttons(card(client_of(customer), appointment)) == both
    assert buttons(card(client_of(agent), appointment)) == ["Accept", *both]

    cancel(appointment, by=customer)

    assert buttons(card(client_of(customer), appointment)) == []
    assert "Cancelled" in card(client_of(customer), appointment)


def test_the_enterable_card_is_green_with_words_for_its_two_people_alone(
    client_of: ClientOf, appointment: Appointment, customer: User, provider: User, agent: User
) -> None:
    for person in (customer, provider):
        page = card(client_of(person), appointment)
        assert "is-open" in page
        assert "Enter now" in page
        assert f'href="/appointments/{appointment.pk}/call/"' in page

    page = card(client_of(agent), appointment)
    assert "is-open" not in page
    assert "Under way" in page
    assert "/call/" not in page


def test_the_card_shows_how_the_call_ended(
    client_of: ClientOf, appointment: Appointment, customer: User, provider: User
) -> None:
    for kind, minute in ((CallEventKind.JOINED, 0), (CallEventKind.CONNECTED, 1), (CallEventKind.LEFT, 9)):
        for person in (customer, provider):
            record(appointment, by=person, kind=kind, now=appointment.start + timedelta(minutes=minute))

    assert "Video call, 8 minutes" in card(client_of(customer), appointment)
    line = client_of(provider).get(
        f"/appointments/calls/{appointment.calls.get().pk}/line/", headers=AS_FRAGMENT
    )
    assert "Video call, 8 minutes" in line.content.decode()
    assert "<html" not in line.content.decode()


def test_a_call_line_is_not_for_strangers(
    client_of: ClientOf, appointment: Appointment, customer: User, provider: User, stranger: User
) -> None:
    for person in (customer, provider):
        record(appointment, by=person, kind=CallEventKind.CONNECTED)
        record(appointment, by=person, kind=CallEventKind.LEFT)
    address = f"/appointments/calls/{appointment.calls.get().pk}/line/"

    assert client_of(customer).get(address).status_code == 200
    assert client_of(stranger).get(address).status_code == 404


def test_accepting_from_the_chat_leads_back_to_it(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = book()
    back = f"/inbox/{appointment.thread_id}/"
    assert f'name="next" value="{back}"' in card(client_of(customer), appointment)

    response = client_of(customer).post(f"/appointments/{appointment.pk}/accept/", {"next": back})

    assert (response.status_code, response.headers["Location"]) == (302, back)
    assert Appointment.objects.get().status == "accepted"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_site(
    client_of: ClientOf, book: Book, customer: User, elsewhere: str
) -> None:
    appointment = book()

    response = client_of(customer).post(f"/appointments/{appointment.pk}/accept/", {"next": elsewhere})

    assert response.headers["Location"] == f"/appointments/{appointment.pk}/"


def test_answering_out_of_turn_is_refused_with_words(
    client_of: ClientOf, book: Book, sent: Told, provider: User
) -> None:
    appointment = book()

    response = client_of(provider).post(f"/appointments/{appointment.pk}/accept/", follow=True)

    assert "Wait for the other side to answer first." in response.content.decode()
    assert Appointment.objects.get().status == "scheduled"
    assert len(sent()) == 2


def test_accepting_a_time_taken_meanwhile_leads_to_another_proposal(
    client_of: ClientOf, book: Book, customer: User, provider: User
) -> None:
    appointment = book(2 * HOUR)
    propose_time(appointment, by=customer, start=appointment.start + 3 * HOUR)
    book(5 * HOUR, topic="Other")

    response = client_of(provider).post(f"/appointments/{appointment.pk}/accept/", follow=True)

    assert response.redirect_chain == [(f"/appointments/{appointment.pk}/propose/", 302)]
    assert "That time has just been taken. Propose another one." in response.content.decode()
    assert Appointment.objects.get(pk=appointment.pk).start == appointment.start


def test_cancelling_asks_first(client_of: ClientOf, book: Book, sent: Told, customer: User) -> None:
    appointment = book()
    client = client_of(customer)
    address = f"/appointments/{appointment.pk}/cancel/"

    page = client.get(address, {"next": "/appointments/"}).content.decode()
    assert "Cancel this appointment?" in page
    assert 'name="next" value="/appointments/"' in page
    assert Appointment.objects.get().status == "scheduled"
    assert len(sent()) == 2

    response = client.post(address, {"next": "/appointments/"})
    assert response.headers["Location"] == "/appointments/"
    assert Appointment.objects.get().status == "cancelled"


def test_proposing_a_time(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = book()
    later = appointment.start + 3 * HOUR
    address = f"/appointments/{appointment.pk}/propose/"

    response = client_of(customer).post(address, {"start": later.isoformat()}, follow=True)

    assert response.redirect_chain == [(f"/appointments/{appointment.pk}/", 302)]
    assert "Until they accept, the old time is kept." in response.content.decode()
    assert Appointment.objects.get().proposed_start == later


def test_proposing_a_taken_time_offers_free_ones(
    client_of: ClientOf, book: Book, sent: Told, customer: User
) -> None:
    appointment = book(2 * HOUR)
    other = book(6 * HOUR, topic="Other")
    address = f"/appointments/{appointment.pk}/propose/"

    response = client_of(customer).post(address, {"start": other.start.isoformat()})

    assert response.status_code == 422
    assert len(response.context["free_times"]) == 3
    assert Appointment.objects.get(pk=appointment.pk).proposed_start is None
    assert len(sent()) == 4


def test_what_is_cancelled_cannot_be_moved(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = cancel(book(), by=customer)

    response = client_of(customer).get(f"/appointments/{appointment.pk}/propose/", follow=True)

    assert response.redirect_chain == [(f"/appointments/{appointment.pk}/", 302)]
    assert "This appointment cannot be moved any more." in response.content.decode()


@pytest.mark.parametrize(
    "path", ["", "booked/", "card/", "cancel/", "propose/", "appointment.ics", "call/", "call/messages/"]
)
def test_strangers_find_no_page_of_it(
    client_of: ClientOf, appointment: Appointment, stranger: User, path: str
) -> None:
    assert client_of(stranger).get(f"/appointments/{appointment.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["accept/", "cancel/", "propose/", "call/messages/"])
def test_strangers_can_change_nothing(
    client_of: ClientOf, book: Book, sent: Told, stranger: User, path: str
) -> None:
    appointment = book()

    response = client_of(stranger).post(
        f"/appointments/{appointment.pk}/{path}", {"start": "2030-01-01 10:00", "body": "Hello"}
    )

    assert response.status_code == 404
    fresh = Appointment.objects.get()
    assert (fresh.status, fresh.version, fresh.proposed_start) == ("scheduled", 1, None)
    assert len(sent()) == 2


def test_answers_are_posts(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = book()

    assert client_of(customer).get(f"/appointments/{appointment.pk}/accept/").status_code == 405
    assert Appointment.objects.get().status == "scheduled"


def test_user_text_is_shown_as_text(client_of: ClientOf, book: Book, customer: User) -> None:
    appointment = accept(book(topic="<b>Bold</b>"), by=customer)

    page = card(client_of(customer), appointment)

    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<b>Bold" not in page
