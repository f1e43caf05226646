from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from marketplace.notify import domain
from marketplace.notify.domain import BACKOFF, notify, notify_address, send_again, send_due, send_notification
from marketplace.notify.enums import NotificationStatus
from marketplace.notify.models import CLAIM_LASTS, Notification
from tests.support.mail import MailServer

Alert = Callable[..., Notification]


@pytest.mark.django_db(transaction=True)
def test_what_rolled_back_is_never_sent(alert: Alert) -> None:
    with transaction.atomic():
        alert()
        transaction.set_rollback(True)

    assert send_due() == 0
    assert not Notification.objects.exists()
    assert mail.outbox == []


def test_one_cause_tells_one_person_once(alert: Alert, customer: User, provider: User) -> None:
    alert("cause:1", title="First")
    alert("cause:1", title="Again")
    notify(provider, "order_confirmed", "cause:1:provider", number="1", title="", shop="", path="/")

    assert list(Notification.objects.order_by("pk").values_list("unique_key", "context__title")) == [
        ("cause:1", "First"),
        ("cause:1:provider", ""),
    ]


@pytest.mark.django_db(transaction=True)
def test_one_cause_from_two_transactions_at_once_is_one_row(alert: Alert) -> None:
    start = Barrier(8)

    def write(_number: int) -> None:
        try:
            start.wait()
            with transaction.atomic():
                alert("cause:1")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    assert Notification.objects.count() == 1


def test_saying_again_what_has_gone_out_starts_nothing(
    alert: Alert, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as first:
        row = alert("reminder:1")
    with django_capture_on_commit_callbacks() as while_waiting:
        alert("reminder:1")
    Notification.objects.filter(pk=row.pk).update(status=NotificationStatus.SENT)
    with django_capture_on_commit_callbacks() as afterwards:
        alert("reminder:1")

    assert (len(first), len(while_waiting), len(afterwards)) == (1, 1, 0)


def test_a_person_without_an_address_is_left_out(courier: User) -> None:
    notify(courier, "order_confirmed", "cause:1")

    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sent_by_twenty_threads_at_once_it_goes_out_once(alert: Alert, mail_server: MailServer) -> None:
    pk, start = alert().pk, Barrier(20)

    def send(_number: int) -> bool:
        try:
            start.wait()
            return send_notification(pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        delivered = list(pool.map(send, range(20)))

    assert (delivered.count(True), len(mail_server.accepted)) == (1, 1)
    assert Notification.objects.get().attempts == 1


def test_a_sent_row_is_not_sent_again(alert: Alert, mail_server: MailServer) -> None:
    row = alert()

    assert [send_notification(row.pk), send_notification(row.pk), send_due()] == [True, False, 0]

    row.refresh_from_db()
    assert (row.status, row.last_error, row.reference) == ("sent", "", mail_server.message_ids[0])
    assert "Siam Legal has confirmed your order." in row.body


def test_what_a_dead_worker_claimed_is_claimed_again_when_its_time_is_over_with_the_same_id(
    alert: Alert, mail_server: MailServer
) -> None:
    row = alert()
    now = timezone.now()
    Notification.objects.update(
        status="sending", claimed_at=now - CLAIM_LASTS + timedelta(seconds=5), attempts=1
    )

    assert (send_due(), mail_server.accepted) == (0, [])

    Notification.objects.update(claimed_at=now - CLAIM_LASTS - timedelta(seconds=1))

    assert send_due() == 1
    assert mail_server.message_ids == [f"<{row.message_id}@localhost>"]


def test_a_permanent_refusal_ends_in_failed_and_send_again_sends(
    alert: Alert, mail_server: MailServer
) -> None:
    row = alert()
    mail_server.refuse_recipient = "550 No such person here"

    assert not send_notification(row.pk)
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("failed", 1)
    assert row.last_error == "TransportError: 550 No such person here"
    assert send_due() == 0

    mail_server.refuse_recipient = ""
    send_again(row)

    assert send_due() == 1
    assert mail_server.message_ids == [f"<{row.message_id}@localhost>"]


@pytest.mark.parametrize(
    ("answer", "status"), [("554 We think it is spam", "failed"), ("451 Try later", "pending")]
)
def test_a_refusal_after_the_text_is_final_with_5_and_not_with_4(
    answer: str, status: str, alert: Alert, mail_server: MailServer
) -> None:
    row = alert()
    mail_server.refuse_data = answer

    send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, row.last_error) == (status, f"TransportError: {answer}")


def test_a_temporary_refusal_backs_off_and_ends_in_a_visible_failed(
    alert: Alert, mail_server: MailServer
) -> None:
    row = alert()
    mail_server.refuse_recipient = "450 Mailbox busy"
    waits = []

    for _ in range(len(BACKOFF)):
        before = timezone.now()
        assert send_due() == 0
        row.refresh_from_db()
        waits.append(round((row.due_at - before).total_seconds() / 60))
        assert row.status == "pending"
        Notification.objects.update(due_at=before)
    send_due()

    row.refresh_from_db()
    assert waits == [1, 5, 20, 60, 240]
    assert (row.status, row.attempts) == ("failed", 6)
    assert row.last_error == "TransportError: 450 Mailbox busy"


def test_send_again_does_nothing_to_a_row_that_did_not_fail(alert: Alert, mail_server: MailServer) -> None:
    row = alert()
    send_notification(row.pk)

    send_again(row)

    assert send_due() == 0
    assert len(mail_server.accepted) == 1


def test_a_mail_server_that_is_away_keeps_the_alert_due(alert: Alert, settings: Any) -> None:
    row = alert()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert not send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, row.attempts) == ("pending", 1)
    assert "Connection refused" in row.last_error


