"""SMS through the documented protocols, against real servers that speak them and misbehave."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Provider
from marketplace.notify.domain import send_again as send_failed_again
from marketplace.notify.domain import send_due, send_notification
from marketplace.notify.models import CLAIM_LASTS, Notification, SmsGateway
from marketplace.notify.sms import ask_due, notify_sms, send_again, send_test
from marketplace.notify.transports import kavenegar as kavenegar_transport
from tests.support.sms import (
    KEY,
    TOKEN,
    FakeGateway,
    Kavenegar,
    Plain,
    Twilio,
    entries,
    refused,
    twilio_error,
)

Sms = Callable[..., Notification]
HTML = (200, "<html>Please log in to the hotel's network</html>")


def due_again(row: Notification) -> None:
    """Its pause is over."""
    Notification.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def state(row: Notification) -> tuple[str, str, str]:
    row.refresh_from_db()
    return row.status, row.reach, row.problem


def test_kavenegar_gets_what_it_documents(kavenegar: Kavenegar, sms: Sms) -> None:
    row = sms()

    assert send_notification(row.pk)

    [call] = kavenegar.calls
    local_id = kavenegar_transport.local_id(row)
    assert call.form == {
        "receptor": "09121234567",
        "message": "سفارش ۱۰۰۰۴۲",
        "localid": local_id,
        "sender": "10004346",
    }
    assert 0 < int(local_id) < 2**63
    row.refresh_from_db()
    assert (row.status, row.reach, row.reference, row.parts) == ("sent", "accepted", "8792343", 1)
    assert (row.cost, row.cost_currency, row.is_estimate) == (Decimal(120), "IRR", False)


def test_twilio_gets_what_it_documents(twilio: Twilio, sms: Sms) -> None:
    row = sms(to="+66812345678", text="Order 100042")

    assert send_notification(row.pk)

    assert twilio.calls[0].form == {"To": "+66812345678", "From": "+15005550006", "Body": "Order 100042"}
    row.refresh_from_db()
    assert (row.status, row.reach, row.reference) == ("sent", "accepted", "SM" + "0" * 32)
    assert row.cost is None


def test_twilio_sends_through_a_messaging_service(twilio: Twilio, sms: Sms) -> None:
    SmsGateway.objects.update(sender="MG0123456789abcdef0123456789abcdef")

    send_notification(sms(to="+66812345678").pk)

    assert "From" not in twilio.calls[0].form
    assert twilio.calls[0].form["MessagingServiceSid"] == "MG0123456789abcdef0123456789abcdef"


def test_the_worker_died_after_the_gateway_accepted_and_it_is_not_sent_twice(
    telling_gateway: FakeGateway, sms: Sms
) -> None:
    row = sms()
    send_notification(row.pk)
    # What a worker that was killed before its note leaves behind.
    Notification.objects.update(
        status="sending",
        reference="",
        reach="",
        sent_at=None,
        ask_at=None,
        claimed_at=timezone.now() - CLAIM_LASTS - timedelta(seconds=1),
    )

    assert send_due() == 1

    assert len(telling_gateway.accepted) == 1
    row.refresh_from_db()
    assert (row.status, row.reach) == ("sent", "accepted")
    assert row.reference == telling_gateway.accepted[0].reference


def test_the_connection_dropped_after_the_gateway_accepted_and_it_is_not_sent_twice(
    telling_gateway: FakeGateway, sms: Sms
) -> None:
    row = sms()
    telling_gateway.faults = [("drop",)]

    assert not send_notification(row.pk)
    assert state(row) == ("pending", "", "no_answer")
    due_again(row)
    assert send_due() == 1

    assert len(telling_gateway.accepted) == 1
    assert state(row) == ("sent", "accepted", "")
    assert row.reference == telling_gateway.accepted[0].reference


def test_while_the_gateway_cannot_be_asked_nothing_is_sent_again(
    telling_gateway: FakeGateway, sms: Sms
) -> None:
    row = sms()
    telling_gateway.faults = [("drop",)]
    telling_gateway.asking_faults = [(503, "busy"), ("drop",), HTML]
    send_notification(row.pk)

    for _ in range(3):
        due_again(row)
        assert send_due() == 0
    assert len(telling_gateway.accepted) == 1
    due_again(row)
    assert send_due() == 1

    assert len(telling_gateway.accepted) == 1
    assert state(row) == ("sent", "accepted", "")


def test_given_up_and_sent_again_by_hand_it_is_still_asked_for_first(
    telling_gateway: FakeGateway, sms: Sms
) -> None:
    row = sms()
    telling_gateway.faults = [("drop",)]
    send_notification(row.pk)
    Notification.objects.update(status="failed", attempts=6)
    row.refresh_from_db()

    assert send_again(row)
    assert send_due() == 1

    assert len(telling_gateway.accepted) == 1


def test_what_the_gateway_never_got_is_sent(telling_gateway: FakeGateway, sms: Sms) -> None:
    row = sms()
    telling_gateway.faults = [(500, "<h1>Server Error</h1>")]

    send_notification(row.pk)
    assert state(row) == ("pending", "", "refused")
    assert (row.answer, row.attempts) == ("<h1>Server Error</h1>", 1)
    due_again(row)
    assert send_due() == 1

    assert len(telling_gateway.accepted) == 1


def test_a_gateway_that_hangs_is_left_in_time(telling_gateway: FakeGateway, sms: Sms, settings: Any) -> None:
    settings.OUTSIDE_TIMEOUT_SECONDS = 0.4
    row = sms()
    telling_gateway.faults = [("hang",)]
    began = timezone.now()

    assert not send_notification(row.pk)

    assert timezone.now() - began < timedelta(seconds=5)
    assert state(row) == ("pending", "", "no_answer")
    assert row.last_error.endswith(": timeout")
    assert telling_gateway.accepted == []


@pytest.mark.parametrize("nonsense", [HTML, (200, "[]"), (200, '{"return": "yes"}'), (204, "")])
def test_an_answer_that_makes_no_sense_is_not_taken_for_yes(
    nonsense: tuple[int, str], telling_gateway: FakeGateway, sms: Sms
) -> None:
    row = sms()
    telling_gateway.faults = [nonsense]

    assert not send_notification(row.pk)

    assert state(row) == ("pending", "", "unclear")
    assert row.answer == nonsense[1]


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (refused(418, "اعتبار حساب شما کافی نیست"), "failed", "kavenegar: HTTP 418, code 418"),
        (refused(411, "دریافت کننده نامعتبر است"), "failed", "kavenegar: HTTP 411, code 411"),
        (refused(412, "ارسال کننده نامعتبر است"), "failed", "kavenegar: HTTP 412, code 412"),
        (
            refused(409, "سرور قادر به پاسخگوئی نیست بعدا تلاش کنید"),
            "pending",
            "kavenegar: HTTP 409, code 409",
        ),
        ((200, refused(451, "فراخوانی بیش از حد")[1]), "pending", "kavenegar: HTTP 200, code 451"),
        ((404, "Not Found"), "failed", "kavenegar: HTTP 404"),
    ],
)
def test_kavenegars_refusals_are_final_or_not_as_documented(
    answer: tuple[int, str], status: str, error: str, kavenegar: Kavenegar, sms: Sms
) -> None:
    row = sms()
    kavenegar.faults = [answer]

    send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, row.problem, row.last_error) == (status, "refused", f"TransportError: {error}")
    assert row.answer == answer[1]


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (twilio_error(400, 21610, "Attempt to send to unsubscribed recipient"), "failed", "400, code 21610"),
        (twilio_error(429, 20429, "Too Many Requests"), "pending", "429, code 20429"),
        ((503, "upstream"), "pending", "503"),
    ],
)
def test_twilios_refusals_are_final_or_not_as_documented(
    answer: tuple[int, str], status: str, error: str, twilio: Twilio, sms: Sms
) -> None:
    row = sms()
    twilio.faults = [answer]

    send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, row.problem) == (status, "refused")
    assert row.last_error == f"TransportError: twilio: HTTP {error}"


def test_a_wrong_key_is_final(telling_gateway: FakeGateway, sms: Sms) -> None:
    gateway = SmsGateway.objects.get()
    gateway.secret = "another"
    gateway.save()
    row = sms()

    send_notification(row.pk)

    assert state(row) == ("failed", "", "refused")
    assert telling_gateway.accepted == []


@pytest.mark.parametrize(("status", "reach"), [(10, "delivered"), (11, "undelivered"), (14, "undelivered")])
def test_kavenegar_tells_how_far_a_message_got(
    status: int, reach: str, kavenegar: Kavenegar, sms: Sms
) -> None:
    row = sms()
    send_notification(row.pk)
    assert ask_due() == 0  # not at once
    Notification.objects.update(ask_at=timezone.now())
    assert (ask_due(), state(row)) == (1, ("sent", "accepted", ""))

    kavenegar.accepted[0].status = status
    Notification.objects.update(ask_at=timezone.now())
    assert (ask_due(), state(row)) == (1, ("sent", reach, ""))

    assert (row.ask_at, row.asked, row.cost) == (None, 2, Decimal(120))


def test_twilio_tells_the_price_when_it_knows_it(twilio: Twilio, sms: Sms) -> None:
    SmsGateway.objects.update(part_price=Decimal("0.05"))
    row = sms(to="+66812345678")
    send_notification(row.pk)
    row.refresh_from_db()
    assert (row.cost, row.is_estimate) == (Decimal("0.05"), True)

    twilio.accepted[0].status, twilio.accepted[0].price = "delivered", "-0.02170"
    Notification.objects.update(ask_at=timezone.now())
    ask_due()

    row.refresh_from_db()
    assert (row.reach, row.cost, row.cost_currency, row.is_estimate) == (
        "delivered",
        Decimal("0.0217"),
        "USD",
        False,
    )
    assert row.ask_at is None


def test_a_gateway_that_does_not_answer_is_not_asked_for_ever(kavenegar: Kavenegar, sms: Sms) -> None:
    row = sms()
    send_notification(row.pk)
    kavenegar.asking_faults = [(500, "")] * 20

    for _ in range(10):
        Notification.objects.exclude(ask_at=None).update(ask_at=timezone.now())
        assert ask_due() == 0

    row.refresh_from_db()
    assert (row.ask_at, row.asked, row.status, row.reach) == (None, 6, "sent", "accepted")


def test_of_two_that_say_the_same_twilio_finds_each_once(twilio: Twilio, sms: Sms) -> None:
    first, second = sms("sms:1"), sms("sms:2")
    send_notification(first.pk)
    twilio.faults = [(500, "")]
    send_notification(second.pk)

    due_again(second)
    send_notification(second.pk)

    first.refresh_from_db()
    second.refresh_from_db()
    assert len(twilio.accepted) == 2
    assert first.reference != second.reference


def test_the_same_words_of_yesterday_are_not_todays_message(twilio: Twilio, sms: Sms) -> None:
    send_notification(sms("sms:1").pk)
    twilio.accepted[0].at -= timedelta(days=1)
    Notification.objects.all().delete()
    row = sms("sms:2")
    twilio.faults = [(500, "")]
    send_notification(row.pk)

    due_again(row)
    send_notification(row.pk)

    assert len(twilio.accepted) == 2


def test_any_gateway_gets_a_form_as_the_shop_describes_it(plain: Plain, sms: Sms) -> None:
    row = sms(text="Tea & cake = 100%")

    assert send_notification(row.pk)

    [call] = plain.calls
    assert (call.method, call.path, call.headers["Content-Type"].split(";")[0]) == (
        "POST",
        "/send",
        "application/x-www-form-urlencoded",
    )
    assert call.form == {
        "to": "+989121234567",
        "text": "Tea & cake = 100%",
        "from": "SHOP",
        "id": str(row.message_id),
        "key": "s3cret/&ü",
    }
    row.refresh_from_db()
    assert (row.status, row.reference, row.reach, row.ask_at) == ("sent", "m-1", "accepted", None)


def test_or_json_with_its_headers(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(
        body_format="json",
        fields="messages[] = {to}\nmessage.text = {text}\n\nmessage.sender: {sender}",
        headers="Authorization: Basic {basic}\nX-Id: {id}",
    )
    row = sms(text='He said "yes"\nسلام')

    assert send_notification(row.pk)

    [call] = plain.calls
    assert json.loads(call.body) == {
        "messages": ["+989121234567"],
        "message": {"text": 'He said "yes"\nسلام', "sender": "SHOP"},
    }
    assert call.headers["Authorization"] == "Basic c2hvcDpzM2NyZXQvJsO8"
    assert call.headers["X-Id"] == str(row.message_id)


def test_or_get_with_everything_in_its_address(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(
        method="GET", address=f"{plain.url}/api/{{account}}?key={{secret}}", fields="n = {to}\nm = {text}"
    )

    assert send_notification(sms(text="a&b=c/د").pk)

    [call] = plain.calls
    assert (call.method, call.path, call.body) == ("GET", "/api/shop", "")
    assert call.query == {"key": "s3cret/&ü", "n": "+989121234567", "m": "a&b=c/د"}


@pytest.mark.parametrize(
    ("said", "status", "problem", "reference"),
    [
        ((200, '{"ok": true, "data": [{"id": 77}]}'), "sent", "", "77"),
        ((200, '{"ok": true}'), "sent", "", ""),
        ((200, '{"ok": false, "error": "no credit"}'), "failed", "refused", ""),
        ((200, "<html>"), "failed", "refused", ""),
        ((401, "who are you"), "failed", "refused", ""),
        ((429, "slowly"), "pending", "refused", ""),
        ((502, "bad gateway"), "pending", "refused", ""),
        ((302, ""), "failed", "refused", ""),
    ],
)
def test_what_a_good_answer_contains_decides(
    said: tuple[int, str], status: str, problem: str, reference: str, plain: Plain, sms: Sms
) -> None:
    SmsGateway.objects.update(success_text='"ok": true')
    plain.said = said
    row = sms()

    send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, row.problem, row.reference, row.answer) == (status, problem, reference, said[1])


@pytest.mark.parametrize("fault", [("drop",), ("hang",), (504, "upstream timed out")])
def test_with_a_gateway_that_cannot_tell_a_lost_answer_is_left_to_the_shop(
    fault: tuple[Any, ...], plain: Plain, sms: Sms, settings: Any
) -> None:
    settings.OUTSIDE_TIMEOUT_SECONDS = 0.4
    row = sms()
    plain.faults = [fault]

    assert not send_notification(row.pk)
    due_again(row)
    assert send_due() == 0

    assert state(row) == ("failed", "", "unknown")
    assert row.sms_state == "unknown"
    assert len(plain.calls) == 1

    assert send_again(row)
    assert send_due() == 1

    assert state(row) == ("sent", "accepted", "")
    assert [call.form["id"] for call in plain.calls] == [str(row.message_id)] * 2


def test_with_a_gateway_that_cannot_tell_a_killed_worker_is_left_to_the_shop_too(
    plain: Plain, sms: Sms
) -> None:
    row = sms()
    plain.faults = [(503, "busy")]
    send_notification(row.pk)
    assert state(row) == ("pending", "", "refused")
    due_again(row)
    send_notification(row.pk)
    # What a worker that was killed before its note leaves behind.
    Notification.objects.update(
        status="sending", reference="", reach="", sent_at=None, claimed_at=timezone.now() - 2 * CLAIM_LASTS
    )

    assert send_due() == 0

    assert len(plain.accepted) == 1
    assert state(row) == ("failed", "", "unknown")


def test_what_never_left_is_sent_later_by_itself(plain: Plain, sms: Sms) -> None:
    address = SmsGateway.objects.get().address
    SmsGateway.objects.update(address="http://127.0.0.1:1/send")
    row = sms()

    send_notification(row.pk)
    assert state(row) == ("pending", "", "no_answer")
    SmsGateway.objects.update(address=address)
    due_again(row)

    assert send_due() == 1
    assert len(plain.accepted) == 1


def test_the_secret_stands_in_no_log_no_error_and_no_row(
    kavenegar: Kavenegar,
    sms: Sms,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"no such key: {KEY} (/v1/2F7A6B%2Fkey%2Bwith%3Dsigns/sms/send.json)"
    kavenegar.faults = [
        (500, echo),
        (403, json.dumps({"return": {"status": 403, "message": KEY}})),
        ("drop",),
    ]
    for number in range(4):
        send_notification(sms(f"sms:{number}").pk)
    settings.KAVENEGAR_URL = "http://127.0.0.1:1"
    send_notification(sms("sms:away").pk)
    settings.KAVENEGAR_URL = "http://no such host"
    send_notification(sms("sms:nonsense").pk)

    stored = json.dumps(
        list(Notification.objects.values()) + list(SmsGateway.objects.values()),
        default=str,
        ensure_ascii=False,
    )

    assert Notification.objects.exclude(last_error="").count() == 5
    for form in (KEY, "2F7A6B", "with%3Dsigns", "/v1/"):
        assert form not in caplog.text
        assert form not in stored.replace("(/v1/•••/sms/send.json)", "")
    assert "no such key: ••• (/v1/•••/sms/send.json)" in stored


def test_twilios_token_stands_nowhere_either(
    twilio: Twilio, sms: Sms, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    basic = "QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjphLXR3aWxpby1hdXRoLXRva2Vu"
    twilio.faults = [(500, f"Authorization: Basic {basic} {TOKEN}")]
    row = sms()

    send_notification(row.pk)

    row.refresh_from_db()
    assert row.answer == "Authorization: Basic ••• •••"
    assert TOKEN not in caplog.text
    assert basic not in caplog.text


def test_a_secret_of_another_secret_key_has_to_be_typed_anew(
    kavenegar: Kavenegar, sms: Sms, settings: Any
) -> None:
    row = sms()
    settings.SECRET_KEY = "another-secret-key-of-more-than-32-characters"

    send_notification(row.pk)

    assert state(row) == ("failed", "", "setup")
    assert kavenegar.calls == []


def test_a_public_site_calls_no_private_address(plain: Plain, sms: Sms, settings: Any) -> None:
    settings.OUTSIDE_ALLOW_PRIVATE = False
    row = sms()

    send_notification(row.pk)

    assert state(row) == ("failed", "", "address")
    assert plain.calls == []


def test_a_test_is_sent_at_once_and_never_tried_again(kavenegar: Kavenegar, sms: Sms) -> None:
    gateway = SmsGateway.objects.get()
    kavenegar.faults = [(503, "busy")]

    row = send_test(gateway, "+989121234567", text="Hello", unique_key="test:1", language="en")
    again = send_test(gateway, "+989121234567", text="Hello", unique_key="test:2", language="en")

    assert (row.status, row.answer, row.problem) == ("failed", "busy", "refused")
    assert (again.status, again.reach, send_due()) == ("sent", "accepted", 0)
    assert json.loads(again.answer)["entries"][0]["messageid"] == 8792343
    assert len(kavenegar.accepted) == 1


def test_the_console_keeps_it_readable_and_calls_nobody(
    make_gateway: Callable[..., SmsGateway], sms: Sms
) -> None:
    make_gateway()
    row = sms()

    assert send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, row.reach, row.reference) == ("sent", "accepted", f"console-{row.message_id}")


def test_without_a_gateway_that_is_on_nothing_is_written(
    make_gateway: Callable[..., SmsGateway], shop: Provider
) -> None:
    def write(text: str = "Hello", to: str = "+66812345678") -> bool:
        return notify_sms(shop, to, "courier_x", "sms:1", text=text)

    assert not write()
    gateway = make_gateway(is_on=False)
    assert not write()
    gateway.is_on = True
    gateway.save()
    assert not write(text=" \n")
    assert not write(to="")
    assert not Notification.objects.exists()

    assert [write(), write()] == [True, True]
    assert Notification.objects.count() == 1


def test_switched_off_meanwhile_it_does_not_go_out(kavenegar: Kavenegar, sms: Sms) -> None:
    row = sms()
    SmsGateway.objects.update(is_on=False)

    send_notification(row.pk)

    assert state(row) == ("failed", "", "switched_off")
    assert kavenegar.calls == []


def test_sent_again_from_the_log_it_is_another_message_once(kavenegar: Kavenegar, sms: Sms) -> None:
    row = sms()
    send_notification(row.pk)
    row.refresh_from_db()

    assert [send_again(row), send_again(row)] == [True, False]
    send_due()

    assert len(kavenegar.accepted) == 2
    assert kavenegar.accepted[0].local_id != kavenegar.accepted[1].local_id
    assert [one.body for one in Notification.objects.all()] == ["سفارش ۱۰۰۰۴۲\n"] * 2
    assert not send_failed_again(row)  # the operator's button is for those that failed


def test_what_is_unknown_to_the_gateway_stays_as_it_is(kavenegar: Kavenegar, sms: Sms) -> None:
    row = sms()
    send_notification(row.pk)
    kavenegar.asking_faults = [entries(200, None)]
    Notification.objects.update(ask_at=timezone.now())

    assert ask_due() == 0

    assert state(row) == ("sent", "accepted", "")
