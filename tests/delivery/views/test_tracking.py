"""The delivery on the customer's pages, on the order's link, and its proof."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from delivery.domain import hand_over
from delivery.enums import DeliveryState
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from marketplace.common.images import reencode_photo
from messaging.queries import unread_total
from orders.domain import share_link
from orders.models import Order
from tests.support.pictures import a_picture

ClientOf = Callable[[User], Client]
Say = Callable[..., DeliveryEvent]
S = DeliveryState
FRAGMENT = {"X-Requested-With": "fetch"}


def words(html: str) -> str:
    return " ".join(html.split())


@pytest.fixture
def proven(say: Say) -> DeliveryEvent:
    """Delivered, with a photo, a signature and a note of the courier."""
    photo = reencode_photo(io.BytesIO(a_picture()))
    say(S.PICKED_UP, minutes=1)
    say(S.ON_THE_WAY, minutes=2, note="The dog bites")
    return say(S.DELIVERED, minutes=9, receiver="Malee", photo=photo, signature=photo)


@pytest.mark.parametrize("place", ["card", "tracking"])
def test_the_customer_reads_who_has_it_and_how_far_it_is(
    place: str, client_of: ClientOf, say: Say, delivery: Delivery, parcel: Order, customer: User
) -> None:
    say(S.ON_THE_WAY)
    Courier.objects.update(note="Drinks", vehicle="Honda")
    User.objects.filter(courier=delivery.courier).update(phone="+66899999999")
    address = {"card": f"/deliveries/{delivery.pk}/card/", "tracking": f"/orders/{parcel.pk}/tracking/"}[
        place
    ]

    page = client_of(customer).get(address).content.decode()
    fragment = client_of(customer).get(address, headers=FRAGMENT).content.decode()

    assert "<html" in page
    assert "<html" not in fragment
    for html in (page, fragment):
        assert "<bdi>Courier</bdi> has it since" in words(html)
        assert '<li class="dl-stop is-now" aria-current="step">' in words(html)
        for hidden in ("Drinks", "Honda", "899999999"):
            assert hidden not in html


def test_the_proof_stands_there_without_the_couriers_notes(
    client_of: ClientOf, proven: DeliveryEvent, parcel: Order, customer: User
) -> None:
    html = client_of(customer).get(f"/orders/{parcel.pk}/tracking/", headers=FRAGMENT).content.decode()

    assert "<bdi>Malee</bdi> received it." in words(html)
    assert f'src="/deliveries/reports/{proven.pk}/photo/"' in html
    assert f'src="/deliveries/reports/{proven.pk}/signature/"' in html
    assert "The dog bites" not in html


def test_before_a_courier_has_it_the_page_says_so(client_of: ClientOf, parcel: Order, customer: User) -> None:
    html = client_of(customer).get(f"/orders/{parcel.pk}/tracking/").content.decode()

    assert "Not given to a courier yet." in html


def test_the_order_page_has_it_by_its_address_alone(
    client_of: ClientOf, parcel: Order, customer: User, provider: User
) -> None:
    theirs = client_of(customer).get(f"/orders/{parcel.pk}/").content.decode()
    shops = client_of(provider).get(f"/orders/{parcel.pk}/").content.decode()

    assert f'src="/orders/{parcel.pk}/tracking/"' in theirs
    assert f'href="/orders/{parcel.pk}/tracking/"' in theirs  # without scripts
    assert f'src="/orders/{parcel.pk}/tracking/"' not in shops


def test_the_pictures_are_shown_after_a_look_at_who_asks(
    client_of: ClientOf,
    proven: DeliveryEvent,
    customer: User,
    provider: User,
    agent: User,
    stranger: User,
    courier: User,
) -> None:
    address = f"/deliveries/reports/{proven.pk}/photo/"

    answers = {person: client_of(person).get(address) for person in (customer, provider, agent)}
    refused = [client_of(person).get(address).status_code for person in (stranger, courier)]

    assert refused == [404, 404]
    assert Client().get(address).status_code == 302  # to log in
    for answer in answers.values():
        assert answer.getvalue()
        answer.close()
        assert answer["Content-Type"] == "image/jpeg"
        # No day's grace: who may not see it any more is not shown it out of the browser's store either.
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-cache")


def test_a_kept_picture_is_not_sent_again_and_not_shown_to_who_may_not_see_it_any_more(
    client_of: ClientOf, proven: DeliveryEvent, agent: User, parcel: Order
) -> None:
    token = share_link(parcel)
    inside, outside = client_of(agent), Client()
    addresses = {
        inside: f"/deliveries/reports/{proven.pk}/photo/",
        outside: f"/o/{token}/proof/{proven.pk}/photo/",
    }
    kept = {}
    for browser, address in addresses.items():
        answer = browser.get(address)
        assert answer.getvalue()  # read to its end, a file is closed
        kept[browser] = {"If-None-Match": answer["ETag"]}

    again = {browser: browser.get(address, headers=kept[browser]) for browser, address in addresses.items()}
    agent.memberships.all().delete()
    Order.objects.filter(pk=parcel.pk).update(link_token=None)
    gone = {browser: browser.get(address, headers=kept[browser]) for browser, address in addresses.items()}

    assert [(one.status_code, one.content) for one in again.values()] == [(304, b""), (304, b"")]
    assert [one.status_code for one in gone.values()] == [404, 404]


def test_a_picture_that_is_not_there_is_not_found(client_of: ClientOf, say: Say, customer: User) -> None:
    bare = say(S.ON_THE_WAY)

    client = client_of(customer)
    for address in (f"{bare.pk}/photo", f"{bare.pk}/signature", f"{bare.pk}/note", "9" * 18 + "/photo"):
        assert client.get(f"/deliveries/reports/{address}/").status_code == 404


def test_the_proof_of_what_does_not_count_is_the_shops(
    client_of: ClientOf,
    say: Say,
    delivery: Delivery,
    parcel: Order,
    other_rider: Courier,
    provider: User,
    customer: User,
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    late = say(S.DELIVERED, minutes=20, photo=reencode_photo(io.BytesIO(a_picture())))
    token = share_link(parcel)
    address = f"/deliveries/reports/{late.pk}/photo/"

    assert client_of(customer).get(address).status_code == 404
    assert Client().get(f"/o/{token}/proof/{late.pk}/photo/").status_code == 404
    shown = client_of(provider).get(address)
    assert (shown.status_code, bool(shown.getvalue())) == (200, True)
    shown.close()


def test_the_link_shows_it_to_who_holds_it(proven: DeliveryEvent, parcel: Order) -> None:
    token, holder = share_link(parcel), Client()

    whole = holder.get(f"/o/{token}/").content.decode()
    page = holder.get(f"/o/{token}/delivery/")
    fragment = holder.get(f"/o/{token}/delivery/", headers=FRAGMENT).content.decode()
    picture = holder.get(f"/o/{token}/proof/{proven.pk}/signature/")

    assert f'src="/o/{token}/delivery/"' in whole
    assert f'href="/o/{token}/delivery/"' in whole
    assert "<html" in page.content.decode()
    assert "<html" not in fragment
    assert "<bdi>Malee</bdi> received it." in words(fragment)
    assert f'src="/o/{token}/proof/{proven.pk}/photo/"' in fragment
    assert "The dog bites" not in fragment
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page["Cache-Control"]
    assert picture.getvalue()
    picture.close()
    assert (picture["Cache-Control"], picture["X-Content-Type-Options"], picture["X-Robots-Tag"]) == (
        "private, no-cache",
        "nosniff",
        "noindex, nofollow",
    )


def test_a_link_opens_one_order_alone(
    proven: DeliveryEvent, parcel: Order, make_parcel: Callable[..., Order]
) -> None:
    other = share_link(make_parcel())
    share_link(parcel)

    assert Client().get(f"/o/{other}/proof/{proven.pk}/photo/").status_code == 404
    for wrong in ("nonsense", other[:-1]):
        assert Client().get(f"/o/{wrong}/delivery/").status_code == 404
        assert Client().get(f"/o/{wrong}/proof/{proven.pk}/photo/").status_code == 404


def test_times_on_the_link_are_the_shops(say: Say, delivery: Delivery, parcel: Order) -> None:
    three_days_ago = (timezone.now() - timedelta(days=3)).replace(hour=20, minute=30)  # 03:30 in Bangkok
    Assignment.objects.filter(delivery=delivery).update(at=three_days_ago)

    html = Client().get(f"/o/{share_link(parcel)}/delivery/").content.decode()

    assert "03:30" in html
    assert "20:30" not in html


def test_a_list_of_orders_asks_for_all_its_rows_at_once(
    client_of: ClientOf,
    make_parcel: Callable[..., Order],
    rider: Courier,
    provider: User,
    customer: User,
    stranger: User,
    django_assert_num_queries: Any,
) -> None:
    parcels = [make_parcel() for _ in range(4)]
    for parcel in parcels[:3]:
        hand_over(parcel, courier=rider, by=provider)
    client = client_of(customer)
    one = f"/deliveries/states.json?order={parcels[0].pk}&order=x&order={'9' * 30}"
    three = "/deliveries/states.json?" + "&".join(f"order={parcel.pk}" for parcel in parcels)

    with django_assert_num_queries(3):
        first = client.get(one)
    with django_assert_num_queries(3):
        answer = client.get(three)

    assigned = {"state": "assigned", "label": "Assigned"}
    assert first.json() == {str(parcels[0].pk): assigned}
    assert answer.json() == {str(parcel.pk): assigned for parcel in parcels[:3]}
    assert client_of(stranger).get(three).json() == {}
    rows = client.get("/orders/").content.decode()
    assert [f'<delivery-state class="pill pill-brand" order="{parcel.pk}"' in rows for parcel in parcels] == [
        True
    ] * 4


# --- an agent's private order: no colleague finds its delivery -------------------------------------------


@pytest.fixture
def secret(agents_parcel: Order, agent: User, make_rider: Callable[..., Courier]) -> Delivery:
    return hand_over(agents_parcel, courier=make_rider("hushrider"), by=agent)


@pytest.fixture
def people(customer: User, provider: User, agent: User, colleague: User, stranger: User) -> dict[str, User]:
    return {
        "customer": customer,
        "provider": provider,
        "agent": agent,
        "colleague": colleague,
        "stranger": stranger,
    }


IN_ROOM = {"agent": True, "provider": True, "colleague": False, "customer": True}
SURFACES: dict[str, dict[str, bool]] = {
    "/inbox/{thread}/": IN_ROOM,
    "/inbox/{thread}/after/0/": IN_ROOM,
    "/inbox/{thread}/panel/": IN_ROOM,
    "/customers/{thread}/": {"agent": True, "provider": True, "colleague": False},
    "/deliveries/states.json?order={order}": {**IN_ROOM, "stranger": False},
}


@pytest.mark.parametrize("address", SURFACES)
def test_a_page_tells_of_a_private_delivery_to_whom_it_belongs(
    address: str, secret: Delivery, people: dict[str, User], client_of: ClientOf
) -> None:
    opened = address.format(thread=secret.order.thread_id, order=secret.order_id)

    shown = {}
    for name in SURFACES[address]:
        response = client_of(people[name]).get(opened, headers=FRAGMENT)
        assert response.status_code == 200
        page = (
            json.dumps(response.json()) if "json" in response["Content-Type"] else response.content.decode()
        )
        marks = ("Hushrider", f"/deliveries/{secret.pk}/", f'"{secret.order_id}": {{"state"')
        shown[name] = any(mark in page for mark in marks)

    assert shown == SURFACES[address]


@pytest.mark.parametrize(
    "address", ["/deliveries/{pk}/", "/deliveries/{pk}/card/", "/orders/{order}/tracking/"]
)
def test_a_private_deliverys_own_address_is_not_found(
    address: str, secret: Delivery, people: dict[str, User], client_of: ClientOf
) -> None:
    opened = address.format(pk=secret.pk, order=secret.order_id)

    found = {name: client_of(person).get(opened, follow=True).status_code for name, person in people.items()}

    assert found == {"customer": 200, "provider": 200, "agent": 200, "colleague": 404, "stranger": 404}


def test_a_private_delivery_is_in_nobody_elses_numbers(secret: Delivery, people: dict[str, User]) -> None:
    assert unread_total(people["colleague"]) == 0
    assert unread_total(people["customer"]) == 2  # the order's card and the delivery's
