"""The customer is told by mail what counts, once for each cause; the shop what does not fit."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import User
from delivery.domain import hand_over
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery, DeliveryEvent
from marketplace.notify.enums import Channel
from marketplace.notify.models import Notification
from marketplace.notify.rendering import render
from orders.models import Order

Say = Callable[..., DeliveryEvent]
S = DeliveryState


def mails(**wanted: object) -> list[Notification]:
    return list(Notification.objects.filter(channel=Channel.EMAIL, **wanted).order_by("pk"))


def kinds_to(user: User) -> list[str]:
    return [
        mail.kind for mail in mails() if mail.recipient_id == user.pk and mail.kind.startswith("delivery_")
    ]


def text(mail: Notification) -> str:
    render(mail)
    return f"{mail.subject}\n{mail.body}"


def test_each_step_that_matters_is_told_once_though_reports_come_again(
    say: Say, parcel: Order, customer: User, provider: User
) -> None:
    said = [(S.PICKED_UP, 1), (S.ON_THE_WAY, 2), (S.FAILED, 10), (S.ON_THE_WAY, 20), (S.DELIVERED, 30)]
    ids = [uuid4() for _ in said]
    for _again in range(3):
        for (state, minutes), client_id in zip(said, ids, strict=True):
            say(state, minutes=minutes, client_id=client_id, reason="absent")

    assert kinds_to(customer) == [
        "delivery_on_the_way",
        "delivery_failed",
        "delivery_on_the_way",
        "delivery_delivered",
    ]
    assert kinds_to(provider) == []
    assert mails(kind="order_completed") == []  # that it is delivered says so already


def test_what_arrives_too_late_is_no_news(say: Say, customer: User) -> None:
    say(S.DELIVERED, minutes=30)
    say(S.ON_THE_WAY, minutes=2)
    say(S.FAILED, minutes=10, reason="absent")

    assert kinds_to(customer) == ["delivery_delivered"]


def test_on_the_way_says_who_comes_where_and_what_to_have_ready(say: Say, parcel: Order) -> None:
    say(S.ON_THE_WAY)

    mail = text(mails(kind="delivery_on_the_way")[0])
    assert f"Order {parcel.number} is on the way" in mail
    assert "Courier is on the way to you with your order from Siam Legal." in mail
    assert "12 Charoen Krung, Bang Rak" in mail
    assert "Please have ฿241 ready for the courier." in mail
    assert f"/orders/{parcel.pk}/" in mail


@pytest.mark.parametrize(
    ("reason", "what_next"),
    [
        ("absent", "Nobody was there"),
        ("absent", "The provider sends it once more. Write when somebody is there to take it."),
        ("wrong_address", "Write the right address, and the provider sends it once more."),
        ("no_money", "Have ฿241 ready, or ask how else you can pay."),
        ("damaged", "the parcel goes back to the provider, who settles with you how to go on."),
        ("other", "The provider settles with you when it is brought again."),
    ],
)
def test_failed_says_why_and_what_happens_next(reason: str, what_next: str, say: Say, parcel: Order) -> None:
    say(S.FAILED, reason=reason, note="Dirty stairs")

    mail = text(mails(kind="delivery_failed")[0])
    assert f"Order {parcel.number} could not be delivered" in mail
    assert what_next in mail
    assert f"/inbox/{parcel.thread_id}/" in mail
    assert "Dirty stairs" not in mail  # the courier's note is the shop's


def test_delivered_says_who_received_it(say: Say, parcel: Order) -> None:
    say(S.DELIVERED, receiver="Malee", collected=Decimal("241.00"))

    mail = text(mails(kind="delivery_delivered")[0])
    assert "Your order from Siam Legal is delivered." in mail
    assert "Name of the receiver: Malee" in mail


def test_a_report_that_does_not_count_is_told_to_the_shop_alone(
    say: Say, delivery: Delivery, parcel: Order, other_rider: Courier, provider: User, customer: User
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    client_id = uuid4()
    for _again in range(2):
        say(S.DELIVERED, minutes=9, client_id=client_id)

    assert (kinds_to(provider), kinds_to(customer)) == (["delivery_conflict"], [])
    mail = text(mails(kind="delivery_conflict")[0])
    assert f"Order {parcel.number}: a report that does not fit" in mail
    assert "Courier reported about a task that was not open to them any more." in mail
    assert "Reported: Delivered" in mail


@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
def test_every_text_reads_in_every_language(language: str, say: Say, parcel: Order, customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(language=language)
    say(S.ON_THE_WAY, minutes=1)
    say(S.FAILED, minutes=2, reason="refused")
    say(S.DELIVERED, minutes=3)

    for mail in mails(recipient=customer, kind__startswith="delivery_"):
        subject, _newline, body = text(mail).partition("\n")
        assert subject
        assert "<" not in body


def test_delivered_says_what_was_paid_and_what_is_still_to_pay(say: Say, parcel: Order) -> None:
    say(S.DELIVERED, collected=Decimal("100"))

    mail = text(mails(kind="delivery_delivered")[0])
    assert "Paid to the courier: ฿100\nStill to pay: ฿141\n" in mail


@pytest.mark.parametrize("collected", [None, Decimal("241")])
def test_delivered_speaks_of_no_money_where_no_part_was_paid(
    say: Say, parcel: Order, collected: Decimal | None
) -> None:
    say(S.DELIVERED, collected=collected)

    mail = text(mails(kind="delivery_delivered")[0])
    assert ("Paid to the courier" in mail, "Still to pay" in mail) == (False, False)
