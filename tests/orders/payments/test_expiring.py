import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from marketplace.common.errors import DomainError
from marketplace.notify.domain import send_due
from marketplace.notify.models import Notification
from orders.domain import (
    accept_notice,
    add_account,
    confirm_order,
    expire_if_unpaid,
    expire_unpaid,
    place_order,
    reject_notice,
    save_payment_settings,
    settle,
)
from orders.enums import NoticeFinding
from orders.models import BankAccount, Order, OrderEvent, PaymentSettings
from orders.queries.payments import unpaid_too_long
from orders.tasks import expire_unpaid as expire_unpaid_task
from services.models import Service
from tests.orders.payments.conftest import Claim

LATE = timedelta(hours=73)


@pytest.fixture
def late_order(order: Order, account: BankAccount) -> Order:
    """Placed 73 hours ago in a shop that has had an account for longer."""
    long_ago = timezone.now() - LATE
    Order.objects.filter(pk=order.pk).update(placed_at=long_ago)
    PaymentSettings.objects.update(counting_from=long_ago)
    order.refresh_from_db()
    return order


def is_expired(order: Order) -> bool:
    order.refresh_from_db()
    return order.status == "cancelled"


def test_an_order_that_nobody_paid_in_time_is_cancelled_and_both_sides_are_told(
    late_order: Order, provider: User
) -> None:
    expire_unpaid_task()
    expire_unpaid_task()
    send_due()

    event = OrderEvent.objects.latest("pk")
    assert is_expired(late_order)
    assert (event.status, event.by, event.reason) == ("cancelled", None, "The order was not paid in time.")
    told = Notification.objects.filter(kind="order_cancelled").order_by("pk")
    assert [mail.address for mail in told] == ["customer@people.example", "provider@people.example"]
    assert "Your order from Siam Legal has been cancelled." in told[0].body
    assert "An order of Customer has been cancelled." in told[1].body
    assert all("Reason:\nThe order was not paid in time." in mail.body for mail in told)


def test_the_reason_is_in_the_readers_language_on_the_page(
    late_order: Order, customer: User, client_of: Callable[[User], Client]
) -> None:
    expire_unpaid()

    page = client_of(customer).get(f"/orders/{late_order.pk}/").content.decode()

    assert "The order was not paid in time." in page
    assert "Talad" in page  # who did it


def test_hours_run_from_the_placing(late_order: Order) -> None:
    hour = timedelta(hours=1)

    before = unpaid_too_long(late_order.placed_at + 72 * hour - timedelta(seconds=1))  # type: ignore[operator]
    after = unpaid_too_long(late_order.placed_at + 72 * hour)  # type: ignore[operator]

    assert (list(before), list(after)) == ([], [late_order])


def _is_confirmed(order: Order, provider: User, claim: Claim) -> None:
    confirm_order(order, by=provider)


def _is_paid(order: Order, provider: User, claim: Claim) -> None:
    settle(order)


def _is_notified(order: Order, provider: User, claim: Claim) -> None:
    claim(order)


def _was_rejected_just_now(order: Order, provider: User, claim: Claim) -> None:
    reject_notice(claim(order), by=provider, finding=NoticeFinding.NOT_OURS, reason="Elsewhere")


def _is_free(order: Order, provider: User, claim: Claim) -> None:
    Order.objects.filter(pk=order.pk).update(total=0)


def _never_expires(order: Order, provider: User, claim: Claim) -> None:
    PaymentSettings.objects.update(unpaid_hours=None)


def _has_other_hours(order: Order, provider: User, claim: Claim) -> None:
    save_payment_settings(order.provider, promptpay_id="", unpaid_hours=1)


def _cannot_be_paid(order: Order, provider: User, claim: Claim) -> None:
    BankAccount.objects.all().delete()


def _can_be_paid_since_now(order: Order, provider: User, claim: Claim) -> None:
    BankAccount.objects.all().delete()
    add_account(order.provider, bank="Bank", number="99-99", holder="Shop")


def _has_promptpay_and_another_currency(order: Order, provider: User, claim: Claim) -> None:
    BankAccount.objects.all().delete()
    PaymentSettings.objects.update(promptpay_id="0812345678")
    Provider.objects.update(currency="VND")


