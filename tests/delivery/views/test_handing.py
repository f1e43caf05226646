"""Handing an order over on its page."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from delivery.domain import hand_over, hand_over_many
from delivery.enums import DeliveryState
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from orders.domain import cancel_order, settle
from orders.models import Order

FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def owner(provider: User, shop: Provider, client_of: Callable[[User], Client]) -> Client:
    return client_of(provider)


def section(client: Client, order: Order) -> Any:
    return client.get(f"/orders/{order.pk}/delivery/", headers=FETCH)


def test_the_order_page_of_the_shop_has_the_section_and_the_customers_has_not(
    owner: Client, parcel: Order, customer: User, client_of: Callable[[User], Client]
) -> None:
    address = f"/orders/{parcel.pk}/delivery/"

    page = owner.get(f"/orders/{parcel.pk}/").content.decode()

    assert f'data-delivery-section="{address}"' in page
    assert f'href="{address}"' in page
    assert '<h2 id="assign-title">Assign to courier</h2>' in page
    assert "data-delivery-section" not in client_of(customer).get(f"/orders/{parcel.pk}/").content.decode()
    assert f'data-delivery-section="{address}"' in owner.get(f"/sales/orders/{parcel.pk}/").content.decode()


def test_before_it_is_confirmed_the_section_says_so(owner: Client, order: Order, rider: Courier) -> None:
    words = section(owner, order).content.decode()

    assert "First confirm the order; then you choose here who brings it." in words
    assert 'name="courier"' not in words


def test_each_courier_is_one_button_with_vehicle_and_open_tasks(
    owner: Client, parcel: Order, delivery: Delivery, make_parcel: Callable[..., Order], other_rider: Courier
) -> None:
    other_rider.vehicle = "Van"
    other_rider.save()

    answer = section(owner, make_parcel())

    assert [(one.courier.name, one.tasks) for one in answer.context["choices"]] == [
        ("Courier", 1),
        ("Somchai", 0),
    ]
    words = answer.content.decode()
    assert words.count('type="submit" name="courier"') == 2
    assert "Van" in words


def test_one_click_hands_over_without_scripts(owner: Client, parcel: Order, rider: Courier) -> None:
    answer = owner.post(f"/orders/{parcel.pk}/assign/", {"courier": rider.pk, "seen": "0"})

    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{parcel.pk}/")
    assert Delivery.objects.get().courier == rider
    assert "Courier has the order now." in owner.get(answer["Location"]).content.decode()


def test_one_click_hands_over_in_the_page(owner: Client, parcel: Order, rider: Courier) -> None:
    sent = {"courier": rider.pk, "seen": "0"}
    answer = owner.post(f"/orders/{parcel.pk}/assign/", sent, headers=FETCH)

    assert (answer.status_code, answer.context["delivery"].courier) == (200, rider)
    assert "Has it since" in answer.content.decode()
    assert "Courier has the order now." in answer.content.decode()
    assert "SMS are not set up, so no SMS went out." in answer.content.decode()


def test_who_was_overtaken_reads_who_has_it(
    owner: Client, parcel: Order, delivery: Delivery, other_rider: Courier
) -> None:
    sent = {"courier": other_rider.pk, "seen": "0"}
    answer = owner.post(f"/orders/{parcel.pk}/assign/", sent, headers=FETCH)

    assert answer.status_code == 422
    assert f"Order {parcel.number} was given to Courier meanwhile." in answer.content.decode()
    assert Assignment.objects.count() == 1
    seen = answer.context["delivery"].assignment_number
    owner.post(f"/orders/{parcel.pk}/assign/", {"courier": other_rider.pk, "seen": seen}, headers=FETCH)
    delivery.refresh_from_db()
    assert delivery.courier == other_rider


def test_another_shops_courier_is_not_found(
    owner: Client, parcel: Order, make_rider: Callable[..., Courier], stranger: User
) -> None:
    foreign = make_rider("foreign", Provider.objects.get(members__user=stranger))

    answer = owner.post(f"/orders/{parcel.pk}/assign/", {"courier": foreign.pk})

    assert (answer.status_code, Delivery.objects.count()) == (404, 0)


def test_taken_back_nobody_has_it(owner: Client, delivery: Delivery, parcel: Order) -> None:
    sent = {"seen": delivery.assignment_number, "next": f"/sales/orders/{parcel.pk}/"}
    answer = owner.post(f"/deliveries/{delivery.pk}/take-back/", sent)

    delivery.refresh_from_db()
    assert (answer["Location"], delivery.courier) == (f"/sales/orders/{parcel.pk}/", None)
    words = owner.get(f"/orders/{parcel.pk}/").content.decode()
    assert "Nobody has the order now. SMS are not set up, so no SMS went out." in words
    assert "has been told." not in words
    assert "Waiting for a courier" in section(owner, parcel).content.decode()


def test_taken_back_in_the_page_says_whether_an_sms_went_out(
    owner: Client, delivery: Delivery, parcel: Order
) -> None:
    sent = {"seen": delivery.assignment_number}
    answer = owner.post(f"/deliveries/{delivery.pk}/take-back/", sent, headers=FETCH)

    assert "SMS are not set up, so no SMS went out." in answer.content.decode()


def test_a_foreign_address_is_not_gone_to(owner: Client, delivery: Delivery, parcel: Order) -> None:
    sent = {"seen": delivery.assignment_number, "next": "https://evil.example/"}

    assert owner.post(f"/deliveries/{delivery.pk}/take-back/", sent)["Location"] == f"/orders/{parcel.pk}/"


def test_without_an_address_the_section_asks_for_it(
    owner: Client, make_parcel: Callable[..., Order], rider: Courier
) -> None:
    order = make_parcel(delivery_address="")
    before = section(owner, order)

    saved = owner.post(f"/orders/{order.pk}/address/", {"address": "1 Silom"}, headers=FETCH)

    assert (before.context["choices"], 'name="address"' in before.content.decode()) == ([], True)
    assert [one.courier for one in saved.context["choices"]] == [rider]
    order.refresh_from_db()
    assert order.delivery_address == "1 Silom"


def test_a_parcel_on_its_way_keeps_an_address(owner: Client, delivery: Delivery, parcel: Order) -> None:
    refused = owner.post(f"/orders/{parcel.pk}/address/", {"address": " "}, headers=FETCH)

    parcel.refresh_from_db()
    assert (refused.status_code, parcel.delivery_address) == (422, "12 Charoen Krung, Bang Rak")
    assert "A courier has the parcel: it needs an address." in refused.content.decode()


def test_the_history_shows_who_had_it(
    owner: Client,
    delivery: Delivery,
    parcel: Order,
    other_rider: Courier,
    provider: User,
    say: Callable[..., DeliveryEvent],
) -> None:
    say(DeliveryState.FAILED, minutes=5, reason="absent")
    delivery.refresh_from_db()
    words = section(owner, parcel).content.decode()
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)

    assert "Nobody was there. Hand it over again, to the same courier or to another one." in words
    steps = [(step.state, step.courier) for step in section(owner, parcel).context["tracking"].steps]
    assert sorted(steps) == [("assigned", "Courier"), ("assigned", "Somchai"), ("failed", "Courier")]


def test_a_cancelled_order_says_that_the_parcel_comes_back(
    owner: Client, delivery: Delivery, parcel: Order, provider: User
) -> None:
    cancel_order(parcel, by=provider, reason="Sold out")

    words = section(owner, parcel).content.decode()

    assert "The order was cancelled while the courier has the parcel." in words
    assert "/assign/" not in words


def test_a_colleagues_order_is_not_found(
    agents_parcel: Order, rider: Courier, colleague: User, agent: User, client_of: Callable[[User], Client]
) -> None:
    theirs = client_of(colleague)

    assert section(theirs, agents_parcel).status_code == 404
    assert theirs.post(f"/orders/{agents_parcel.pk}/assign/", {"courier": rider.pk}).status_code == 404
    assert theirs.post(f"/orders/{agents_parcel.pk}/address/", {"address": "x"}).status_code == 404
    assert not Delivery.objects.exists()
    assert section(client_of(agent), agents_parcel).status_code == 200


def test_a_shop_without_couriers_is_led_to_add_one(
    owner: Client, parcel: Order, agent: User, client_of: Callable[[User], Client]
) -> None:
    assert 'href="/couriers/add/"' in section(owner, parcel).content.decode()
    words = section(client_of(agent), parcel).content.decode()
    assert "The shop's owner adds them." in words
    assert "/couriers/add/" not in words


def test_the_section_costs_the_same_with_one_and_three_couriers(
    owner: Client, parcel: Order, make_rider: Callable[..., Courier], django_assert_num_queries: Any
) -> None:
    make_rider("one")
    section(owner, parcel)
    with django_assert_num_queries(9):
        section(owner, parcel)
    make_rider("two")
    make_rider("three")
    with django_assert_num_queries(9):
        assert len(section(owner, parcel).context["choices"]) == 3


# --- many at once -----------------------------------------------------------------------------------------


def test_many_are_chosen_in_the_list_and_given_in_their_order(
    owner: Client, make_parcel: Callable[..., Order], rider: Courier
) -> None:
    first, second, third = make_parcel(), make_parcel(), make_parcel()
    listed = owner.get("/orders/manage/").content.decode()
    page = owner.get("/deliveries/assign/", {"order": [third.pk, first.pk, second.pk]})

    answer = owner.post(
        "/deliveries/assign/", {"order": [third.pk, first.pk, second.pk], "courier": rider.pk}
    )

    assert listed.count('form="assign-many" name="order"') == 3
    assert listed.count(">Order details<") == 3
    assert [row.order for row in page.context["chosen"]] == [third, first, second]
    assert answer["Location"] == "/deliveries/"
    assert "Courier got 3 orders. SMS are not set up, so no SMS went out." in (
        owner.get("/deliveries/").content.decode()
    )
    tasks = Delivery.objects.tasks_of(rider).order_by("assignment_number")
    assert [task.order for task in tasks] == [third, first, second]


def test_up_down_and_out_are_links(owner: Client, make_parcel: Callable[..., Order]) -> None:
    a, b, c = (make_parcel().pk for _number in range(3))

    rows = owner.get("/deliveries/assign/", {"order": [a, b, c]}).context["chosen"]

    assert [(row.up, row.down, row.without) for row in rows] == [
        ("", f"?order={b}&order={a}&order={c}", f"?order={b}&order={c}"),
        (f"?order={b}&order={a}&order={c}", f"?order={a}&order={c}&order={b}", f"?order={a}&order={c}"),
        (f"?order={a}&order={c}&order={b}", "", f"?order={a}&order={b}"),
    ]


def test_what_cannot_go_is_named_with_its_reason_and_stays_behind(
    owner: Client, make_parcel: Callable[..., Order], order: Order, rider: Courier
) -> None:
    good, nowhere = make_parcel(), make_parcel(delivery_address="")

    page = owner.get("/deliveries/assign/", {"order": [order.pk, good.pk, nowhere.pk]})

    assert [row.refusal for row in page.context["chosen"]] == [
        "Not confirmed yet.",
        "",
        "No delivery address yet.",
    ]
    words = page.content.decode()
    assert words.count('type="hidden" name="order"') == 1
    assert f'name="order" value="{good.pk}"' in words


def test_what_became_impossible_meanwhile_keeps_all_of_them(
    owner: Client, make_parcel: Callable[..., Order], rider: Courier, provider: User
) -> None:
    good, gone = make_parcel(), make_parcel()
    cancel_order(gone, by=provider, reason="Sold out")
    sent = {"order": [good.pk, gone.pk], "courier": rider.pk}

    page, asked = (
        owner.post("/deliveries/assign/", sent),
        owner.post("/deliveries/assign/", sent, headers=FETCH),
    )

    assert (page.status_code, asked.status_code, Delivery.objects.count()) == (422, 422, 0)
    sentence = f"Order {gone.number} is “Cancelled”: there is nothing to deliver any more."
    assert sentence in page.content.decode()
    assert asked.json() == {"sentence": sentence}
    assert page.context["chosen"][1].refusal == "“Cancelled”: there is nothing to deliver any more."


def test_a_click_without_orders_or_courier_says_what_is_missing(
    owner: Client, parcel: Order, rider: Courier
) -> None:
    nothing = owner.post("/deliveries/assign/", {"courier": rider.pk}, headers=FETCH)
    nobody = owner.post("/deliveries/assign/", {"order": parcel.pk, "courier": ""}, headers=FETCH)

    assert (nothing.json(), nobody.json()) == (
        {"sentence": "Choose at least one order."},
        {"sentence": "Choose a courier."},
    )
    assert not Delivery.objects.exists()


def test_what_the_reader_does_not_find_is_left_out(
    agents_parcel: Order, parcel: Order, rider: Courier, colleague: User, client_of: Callable[[User], Client]
) -> None:
    theirs = client_of(colleague)
    page = theirs.get("/deliveries/assign/", {"order": ["x", "-1", agents_parcel.pk, parcel.pk]})
    theirs.post("/deliveries/assign/", {"order": [agents_parcel.pk, parcel.pk], "courier": rider.pk})

    assert [row.order for row in page.context["chosen"]] == [parcel]
    assert [one.order for one in Delivery.objects.all()] == [parcel]


WISHES = (5, 1, 3)  # hours from now: no sequence by the time that is wished is that of the hand-over


@pytest.fixture
def three_tasks(make_parcel: Callable[..., Order], rider: Courier, provider: User) -> list[Delivery]:
    """In the rider's own sequence."""
    parcels = [make_parcel(preferred_at=timezone.now() + timedelta(hours=hours)) for hours in WISHES]
    return hand_over_many(parcels, courier=rider, by=provider, seen={})


