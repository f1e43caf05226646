"""A task for whoever holds its link."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from delivery.domain import accept_report, hand_over, take_back
from delivery.enums import DeliveryState as S
from delivery.enums import Outcome
from delivery.models import Assignment, Courier, Delivery, DeliveryEvent
from marketplace.common.images import reencode_photo
from marketplace.notify.models import Notification
from orders.models import Order
from tests.support.pictures import a_picture

Say = Callable[..., DeliveryEvent]
JSON = {"Accept": "application/json"}


def opened(delivery: Delivery) -> Any:
    return Client().get(reverse("delivery:task_link", args=[delivery.link_token]))


def sent(delivery: Delivery, state: str, **fields: Any) -> Any:
    fields.setdefault("client_id", str(uuid4()))
    strict = Client(enforce_csrf_checks=True)  # no cookie, no token: the address is the secret
    return strict.post(
        reverse("delivery:link_report", args=[delivery.link_token]), {"state": state, **fields}, headers=JSON
    )


def test_a_link_shows_its_task_and_nothing_of_the_site_learns_of_it(delivery: Delivery) -> None:
    answer = opened(delivery)

    page = answer.content.decode()
    assert "12 Charoen Krung, Bang Rak" in page
    assert "Picked up" in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert delivery.link_until is not None
    assert (answer["X-Kept-For"], answer["X-Kept-Until"]) == (
        f"link-{delivery.link_token}",
        delivery.link_until.isoformat(),
    )


def test_what_is_reported_through_a_link_is_its_couriers(delivery: Delivery, rider: Courier) -> None:
    answer = sent(delivery, "picked_up")

    assert (answer.status_code, answer.json()["state"]) == (200, "picked_up")
    event = DeliveryEvent.objects.get()
    assert (event.assignment.courier, event.outcome) == (rider, Outcome.COUNTED)


def test_a_report_whose_answer_was_lost_is_known_after_it_ended_the_link(delivery: Delivery) -> None:
    client_id = str(uuid4())

    first = sent(delivery, "delivered", client_id=client_id)
    again = sent(delivery, "delivered", client_id=client_id)
    another = sent(delivery, "failed", reason="absent")

    assert [answer.status_code for answer in (first, again, another)] == [200, 200, 409]
    counted = DeliveryEvent.objects.filter(outcome=Outcome.COUNTED)
    assert [(event.state, str(event.client_id)) for event in counted] == [("delivered", client_id)]
    delivery.refresh_from_db()
    assert delivery.state == S.DELIVERED
    assert sent(delivery, "failed", client_id="x").status_code == 422
    assert opened(delivery).status_code == 404


def test_a_plain_form_ends_with_thanks(delivery: Delivery) -> None:
    browser = Client(enforce_csrf_checks=True)
    address = reverse("delivery:link_report", args=[delivery.link_token])

    step = browser.post(address, {"state": "picked_up", "client_id": str(uuid4())})
    refused = browser.post(address, {"state": "failed", "client_id": str(uuid4()), "note": "Nobody"})
    done = browser.post(address, {"state": "delivered", "client_id": str(uuid4())})

    assert step["Location"] == reverse("delivery:task_link", args=[delivery.link_token])
    assert (refused.status_code, "Nobody" in refused.content.decode()) == (422, True)
    assert (done.status_code, "its link with it" in done.content.decode()) == (200, True)


def told(username: str) -> int:
    """Mails to them of a report that does not fit."""
    return Notification.objects.filter(
        kind="delivery_conflict", channel="email", recipient__username=username
    ).count()


def test_what_waited_on_a_phone_until_the_task_was_somebody_elses_is_kept_and_told(
    delivery: Delivery, parcel: Order, rider: Courier, other_rider: Courier, provider: User
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    client_id = str(uuid4())
    said_at = (timezone.now() - timedelta(hours=1)).isoformat()

    fields = {"client_id": client_id, "said_at": said_at, "receiver": "Malee", "collected": "241"}
    answers = [sent(delivery, "delivered", **fields) for _time in range(3)]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "conflict")] * 3
    assert answers[0].json()["sentence"] == (
        "The task was not open to you any more when your report came in. Your report is kept, and the shop "
        "has been told: it decides whether it counts."
    )
    event = DeliveryEvent.objects.get()
    assert (event.assignment_id, event.outcome) == (delivery.assignment_number, Outcome.CONFLICT)
    assert (event.state, event.receiver, event.collected) == ("delivered", "Malee", Decimal(241))
    assert told("provider") == 1
    now = Delivery.objects.get()
    assert (now.state, now.courier, now.collected) == (S.ASSIGNED, other_rider, None)
    assert opened(delivery).status_code == 404


def test_the_link_of_a_task_that_was_taken_back_still_takes_what_waited(
    delivery: Delivery, provider: User
) -> None:
    back = take_back(delivery, by=provider, seen=delivery.assignment_number)

    assert (back.link_token, opened(delivery).status_code) == (None, 404)
    assert sent(delivery, "picked_up").status_code == 409
    assert Delivery.objects.get().state == S.WAITING


def test_after_the_shift_what_waited_is_kept_and_counts_once_the_shop_accepts_it(
    delivery: Delivery, provider: User
) -> None:
    over(delivery, timedelta(seconds=1))

    assert opened(delivery).status_code == 404
    assert sent(delivery, "failed", reason="absent").status_code == 409
    assert Delivery.objects.get().state == S.ASSIGNED

    accept_report(DeliveryEvent.objects.get(), by=provider)

    assert Delivery.objects.get().state == S.FAILED


def test_a_form_without_scripts_says_so_too_and_shows_nothing_of_the_task(
    delivery: Delivery, provider: User
) -> None:
    take_back(delivery, by=provider, seen=delivery.assignment_number)
    address = reverse("delivery:link_report", args=[delivery.link_token])

    kept = Client().post(address, {"state": "picked_up", "client_id": str(uuid4())})
    wrong = Client().post(address, {"state": "failed", "client_id": str(uuid4())})

    page = kept.content.decode()
    assert (kept.status_code, "Your report is kept" in page, "Charoen Krung" in page) == (200, True, False)
    assert wrong.status_code == 404
    assert DeliveryEvent.objects.count() == 1


def test_a_dead_link_takes_twenty_reports_and_no_more(delivery: Delivery, provider: User) -> None:
    take_back(delivery, by=provider, seen=delivery.assignment_number)
    first = str(uuid4())
    assert sent(delivery, "picked_up", client_id=first).status_code == 409
    assert {sent(delivery, "picked_up").status_code for _number in range(19)} == {409}

    assert sent(delivery, "picked_up").status_code == 404
    assert sent(delivery, "picked_up", client_id=first).status_code == 409  # known: its sender hears so

    assert DeliveryEvent.objects.count() == 20


def test_two_weeks_after_its_end_a_link_takes_nothing(delivery: Delivery) -> None:
    over(delivery, timedelta(days=14, seconds=1))
    assert sent(delivery, "picked_up").status_code == 404

    over(delivery, timedelta(days=13, hours=23))
    assert sent(delivery, "picked_up").status_code == 409


def test_one_link_does_not_learn_of_anothers_reports(
    delivery: Delivery, parcel: Order, other_rider: Courier, provider: User
) -> None:
    other = hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    client_id = str(uuid4())
    sent(other, "picked_up", client_id=client_id)

    answer = sent(delivery, "picked_up", client_id=client_id)

    assert answer.status_code == 404
    assert DeliveryEvent.objects.get().assignment.courier == other_rider


def over(delivery: Delivery, ago: timedelta) -> None:
    """The shift ended so long ago."""
    ended = timezone.now() - ago
    Delivery.objects.filter(pk=delivery.pk).update(link_until=ended)
    Assignment.objects.filter(pk=delivery.assignment_number).update(link_until=ended)


def test_the_link_of_a_courier_who_may_not_log_in_is_dead(delivery: Delivery, rider: Courier) -> None:
    client_id = str(uuid4())
    sent(delivery, "picked_up", client_id=client_id)
    User.objects.filter(pk=rider.user_id).update(is_active=False)

    assert opened(delivery).status_code == 404
    assert sent(delivery, "picked_up", client_id=client_id).status_code == 404
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "None", "%00", "a" * 300])
def test_a_made_up_link_opens_nothing(token: str, delivery: Delivery) -> None:
    assert Client().get(f"/t/{token}/").status_code == 404
    assert Client().post(f"/t/{token}/report/", {"state": "picked_up"}).status_code == 404


def test_proofs_behind_a_link_are_its_couriers_own(
    delivery: Delivery, say: Say, parcel: Order, other_rider: Courier, provider: User
) -> None:
    photo = reencode_photo(io.BytesIO(a_picture()))
    event = say(S.FAILED, reason="absent", photo=photo)
    mine = reverse("delivery:task_link_proof", args=[delivery.link_token, event.pk, "photo"])
    assert b"".join(Client().get(mine).streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]

    other = hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)

    theirs = reverse("delivery:task_link_proof", args=[other.link_token, event.pk, "photo"])
    assert [Client().get(address).status_code for address in (mine, theirs)] == [404, 404]