@pytest.mark.parametrize(
    "spared",
    [
        _is_confirmed, _is_paid, _is_notified, _was_rejected_just_now, _is_free, _never_expires,
        _has_other_hours, _cannot_be_paid, _can_be_paid_since_now, _has_promptpay_and_another_currency,
    ],
)  # fmt: skip
def test_an_order_stays(
    spared: Callable[[Order, User, Claim], None], late_order: Order, provider: User, claim: Claim
) -> None:
    spared(late_order, provider, claim)
    told = Notification.objects.count()

    assert expire_unpaid() == 0

    assert not is_expired(late_order)
    assert Notification.objects.count() == told


def test_after_a_rejection_the_hours_run_anew(late_order: Order, provider: User, claim: Claim) -> None:
    notice = reject_notice(claim(), by=provider, finding=NoticeFinding.NOT_OURS, reason="Elsewhere")

    soon = list(unpaid_too_long(notice.decided_at + timedelta(hours=71)))  # type: ignore[operator]
    later = list(unpaid_too_long(notice.decided_at + timedelta(hours=72)))  # type: ignore[operator]

    assert (soon, later) == ([], [late_order])


def test_promptpay_alone_is_a_way_to_pay(late_order: Order) -> None:
    BankAccount.objects.all().delete()
    PaymentSettings.objects.update(promptpay_id="0812345678")

    assert expire_unpaid() == 1


def test_one_order_that_fails_holds_up_no_other(late_order: Order, customer: User, service: Service) -> None:
    other = place_order(service, by=customer, form_token=uuid4())
    Order.objects.filter(pk=other.pk).update(placed_at=late_order.placed_at)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
            " LANGUAGE plpgsql"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE OF status ON orders_order FOR EACH ROW "
            f"WHEN (OLD.id = {late_order.pk}) EXECUTE FUNCTION refuse()"
        )

    assert expire_unpaid() == 1

    assert (is_expired(late_order), is_expired(other)) == (False, True)


@contextmanager
def held(order: Order) -> Iterator[None]:
    """Keeps the order's row, so that what comes next queues up behind it."""
    with transaction.atomic():
        Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        yield


def _wait_for_queue(number: int) -> None:
    """Until so many others wait for a lock."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first one
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                           " AND datname = current_database()")  # fmt: skip
            if cursor.fetchone()[0] >= number:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rescue", ["confirm", "claim", "accept"])
def test_the_sweep_never_cancels_what_is_rescued_before_it(
    rescue: str, late_order: Order, provider: User, claim: Claim
) -> None:
    notice = claim() if rescue == "accept" else None
    acts: dict[str, Callable[[], Any]] = {
        "confirm": lambda: confirm_order(late_order, by=provider),
        "claim": lambda: claim(late_order),
        "accept": lambda: accept_notice(notice, by=provider),  # type: ignore[arg-type]
    }
    now, results = timezone.now(), {}

    def run(name: str, act: Callable[[], Any]) -> threading.Thread:
        def work() -> None:
            try:
                results[name] = act()
            finally:
                connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    with held(late_order):
        rescuer = run("rescue", acts[rescue])
        _wait_for_queue(1)
        sweep = run("sweep", lambda: expire_if_unpaid(late_order.pk, now=now))
        _wait_for_queue(2)
    rescuer.join(30)
    sweep.join(30)

    late_order.refresh_from_db()
    assert results["sweep"] is False
    assert late_order.status == ("confirmed" if rescue == "confirm" else "placed")
    assert (late_order.paid_at is not None) == (rescue == "accept")
    assert not Notification.objects.filter(kind="order_cancelled").exists()


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_and_moves_at_once_leave_one_outcome(late_order: Order, provider: User) -> None:
    gate, outcomes, now = threading.Barrier(6), [], timezone.now()

    def work(number: int) -> None:
        try:
            gate.wait(30)
            if number % 2:
                outcomes.append(expire_if_unpaid(late_order.pk, now=now))
            else:
                outcomes.append(settle(late_order))
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    late_order.refresh_from_db()
    assert (late_order.status == "cancelled") != (late_order.paid_at is not None)
    assert outcomes.count(True) == 1
    assert late_order.total == Decimal("1500")