def test_a_wrong_password_of_ours_keeps_the_alert_due(alert: Alert, settings: Any) -> None:
    # aiosmtpd without an authenticator refuses every log-in.
    with MailServer().running() as server:
        row = alert()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "store", "wrong"

        send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, "login" in row.last_error.lower() or "AUTH" in row.last_error) == ("pending", True)


def test_a_broken_template_is_put_back_with_its_error_and_blocks_nothing(
    alert: Alert, mail_server: MailServer
) -> None:
    broken, fine = alert("cause:1", kind="no_such_kind"), alert("cause:2")

    assert send_due() == 1

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.status, fine.status) == ("pending", "sent")
    assert broken.last_error == "TemplateDoesNotExist: notify/no_such_kind.subject.txt"


def test_a_row_that_another_worker_took_over_is_not_put_back(
    alert: Alert, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = alert()

    def hangs_until_the_claim_is_over(notification: Notification) -> str:
        Notification.objects.filter(pk=notification.pk).update(
            status="sent", claimed_at=timezone.now() + CLAIM_LASTS
        )
        raise OSError("at last")

    monkeypatch.setattr(domain, "deliver", hangs_until_the_claim_is_over)

    send_notification(row.pk)

    row.refresh_from_db()
    assert (row.status, row.last_error) == ("sent", "")


def test_a_slow_mail_server_does_not_keep_the_sweep_for_ever(
    alert: Alert, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert("cause:1")
    alert("cause:2")
    monkeypatch.setattr(domain, "SWEEP_SECONDS", 0.0)

    assert [send_due(), send_due(), send_due()] == [1, 1, 0]


def test_the_oldest_due_goes_first(alert: Alert, mail_server: MailServer) -> None:
    late, early = alert("cause:1"), alert("cause:2")
    Notification.objects.filter(pk=early.pk).update(due_at=timezone.now() - timedelta(hours=1))

    send_due()

    assert mail_server.message_ids == [f"<{row.message_id}@localhost>" for row in (early, late)]


def test_a_ready_text_goes_to_an_address_of_nobody(mail_server: MailServer, db: None) -> None:
    notify_address(
        "new@people.example", "password_reset", "reset:1", subject="Your\nlink", body="Here", language="th"
    )

    send_due()

    [message] = mail_server.accepted
    assert (message["To"], message["Subject"]) == ("new@people.example", "Your link")


def test_a_text_with_a_zero_byte_is_stored_without_it(alert: Alert) -> None:
    assert alert(title="Ad\x00vice").context["title"] == "Advice"