@pytest.mark.parametrize("page", ["board", "courier"])
def test_what_is_moved_to_another_courier_keeps_the_sequence_of_the_first(
    page: str, owner: Client, three_tasks: list[Delivery], rider: Courier, other_rider: Courier
) -> None:
    own = [task.order_id for task in three_tasks]
    address = {"board": "/deliveries/", "courier": rider.get_absolute_url()}[page]
    words = owner.get(address).content.decode()
    sent = [int(pk) for pk in re.findall(r'type="checkbox" name="order" value="(\d+)"', words)]
    seen = {f"seen-{task.order_id}": task.assignment_number for task in three_tasks}

    owner.post("/deliveries/assign/", {"order": sent, "courier": other_rider.pk, **seen})

    assert sorted(sent) == sorted(own)
    tasks = Delivery.objects.tasks_of(other_rider).order_by("assignment_number")
    assert [task.order_id for task in tasks] == own


def test_what_somebody_put_in_a_row_stays_so_whoever_had_it(
    owner: Client, three_tasks: list[Delivery], make_parcel: Callable[..., Order], other_rider: Courier
) -> None:
    a, b, c = (task.order_id for task in three_tasks)
    seen = {f"seen-{task.order_id}": task.assignment_number for task in three_tasks}
    new = make_parcel().pk

    from_board = owner.get("/deliveries/assign/", {"order": [c, new, a, b], **seen}).context["chosen"]
    moved = owner.get("/deliveries/assign/", {"order": [c, new, a, b]})
    owner.post(
        "/deliveries/assign/",
        {"order": [c, new, a, b], "courier": other_rider.pk, "chosen": "1", **seen},
    )

    assert [row.order.pk for row in from_board] == [a, new, b, c]
    assert [row.order.pk for row in moved.context["chosen"]] == [c, new, a, b]
    assert '<input type="hidden" name="chosen" value="1">' in moved.content.decode()
    tasks = Delivery.objects.tasks_of(other_rider).order_by("assignment_number")
    assert [task.order_id for task in tasks] == [c, new, a, b]


def test_a_part_of_the_cash_says_what_is_missing_until_it_has_come(
    owner: Client, parcel: Order, say: Callable[..., DeliveryEvent]
) -> None:
    say(DeliveryState.DELIVERED, collected=Decimal("100"))
    before = section(owner, parcel).content.decode()

    settle(parcel)

    after = section(owner, parcel).content.decode()
    assert "Collected by the courier: ฿100. ฿141 are missing." in before
    assert ("Collected: ฿100" in after, "missing" in after) == (True, False)
