"""Telling couriers and customers by SMS: who gets which text, and what it may say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Provider, User
from delivery.domain import hand_over, hand_over_many, take_back
from delivery.domain.sms import language_of, phone_of
from delivery.domain.texts import save_text, switch
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery, DeliveryEvent, DeliverySettings
from delivery.texts import TextKind
from marketplace.common.limits import may_do
from marketplace.notify.domain import send_notification
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.push import subscribe
from orders.models import Order

GatewayMaker = Callable[..., SmsGateway]
ALL = "{number}|{name}|{address}|{phone}|{amount}|{total}|{items}|{note}|{due}|{courier}|{shop}|{link}"


@pytest.fixture
def gateway(shop: Provider, provider: User) -> SmsGateway:
    """On trial: what goes out is in the outbox."""
    return SmsGateway.objects.create(
        provider=shop, owner=provider, kind="console", time_zone="Asia/Bangkok", currency="THB"
    )


@pytest.fixture
def reachable(rider: Courier) -> Courier:
    User.objects.filter(pk=rider.user_id).update(phone="+66898765432", display_name="Lek")
    return Courier.objects.select_related("user").get(pk=rider.pk)


def sent() -> list[tuple[str, str, str]]:
    rows = Notification.objects.filter(channel="sms").order_by("pk")
    return [(row.kind, row.address, row.body.strip()) for row in rows]


def told(delivery: Delivery, name: str = "told") -> tuple[bool, str]:
    outcome: Any = getattr(delivery, name)
    return outcome.by_sms, str(outcome.sentence)


def test_the_courier_gets_the_announcement_with_the_link(
    gateway: SmsGateway, reachable: Courier, parcel: Order, provider: User, settings: Any
) -> None:
    settings.BASE_URL = "https://market.example"

    delivery = hand_over(parcel, courier=reachable, by=provider)

    text = (
        f"Order {parcel.number}\n12 Charoen Krung, Bang Rak\nCollect 241 THB\n"
        f"https://market.example/t/{delivery.link_token}/"
    )
    assert sent() == [("courier_announcement", "+66898765432", text)]
    assert told(delivery) == (
        True,
        "SMS are only tried out here: it stands in the log, and no phone gets it.",
    )
    row = Notification.objects.get(channel="sms")
    assert (row.recipient, row.parts, row.gateway) == (reachable.user, 1, gateway)
    assert send_notification(row.pk)


def test_who_hands_over_hears_that_a_real_gateway_tells_the_courier(
    gateway: SmsGateway, reachable: Courier, parcel: Order, provider: User
) -> None:
    gateway.kind, gateway.address = "generic", "https://sms.example/"
    gateway.save()

    assert told(hand_over(parcel, courier=reachable, by=provider)) == (
        True,
        "An SMS to Lek is on its way.",
    )


def test_a_double_click_tells_once_and_giving_it_anew_tells_both(
    gateway: SmsGateway,
    reachable: Courier,
    make_rider: Callable[..., Courier],
    parcel: Order,
    provider: User,
) -> None:
    other = make_rider("ying", phone="+66811111111")
    first = hand_over(parcel, courier=reachable, by=provider)
    hand_over(parcel, courier=reachable, by=provider)
    hand_over(parcel, courier=other, by=provider, seen=first.assignment_number)

    assert [(kind, address) for kind, address, _text in sent()] == [
        ("courier_announcement", "+66898765432"),
        ("courier_announcement", "+66811111111"),
        ("courier_taken_back", "+66898765432"),
    ]
    assert sent()[2][2] == f"Siam Legal: order {parcel.number} was taken back. You need not deliver it."


def test_taken_back_its_courier_is_told(
    gateway: SmsGateway, reachable: Courier, parcel: Order, provider: User
) -> None:
    delivery = hand_over(parcel, courier=reachable, by=provider)

    take_back(delivery, by=provider, seen=delivery.assignment_number)
    take_back(delivery, by=provider, seen=delivery.assignment_number)

    assert [kind for kind, _address, _text in sent()] == ["courier_announcement", "courier_taken_back"]


@pytest.mark.parametrize(("action", "key"), [("sms-caused", None), ("sms-caused-ip", "203.0.113.7")])
def test_who_causes_too_many_sms_in_an_hour_hands_over_without_them_and_reads_it(
    action: str,
    key: str | None,
    gateway: SmsGateway,
    reachable: Courier,
    make_rider: Callable[..., Courier],
    make_parcel: Callable[..., Order],
    provider: User,
    agent: User,
) -> None:
    other, first, second = make_rider("ying", phone="+66811111111"), make_parcel(), make_parcel()
    times = {"sms-caused": 299, "sms-caused-ip": 599}[action]
    for _time in range(times):
        assert may_do(action, key or provider.pk, times=times, seconds=3600)

    last = hand_over(first, courier=reachable, by=provider, ip="203.0.113.7")
    silent = hand_over(second, courier=reachable, by=provider, ip="203.0.113.7")
    moved = hand_over(first, courier=other, by=provider, seen=last.assignment_number, ip="203.0.113.7")
    back = take_back(silent, by=provider, seen=silent.assignment_number, ip="203.0.113.7")

    sentence = "Too many SMS were sent from here within the hour, so no SMS went out."
    assert told(last)[0]
    assert told(silent) == told(moved) == told(back, "told_before") == (False, sentence)
    assert (silent.state, moved.courier, back.courier) == (DeliveryState.ASSIGNED, other, None)
    assert [kind for kind, _address, _text in sent()] == ["courier_announcement"]
    # Somebody else from elsewhere is not concerned.
    assert told(hand_over(second, courier=other, by=agent, seen=back.assignment_number, ip="203.0.113.8"))[0]


def test_who_takes_back_reads_whether_an_sms_went_out(
    gateway: SmsGateway, reachable: Courier, make_parcel: Callable[..., Order], provider: User, shop: Provider
) -> None:
    def taken_back() -> tuple[bool, str]:
        delivery = hand_over(make_parcel(), courier=reachable, by=provider)
        return told(take_back(delivery, by=provider, seen=delivery.assignment_number), "told_before")

    gateway.kind, gateway.address = "generic", "https://sms.example/"
    gateway.save()
    assert taken_back() == (True, "An SMS to Lek is on its way.")
    switch(shop, TextKind.COURIER_TAKEN_BACK, on=False)
    assert taken_back() == (False, "The text about taking back is switched off, so Lek got no SMS.")
    SmsGateway.objects.update(is_on=False)
    assert taken_back() == (False, "SMS are not set up, so no SMS went out.")


def test_without_a_gateway_it_is_given_all_the_same_and_says_so(
    reachable: Courier, parcel: Order, provider: User
) -> None:
    delivery = hand_over(parcel, courier=reachable, by=provider)

    assert (delivery.courier, delivery.state) == (reachable, DeliveryState.ASSIGNED)
    assert told(delivery) == (False, "SMS are not set up, so no SMS went out.")
    assert sent() == []


def test_with_the_gateway_or_the_text_off_or_no_number_it_says_so(
    gateway: SmsGateway, reachable: Courier, make_parcel: Callable[..., Order], provider: User, shop: Provider
) -> None:
    SmsGateway.objects.update(is_on=False)
    off = told(hand_over(make_parcel(), courier=reachable, by=provider))
    SmsGateway.objects.update(is_on=True)
    switch(shop, TextKind.COURIER_ANNOUNCEMENT, on=False)
    text_off = told(hand_over(make_parcel(), courier=reachable, by=provider))
    switch(shop, TextKind.COURIER_ANNOUNCEMENT, on=True)
    User.objects.filter(pk=reachable.user_id).update(phone="")
    silent = Courier.objects.select_related("user").get(pk=reachable.pk)
    no_phone = told(hand_over(make_parcel(), courier=silent, by=provider))

    assert off == (False, "SMS are not set up, so no SMS went out.")
    assert text_off == (False, "This text is switched off, so no SMS went out.")
    assert no_phone == (False, "Lek has no phone number, so no SMS went out.")
    assert sent() == []


def test_many_at_once_are_announced_each(
    gateway: SmsGateway, reachable: Courier, make_parcel: Callable[..., Order], provider: User
) -> None:
    parcels = [make_parcel(), make_parcel()]

    hand_over_many(parcels, courier=reachable, by=provider, seen={})

    assert [text.split("\n")[0] for _kind, _address, text in sent()] == [
        f"Order {parcel.number}" for parcel in parcels
    ]


def test_the_text_is_in_the_couriers_language_else_in_the_owners(
    gateway: SmsGateway, reachable: Courier, make_parcel: Callable[..., Order], provider: User, shop: Provider
) -> None:
    User.objects.filter(pk=reachable.user_id).update(language="fa")
    persian = Courier.objects.select_related("user").get(pk=reachable.pk)
    parcel = make_parcel(number="100042", currency="IRR", total=Decimal(450000), delivery_address="ولیعصر ۱۲")
    hand_over(parcel, courier=persian, by=provider)

    [(_kind, _address, text)] = sent()
    assert text.startswith("سفارش ۱۰۰۰۴۲\nولیعصر ۱۲\nدریافت ۴۵۰٬۰۰۰ ریال\nhttp")
    assert Notification.objects.get(channel="sms").language == "fa"
    User.objects.filter(pk__in=[provider.pk, persian.user_id]).update(language="")
    User.objects.filter(pk=provider.pk).update(language="th")
    assert language_of(User.objects.get(pk=persian.user_id), shop) == "th"


def test_what_is_not_for_couriers_does_not_leak_through_their_sms(
    gateway: SmsGateway, reachable: Courier, make_parcel: Callable[..., Order], provider: User, shop: Provider
) -> None:
    save_text(shop, TextKind.COURIER_ANNOUNCEMENT, "en", ALL)
    limits = DeliverySettings.objects.create(provider=shop)
    fields = {"note": "Ring twice", "customer_name": "Malee"}

    def text(**shown: bool) -> str:
        DeliverySettings.objects.filter(pk=limits.pk).update(**shown)
        fresh = Order.objects.get(pk=make_parcel(**fields).pk)
        number = f"{fresh.number}|"
        hand_over(fresh, courier=reachable, by=provider)
        return sent()[-1][2].removeprefix(number).split("|Lek|")[0].rpartition("|")[0]

    hidden = {"show_lines": False, "show_total": False, "show_phone": False, "show_note": False}
    assert text(**hidden) == "Malee|12 Charoen Krung, Bang Rak||241 THB|||"
    shown = dict.fromkeys(hidden, True)
    assert text(**shown) == (
        "Malee|12 Charoen Krung, Bang Rak|+66812345678|241 THB|241 THB|2x Jasmine tea|Ring twice"
    )


def test_what_a_customer_typed_as_a_name_is_not_filled_in_again(
    gateway: SmsGateway, reachable: Courier, make_parcel: Callable[..., Order], provider: User, shop: Provider
) -> None:
    save_text(shop, TextKind.COURIER_ANNOUNCEMENT, "en", "{name}: {address}")
    parcel = make_parcel(customer_name="{link} {phone}", delivery_address="9 Silom\nFloor 3,\n\nBangkok")

    hand_over(parcel, courier=reachable, by=provider)

    assert sent()[0][2] == "{link} {phone}: 9 Silom, Floor 3, Bangkok"


def test_customers_are_told_only_where_the_shop_wants_it(
    gateway: SmsGateway, say: Callable[..., DeliveryEvent], shop: Provider, parcel: Order, settings: Any
) -> None:
    settings.BASE_URL = "https://market.example"
    say(DeliveryState.PICKED_UP, minutes=1)
    say(DeliveryState.ON_THE_WAY, minutes=2)
    assert sent() == []
    for kind in TextKind:
        switch(shop, kind, on=True)

    say(DeliveryState.FAILED, minutes=3, reason="absent")
    say(DeliveryState.DELIVERED, minutes=9, collected=Decimal(241))

    parcel.refresh_from_db()
    assert parcel.link_token
    assert sent() == [
        (
            "customer_failed",
            "+66812345678",
            f"Siam Legal: order {parcel.number} could not be delivered.\nNobody was there\n"
            f"https://market.example/o/{parcel.link_token}/",
        ),
        (
            "customer_delivered",
            "+66812345678",
            f"Siam Legal: your order {parcel.number} has been delivered. Thank you!",
        ),
    ]


def test_a_paid_order_asks_for_no_money(
    gateway: SmsGateway, reachable: Courier, make_parcel: Callable[..., Order], provider: User, settings: Any
) -> None:
    parcel = make_parcel(paid_at="2026-11-22T10:00:00Z")

    hand_over(parcel, courier=reachable, by=provider)

    assert sent()[0][2].startswith(f"Order {parcel.number}\n12 Charoen Krung, Bang Rak\nhttp")


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("+66812345678", "+66812345678"),
        ("081 234 5678", "+66812345678"),
        ("๐๘๑-๒๓๔-๕๖๗๘", "+66812345678"),
        ("+98 912 123 4567", "+989121234567"),
        ("my neighbour's", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_a_phone_is_read_as_the_shops_people_write_it(typed: str, phone: str, shop: Provider) -> None:
    assert phone_of(typed, shop) == phone


def test_a_couriers_own_devices_are_told_too(
    reachable: Courier, parcel: Order, provider: User, settings: Any
) -> None:
    settings.VAPID_PUBLIC_KEY, settings.VAPID_PRIVATE_KEY = "public", "private"
    subscribe(reachable.user, endpoint="https://push.example/1", p256dh="x", auth="y")

    delivery = hand_over(parcel, courier=reachable, by=provider)
    take_back(delivery, by=provider, seen=delivery.assignment_number)

    rows = Notification.objects.filter(channel="web_push").order_by("pk")
    assert [(row.kind, row.context["path"]) for row in rows] == [
        ("task_assigned", f"/my-tasks/{delivery.pk}/"),
        ("task_taken_back", "/my-tasks/"),
    ]
    assert "12 Charoen Krung" not in str(rows[1].context)


def test_an_announcement_that_fails_leaves_the_assignment_as_it_is(
    gateway: SmsGateway, reachable: Courier, parcel: Order, provider: User, settings: Any
) -> None:
    settings.KAVENEGAR_URL = "http://127.0.0.1:1"
    settings.OUTSIDE_ALLOW_PRIVATE = True
    gateway.kind, gateway.secret = "kavenegar", "key"
    gateway.save()
    delivery = hand_over(parcel, courier=reachable, by=provider)

    send_notification(Notification.objects.get(channel="sms").pk)

    delivery.refresh_from_db()
    row = Notification.objects.get(channel="sms")
    assert (delivery.courier, delivery.state) == (reachable, DeliveryState.ASSIGNED)
    assert (row.status, row.problem) == ("pending", "no_answer")
