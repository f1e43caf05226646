"""What updates do to cards, one by one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.models import Provider, User
from marketplace.notify.models import Notification
from messaging.domain import open_thread
from orders.domain import Item, cancel_order, claim_transfer, create_card, fill_order, outside, place_order
from orders.enums import SaleKind
from orders.models import Order, OutsideEvent, OutsideSystem
from orders.queries.orders import matching
from services.models import Service
from tests.orders.outside.conftest import NOON, Post, at, update


def outcomes() -> list[str]:
    return list(OutsideEvent.objects.order_by("pk").values_list("outcome", flat=True))


def facts(order: Order) -> tuple[Any, ...]:
    order.refresh_from_db()
    return order.status, order.number, order.contract_number, order.customer_name, order.phone


def nothing_happened(card: Order) -> bool:
    return (
        facts(card) == ("draft", None, "", "Customer", "")
        and card.events.count() == 1
        and not card.lines.exists()
        and not Notification.objects.exists()
    )


FULL = {
    "order_number": "SC-88213",
    "contract_number": "HD-117",
    "service": "Fibre 200 Mbps",
    "customer_name": "Nguyễn Thị Lan",
    "phone": "+84912345678",
}


TOTAL_SENTENCE = (
    'Give an amount like "1250.00": not negative, at most 12 digits before the point and 2 after it.'
)
WRONG_TOTALS = [
    "-1",
    "1.234",
    "1,250.00",
    "1234567890123",
    "9" * 40,
    "1e3",
    "NaN",
    "Infinity",
    "๑๒",
    ".5",
    "5.",
]


def test_a_contract_made_outside_fills_the_card(card: Order, agent: User, customer: User, post: Post) -> None:
    answer = post(update(card, minutes=0, **FULL), event_id="msg_1")

    assert (answer.status_code, answer.json()) == (
        200,
        {"event": "msg_1", "order": str(card.pk), "outcome": "updated"},
    )
    assert facts(card) == ("confirmed", "SC-88213", "HD-117", "Nguyễn Thị Lan", "+84912345678")
    assert (card.confirmed_at, card.placed_at, card.outside_at) == (NOON, NOON, NOON)
    assert [(line.title, line.service, line.amount) for line in card.lines.all()] == [
        ("Fibre 200 Mbps", None, 0)
    ]
    assert [(event.status, event.by) for event in card.events.all()] == [
        ("draft", agent),
        ("confirmed", None),
    ]
    assert list(Notification.objects.values_list("kind", "recipient")) == [("order_confirmed", customer.pk)]
    assert set(matching(Order.objects.all(), "0912345678")) == {card}
    assert set(matching(Order.objects.all(), "nguyen thi lan")) == {card}
    assert set(matching(Order.objects.all(), "SC-88213".lower())) == set()  # the number stands as given
    assert set(Order.objects.filter(search_text__contains="SC-88213")) == {card}


def test_an_amount_becomes_the_total_and_the_price_of_what_was_sold(card: Order, post: Post) -> None:
    post(update(card, **FULL, total="1250000.50"))

    card.refresh_from_db()
    assert card.total == Decimal("1250000.50")
    assert [(line.title, line.unit_price) for line in card.lines.all()] == [
        ("Fibre 200 Mbps", Decimal("1250000.50"))
    ]


def test_a_newer_amount_counts_an_older_one_does_not(card: Order, post: Post) -> None:
    post(update(card, minutes=0, **FULL, total="100"))
    post(update(card, minutes=10, total="0"))

    older = post(update(card, minutes=5, total="300.00"))

    card.refresh_from_db()
    assert (older.json()["outcome"], card.total) == ("stale", Decimal(0))
    assert [(line.title, line.unit_price) for line in card.lines.all()] == [("Fibre 200 Mbps", Decimal(0))]


def test_an_update_without_an_amount_leaves_it(card: Order, post: Post) -> None:
    post(update(card, **FULL, total="99.5"))

    answers = [
        post(update(card, minutes=minute, **FULL, total=total)).json()["outcome"]
        for minute, total in ((1, None), (2, ""), (3, "99.50"))
    ]

    card.refresh_from_db()
    assert (answers, card.total) == (["unchanged"] * 3, Decimal("99.50"))


def test_an_order_with_lines_of_our_own_keeps_their_prices(
    card: Order, agent: User, service: Service, post: Post
) -> None:
    post(update(card, "creating", service="Fibre", total="70"))
    fill_order(card, by=agent, items=[Item(service)])

    post(update(card, minutes=1, total="5.00"))

    card.refresh_from_db()
    assert (card.total, [(line.service, line.unit_price) for line in card.lines.all()]) == (
        Decimal("5.00"),
        [(service, service.price)],
    )


def test_what_more_than_a_line_can_hold_is_still_the_total(card: Order, post: Post) -> None:
    post(update(card, service="Ship", total="999999999999.99"))

    card.refresh_from_db()
    assert (card.total, card.lines.get().unit_price) == (Decimal("999999999999.99"), 0)


def test_waiting_notices_are_compared_with_the_new_amount(
    card: Order, customer: User, agent: User, service: Service, post: Post
) -> None:
    fill_order(card, by=agent, items=[Item(service)])
    waiting = claim_transfer(
        card,
        by=customer,
        bank="KBank",
        amount=service.price,
        transferred_at=datetime.now(UTC),
        form_token=uuid4(),
    )
    assert waiting.finding == "matches"

    post(update(card, total="7.00"))
    waiting.refresh_from_db()
    after_other = waiting.finding
    post(update(card, minutes=1, total=str(service.price)))

    waiting.refresh_from_db()
    assert (after_other, waiting.finding) == ("differs", "matches")


def test_the_update_goes_to_the_card_of_who_made_it_and_credits_nobody_else(
    card: Order, agent: User, provider: User, post: Post
) -> None:
    other = create_card(card.thread, by=provider, sale_kind=SaleKind.NEW, form_token=uuid4())

    post(update(card, "completed", **FULL))

    assert (facts(card)[0], card.created_by) == ("completed", agent)
    assert (facts(other), other.created_by) == (("draft", None, "", "Customer", ""), provider)


def test_completed_and_cancelled_are_final(card: Order, post: Post) -> None:
    post(update(card, "completed", 1, **FULL))

    answer = post(update(card, "cancelled", 2, customer_name="Another"))

    assert (answer.status_code, answer.json()["error"]) == (
        409,
        {"code": "finished", "message": "The order is completed and can not become cancelled."},
    )
    assert facts(card) == ("completed", "SC-88213", "HD-117", "Nguyễn Thị Lan", "+84912345678")
    assert (card.completed_at, card.cancelled_at) == (NOON + timedelta(minutes=1), None)
    assert outcomes() == ["updated", "finished"]


def test_a_later_word_of_an_earlier_state_moves_nothing_back(card: Order, post: Post) -> None:
    post(update(card, "completed", 1, **FULL))

    answer = post(update(card, "contract_created", 2, contract_number="HD-118"))

    assert answer.json()["outcome"] == "updated"
    assert facts(card)[:3] == ("completed", "SC-88213", "HD-118")


def test_an_older_update_undoes_nothing(card: Order, post: Post) -> None:
    post(update(card, "contract_created", 0, **FULL))
    post(update(card, "contract_created", 5, customer_name="Lan Nguyễn", order_number="SC-2"))
    notified = Notification.objects.count()

    answer = post(update(card, "creating", 3, customer_name="Somebody", order_number="SC-1"))

    assert (answer.status_code, answer.json()["outcome"]) == (200, "stale")
    assert facts(card) == ("confirmed", "SC-2", "HD-117", "Lan Nguyễn", "+84912345678")
    assert (card.outside_at, card.confirmed_at) == (NOON + timedelta(minutes=5), NOON)
    assert (outcomes()[-1], Notification.objects.count()) == ("stale", notified)


def test_an_older_update_fills_what_no_newer_one_has_mentioned(card: Order, post: Post) -> None:
    post(update(card, "completed", 60, customer_name="Lan"))

    answer = post(update(card, "contract_created", 0, **FULL))

    assert answer.json()["outcome"] == "filled"
    assert facts(card) == ("completed", "SC-88213", "HD-117", "Lan", "+84912345678")
    assert (card.confirmed_at, card.completed_at) == (NOON, NOON + timedelta(minutes=60))


def test_two_words_of_one_second_go_forward(card: Order, post: Post) -> None:
    post(update(card, "completed", 0), event_id="a")

    post(update(card, "contract_created", 0, **FULL), event_id="b")

    assert facts(card)[:3] == ("completed", "SC-88213", "HD-117")


def test_without_a_number_of_its_own_a_placed_order_gets_ours_until_one_comes(
    card: Order, post: Post
) -> None:
    post(update(card))
    ours = facts(card)[1]

    post(update(card, minutes=1, order_number="SC-9"))

    assert str(ours).isdecimal()
    assert facts(card)[1] == "SC-9"


def test_a_number_of_another_order_of_the_shop_is_refused_until_it_is_mended(
    card: Order, order: Order, post: Post
) -> None:
    taken = update(card, minutes=1, contract_number="HD-1", order_number=str(order.number))
    assert Notification.objects.exclude(kind="order_placed").count() == 0

    refused = post(taken, event_id="msg_1")
    mended = post({**taken, "order_number": "SC-1"}, event_id="msg_1")

    assert (refused.status_code, refused.json()["error"]) == (
        409,
        {
            "code": "number_taken",
            "message": "Another order has this order_number.",
            "fields": {"order_number": "In use."},
        },
    )
    assert mended.json() == {"event": "msg_1", "order": str(card.pk), "outcome": "updated"}
    assert facts(card)[:3] == ("confirmed", "SC-1", "HD-1")
    assert outcomes() == ["updated"]


def test_a_refused_number_changes_nothing_at_all(card: Order, order: Order, post: Post) -> None:
    Notification.objects.all().delete()

    post(update(card, **{**FULL, "order_number": str(order.number)}))

    assert nothing_happened(card)
    assert outcomes() == ["number_taken"]


def test_two_shops_may_use_the_same_number(card: Order, post: Post, stranger: User, customer: User) -> None:
    theirs = Provider.objects.get(name="Another Shop")
    other = create_card(
        open_thread(customer=customer, provider=theirs, topic="x"),
        by=stranger,
        sale_kind=SaleKind.NEW,
        form_token=uuid4(),
    )
    Order.objects.filter(pk=other.pk).update(number="SC-88213")

    post(update(card, **FULL))

    assert facts(card)[:2] == ("confirmed", "SC-88213")


def test_our_own_numbers_pass_over_those_that_the_outside_has_given(
    card: Order, customer: User, service: Service, post: Post
) -> None:
    first = place_order(service, by=customer, form_token=uuid4())
    assert first.number is not None
    coming = str(int(first.number) + 1)

    post(update(card, order_number=coming))
    second = place_order(service, by=customer, form_token=uuid4())

    assert (facts(card)[1], second.number) == (coming, str(int(coming) + 1))


def test_an_order_that_the_shop_cancelled_by_hand_stays_cancelled(
    card: Order, agent: User, post: Post
) -> None:
    cancel_order(card, by=agent, reason="Changed their mind")

    answer = post(update(card, "completed", 10))

    assert (answer.status_code, facts(card)[0]) == (409, "cancelled")
    assert post(update(card, "contract_created", 11, contract_number="HD-1")).status_code == 409
    assert post(update(card, "creating", 12)).json()["outcome"] == "unchanged"
    assert facts(card)[:3] == ("cancelled", None, "")


@pytest.mark.parametrize("status", ["creating", "contract_created", "completed", "cancelled"])
def test_the_same_update_twice_changes_nothing_the_second_time(status: str, card: Order, post: Post) -> None:
    post(update(card, status, **FULL), event_id="msg_1")
    state, events, told = facts(card), card.events.count(), Notification.objects.count()

    again = post(update(card, status, 90, customer_name="Other words"), event_id="msg_1")

    assert (again.status_code, again.json()["outcome"]) == (200, "updated")
    assert (facts(card), card.events.count(), Notification.objects.count()) == (state, events, told)
    assert OutsideEvent.objects.count() == 1


def test_the_same_words_under_a_new_id_are_nothing_new(card: Order, post: Post) -> None:
    post(update(card, **FULL))

    answer = post(update(card, minutes=1, **FULL))

    assert answer.json()["outcome"] == "unchanged"
    assert card.events.count() == 2


@pytest.mark.parametrize("order", ["0", "999999", "abc", "9" * 30, "-1", "1.5", "๑"])
def test_an_unknown_order_is_refused_and_logged(order: str, card: Order, post: Post) -> None:
    answer = post({**update(card), "order": order})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_order")
    assert answer.json()["error"]["message"] == f"This shop has no card {order}."
    assert nothing_happened(card)
    event = OutsideEvent.objects.get()
    assert (event.outcome, event.order, event.detail) == (
        "unknown_order",
        None,
        f"This shop has no card {order}.",
    )


def test_a_card_of_another_shop_and_a_web_order_are_unknown(
    card: Order, order: Order, post: Post, stranger: User, customer: User
) -> None:
    theirs = create_card(
        open_thread(customer=customer, provider=Provider.objects.get(name="Another Shop"), topic="x"),
        by=stranger,
        sale_kind=SaleKind.NEW,
        form_token=uuid4(),
    )

    answers = [post(update(one, "cancelled")).status_code for one in (theirs, order)]

    assert answers == [404, 404]
    assert (facts(theirs)[0], facts(order)[0]) == ("draft", "placed")
    assert outcomes() == ["unknown_order", "unknown_order"]


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null", "[" * 1000, '{"order": NaN}', "\ufeff{}"])
def test_what_is_no_json_object_is_refused(body: str, card: Order, post: Post) -> None:
    answer = post(body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    assert nothing_happened(card)
    assert (outcomes(), OutsideEvent.objects.get().body) == (["malformed"], body)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"order": None}, "order", "Give the id that order.created and {order} carried."),
        ({"order": True}, "order", "Give a text."),
        ({"status": None}, "status", "Give one of creating, contract_created, completed, cancelled."),
        ({"status": "done"}, "status", "Give one of creating, contract_created, completed, cancelled."),
        ({"status": ["completed"]}, "status", "Give a text."),
        (
            {"occurred_at": None},
            "occurred_at",
            "Give an ISO time with its offset: 2026-11-22T14:30:00+07:00.",
        ),
        (
            {"occurred_at": "2026-11-22T14:30:00"},
            "occurred_at",
            "Give an ISO time with its offset: 2026-11-22T14:30:00+07:00.",
        ),
        (
            {"occurred_at": "31 February"},
            "occurred_at",
            "Give an ISO time with its offset: 2026-11-22T14:30:00+07:00.",
        ),
        ({"occurred_at": 1700000000}, "occurred_at", "Give a text."),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at", "This time is in the future by our clock."),
        ({"order_number": "9" * 37}, "order_number", "Give at most 36 characters."),
        ({"contract_number": "9" * 41}, "contract_number", "Give at most 40 characters."),
        ({"service": {"title": "x"}}, "service", "Give a text."),
        ({"service": "x" * 161}, "service", "Give at most 160 characters."),
        ({"customer_name": "x" * 161}, "customer_name", "Give at most 160 characters."),
        ({"phone": 912345678}, "phone", "Give a text."),
        ({"total": 12.5}, "total", "Give a text."),
        *(({"total": total}, "total", TOTAL_SENTENCE) for total in WRONG_TOTALS),
    ],
)
def test_a_wrong_field_is_named(
    changes: dict[str, Any], field: str, sentence: str, card: Order, post: Post
) -> None:
    answer = post({**update(card), **changes})

    assert (answer.status_code, answer.json()["error"]) == (
        422,
        {"code": "malformed", "message": f"Wrong or missing: {field}.", "fields": {field: sentence}},
    )
    assert nothing_happened(card)
    assert outcomes() == ["malformed"]


def test_a_malformed_update_may_come_again_mended(card: Order, post: Post) -> None:
    post({**update(card), "status": "done"}, event_id="msg_1")

    answer = post(update(card), event_id="msg_1")

    assert (answer.status_code, facts(card)[0], outcomes()) == (200, "confirmed", ["updated"])


def test_ids_as_numbers_other_digits_nulls_and_stray_characters_are_read(card: Order, post: Post) -> None:
    body = {**update(card), "order": card.pk, "phone": "๐๘๑ 234", "service": "a\x00b", "extra": {"x": 1}}
    body |= {"customer_name": "\ud800Lan ", "contract_number": None, "order_number": ""}

    answer = post(body)

    assert answer.status_code == 200
    assert facts(card)[2:] == ("", "?Lan", "081 234")
    assert card.lines.get().title == "ab"


@pytest.mark.parametrize(
    ("zone", "given", "kept"),
    [
        ("Asia/Ho_Chi_Minh", "0912 345 678", "+84912345678"),
        ("Asia/Tehran", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"),
        ("Asia/Bangkok", "081-234-5678", "+66812345678"),
        ("Asia/Bangkok", "+84 912 345 678", "+84912345678"),
        ("Asia/Bangkok", "see the note", "see the note"),
        ("Asia/Bangkok", "12", "12"),
    ],
)
def test_a_phone_is_read_as_the_shops_country_writes_it(
    zone: str, given: str, kept: str, card: Order, shop: Provider, post: Post
) -> None:
    Provider.objects.filter(pk=shop.pk).update(time_zone=zone)

    post(update(card, phone=given))

    assert facts(card)[4] == kept


def test_a_wrong_signature_reaches_nothing(card: Order, post: Post) -> None:
    late = datetime.now(UTC) - timedelta(minutes=6)

    answers = [
        post(update(card), secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        post(update(card), signed_at=late),
        post(update(card), **{"webhook-id": "other"}),
        post(update(card), **{"webhook-signature": ""}),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401]
    assert answers[1].json() == {
        "error": {
            "code": "signature",
            "message": "webhook-timestamp is more than five minutes away from our clock.",
        }
    }
    assert nothing_happened(card)
    assert not OutsideEvent.objects.exists()


def test_a_new_secret_replaces_the_old_one_at_once(
    card: Order, provider: User, shop: Provider, post: Post
) -> None:
    secret = outside.new_secret(shop, by=provider)

    assert post(update(card)).status_code == 401
    assert post(update(card), secret=secret).status_code == 200


def test_a_body_too_large_is_refused_before_it_is_read(card: Order, post: Post) -> None:
    answer = post({**update(card), "note": "x" * 70_000})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert nothing_happened(card)


def test_an_event_id_that_does_not_fit_is_refused(card: Order, post: Post) -> None:
    assert post(update(card), event_id="m" * 121).status_code == 400
    assert nothing_happened(card)
    assert not OutsideEvent.objects.exists()


def test_a_disconnected_system_and_an_unknown_address_are_not_found(
    card: Order, provider: User, shop: Provider, post: Post
) -> None:
    outside.disconnect(shop, by=provider)

    assert post(update(card)).status_code == 404
    assert post(update(card), token=uuid4()).status_code == 404
    assert nothing_happened(card)
    outside.reconnect(shop, by=provider)
    assert post(update(card)).status_code == 200


def test_only_posts_are_taken(client: Any, system: OutsideSystem) -> None:
    assert client.get(f"/hooks/orders/{system.token}/").status_code == 405


def test_the_outstanding_time_counts_from_when_the_contract_was_made_there(card: Order, post: Post) -> None:
    post(update(card, "contract_created", -59))

    with time_machine.travel(NOON, tick=False):
        card.refresh_from_db()
        assert card.confirmed_at is not None
        assert datetime.now(UTC) - card.confirmed_at == timedelta(minutes=59)
    assert at(0) == "2026-01-20T12:00:00+00:00"
