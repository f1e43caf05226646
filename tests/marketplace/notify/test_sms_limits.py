"""How much a shop may send in a day, in its own time zone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
import time_machine
from django.db import connection

from accounts.models import User
from marketplace.notify.domain import send_due, send_notification
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms import ask_due, send_again
from marketplace.notify.sms_sending import spent_today
from tests.support.sms import Kavenegar, Plain, Twilio

Sms = Callable[..., Notification]
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # in Bangkok


def outcomes(*rows: Notification) -> list[tuple[str, str]]:
    for row in rows:
        row.refresh_from_db()
    return [(row.status, row.problem) for row in rows]


def send(sms: Sms, key: str, to: str = "+66812345678", text: str = "Order 100042") -> Notification:
    row = sms(key, to=to, text=text)
    send_notification(row.pk)
    return row


@time_machine.travel(NOON, tick=False)
def test_one_number_gets_so_many_a_day_and_the_next_day_again(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(per_number=2)
    rows = [send(sms, f"sms:{number}") for number in range(3)]
    other = send(sms, "sms:other", to="+66812345679")

    assert outcomes(*rows, other) == [("sent", ""), ("sent", ""), ("failed", "number_limit"), ("sent", "")]
    assert len(plain.accepted) == 3

    with time_machine.travel(NOON + timedelta(hours=11, minutes=59), tick=False):
        assert send_again(rows[2])
        send_due()
        assert outcomes(rows[2]) == [("failed", "number_limit")]
    with time_machine.travel(NOON + timedelta(hours=12), tick=False):  # midnight in Bangkok
        assert send_again(rows[2])
        send_due()
        assert outcomes(rows[2]) == [("sent", "")]
    assert len(plain.accepted) == 4


def test_a_shop_sends_so_many_a_day_and_its_owner_is_told_once(
    plain: Plain, sms: Sms, provider: User
) -> None:
    SmsGateway.objects.update(per_day=1)
    rows = [send(sms, f"sms:{number}", to=f"+6681234567{number}") for number in range(3)]

    assert outcomes(*rows) == [("sent", ""), ("failed", "day_limit"), ("failed", "day_limit")]
    [mail] = Notification.objects.filter(channel="email")
    assert (mail.recipient, mail.kind) == (provider, "sms_limit_reached")
    send_notification(mail.pk)
    mail.refresh_from_db()
    assert mail.subject == "Today's number of SMS is reached"
    assert "Your shop has sent 1 SMS today, as many as its settings allow." in mail.body
    assert len(plain.accepted) == 1


@time_machine.travel(NOON, tick=False)
def test_a_days_amount_is_not_exceeded_and_its_owner_is_told_once_a_day(
    kavenegar: Kavenegar, sms: Sms
) -> None:
    SmsGateway.objects.update(daily_cap=Decimal(300))
    # 120 rials each, as the gateway says; what a third one would cost is known from the second.
    rows = [send(sms, f"sms:{number}") for number in range(4)]

    assert outcomes(*rows) == [("sent", ""), ("sent", ""), ("failed", "cost_cap"), ("failed", "cost_cap")]
    [mail] = Notification.objects.filter(kind="sms_limit_reached")
    send_notification(mail.pk)
    mail.refresh_from_db()
    assert mail.subject == "Today's amount for SMS is spent"
    assert "IRR\u00a0300" in mail.body
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        tomorrow = [send(sms, f"sms:tomorrow:{number}") for number in range(3)]
        assert outcomes(*tomorrow) == [("sent", ""), ("sent", ""), ("failed", "cost_cap")]
    assert Notification.objects.filter(kind="sms_limit_reached").count() == 2


def test_a_price_of_the_settings_counts_where_the_gateway_says_none(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(part_price=Decimal("0.5"), daily_cap=Decimal("1.6"))
    long = send(sms, "sms:long", text="ก" * 71)
    short = send(sms, "sms:short", text="ก")
    over = send(sms, "sms:over", text="ก")

    assert outcomes(long, short, over) == [("sent", ""), ("sent", ""), ("failed", "cost_cap")]
    assert (long.parts, long.cost, long.is_estimate) == (2, Decimal("1.0"), True)


def test_a_gateway_that_bills_in_another_currency_does_not_get_past_the_amount(
    twilio: Twilio, sms: Sms
) -> None:
    # Baht in the settings, dollars in the answers: each part counts at the price of the settings.
    SmsGateway.objects.update(currency="THB", part_price=Decimal("1.50"), daily_cap=Decimal("4.50"))
    rows = [sms(f"sms:{number}", text="ก" * 71 if number == 0 else "ก") for number in range(3)]
    for row in rows:
        send_notification(row.pk)
        for message in twilio.accepted:
            message.status, message.price = "delivered", "-0.00750"
        Notification.objects.filter(pk=row.pk, status="sent").update(ask_at=NOON)
        ask_due()

    assert outcomes(*rows) == [("sent", ""), ("sent", ""), ("failed", "cost_cap")]
    assert [(row.cost_currency, row.parts) for row in rows[:2]] == [("USD", 2), ("USD", 1)]
    assert spent_today(SmsGateway.objects.get()) == Decimal("4.50")


def test_what_went_out_before_there_was_a_price_counts_once_there_is_one(plain: Plain, sms: Sms) -> None:
    free = send(sms, "sms:free")
    SmsGateway.objects.update(part_price=Decimal(1), daily_cap=Decimal(1))

    assert outcomes(free, send(sms, "sms:next")) == [("sent", ""), ("failed", "cost_cap")]


def test_what_was_refused_does_not_count(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(per_number=1)
    plain.faults = [(400, "no")]
    refused = send(sms, "sms:1")
    sent = send(sms, "sms:2")

    assert outcomes(refused, sent) == [("failed", "refused"), ("sent", "")]


def test_a_second_attempt_does_not_stand_in_its_own_way(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(per_number=1, per_day=1)
    plain.faults = [(503, "busy")]
    row = send(sms, "sms:1")
    Notification.objects.update(due_at=NOON)

    assert send_due() == 1
    assert outcomes(row) == [("sent", "")]


def test_no_limit_is_no_limit(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(per_number=None, per_day=None, daily_cap=None)

    assert outcomes(*(send(sms, f"sms:{number}") for number in range(12))) == [("sent", "")] * 12


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_do_not_share_the_last_places(plain: Plain, sms: Sms) -> None:
    SmsGateway.objects.update(per_day=4, per_number=None)
    rows = [sms(f"sms:{number}", to=f"+6681234567{number}") for number in range(10)]
    start = Barrier(10)

    def work(pk: int) -> bool:
        try:
            start.wait()
            return send_notification(pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        sent = list(pool.map(work, [row.pk for row in rows]))

    assert (sent.count(True), len(plain.accepted)) == (4, 4)
    assert sorted(outcomes(*rows)) == [("failed", "day_limit")] * 6 + [("sent", "")] * 4
