import threading
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.notify.domain import send_due
from marketplace.notify.models import Notification
from orders.domain import accept_notice, cancel_order, reject_notice, settle
from orders.enums import NoticeFinding
from orders.models import Order, TransferNotice
from orders.queries.payments import amount_due, facts_of
from orders.timeline import timeline_of
from tests.orders.payments.conftest import Claim


def mails() -> list[tuple[str, str]]:
    told = Notification.objects.filter(kind__in=["transfer_accepted", "transfer_rejected"])
    return list(told.order_by("pk").values_list("kind", "address"))


def together(attempts: list[Callable[[], object]]) -> list[object]:
    """Runs all at once, each on a connection of its own; gives their results or refusals' codes."""
    results: list[object] = []
    gate = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            results.append(attempt())
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


# --- accepting ----------------------------------------------------------------------------------------


def test_accepting_pays_the_order_once_however_often_it_is_pressed(
    order: Order, provider: User, agent: User, claim: Claim
) -> None:
    notice = claim()

    accept_notice(notice, by=provider)
    order.refresh_from_db()
    paid_at = order.paid_at
    accept_notice(notice, by=agent)
    accept_notice(notice, by=provider)

    order.refresh_from_db()
    notice.refresh_from_db()
    assert (paid_at is not None, order.paid_at, amount_due(order)) == (True, paid_at, Decimal(0))
    assert (notice.decision, notice.finding, notice.decided_by) == ("accepted", "matches", provider)
    assert mails() == [("transfer_accepted", "customer@people.example")]


def test_the_customers_mail_says_that_the_order_is_paid(order: Order, provider: User, claim: Claim) -> None:
    accept_notice(claim(), by=provider)

    send_due()

    mail = Notification.objects.get(kind="transfer_accepted")
    assert mail.subject == f"Order {order.number} is paid"
    assert "Siam Legal has received your transfer of ฿1,500." in mail.body


@pytest.mark.django_db(transaction=True)
def test_two_notices_accepted_at_once_pay_the_order_once(
    order: Order, provider: User, agent: User, claim: Claim
) -> None:
    notices = [claim(), claim()]

    results = together(
        [
            lambda: accept_notice(notices[0], by=provider).decision,
            lambda: accept_notice(notices[1], by=agent).decision,
        ]
    )

    order.refresh_from_db()
    stored = sorted(TransferNotice.objects.values_list("decision", "finding"))
    assert sorted(map(str, results)) == ["accepted", "already_paid"]
    assert order.paid_at is not None
    assert [decision for decision, _finding in stored] == ["accepted", "waiting"]
    assert dict(stored)["waiting"] == "duplicate"
    assert mails() == [("transfer_accepted", "customer@people.example")]


@pytest.mark.django_db(transaction=True)
def test_one_notice_accepted_and_rejected_at_once_has_one_answer(
    order: Order, provider: User, agent: User, claim: Claim
) -> None:
    notice = claim()

    results = together(
        [
            lambda: accept_notice(notice, by=provider).decision,
            lambda: reject_notice(notice, by=agent, finding=NoticeFinding.NOT_OURS, reason="No").decision,
        ]
    )

    order.refresh_from_db()
    notice.refresh_from_db()
    assert sorted(map(str, results)) == sorted([notice.decision, "decided"])
    assert (order.paid_at is not None) == (notice.decision == "accepted")
    assert len(mails()) == 1


def test_a_second_notice_of_a_paid_order_stays_to_be_rejected(
    order: Order, provider: User, claim: Claim
) -> None:
    first, second = claim(), claim()
    accept_notice(first, by=provider)

    with pytest.raises(DomainError) as refusal:
        accept_notice(second, by=provider)
    reject_notice(second, by=provider, finding=NoticeFinding.DUPLICATE, reason="It is the same transfer")

    second.refresh_from_db()
    assert refusal.value.code == "already_paid"
    assert (second.decision, second.finding) == ("rejected", "duplicate")
    assert [kind for kind, _address in mails()] == ["transfer_accepted", "transfer_rejected"]


def test_money_for_a_cancelled_order_is_accepted_and_pays_nothing(
    order: Order, provider: User, customer: User, claim: Claim
) -> None:
    cancel_order(order, by=customer)

    notice = accept_notice(claim(), by=provider)
    send_due()

    order.refresh_from_db()
    assert (notice.decision, order.status, order.paid_at) == ("accepted", "cancelled", None)
    mail = Notification.objects.get(kind="transfer_accepted")
    assert "is paid" not in mail.subject
    assert "The order is cancelled, so talk to them about getting the money back." in mail.body


def test_too_much_and_too_little_are_facts_beside_the_notice(provider: User, claim: Claim) -> None:
    too_little, too_much = claim(amount=Decimal("1000")), claim(amount=Decimal("1800"))

    before = [facts_of(notice) for notice in (too_little, too_much)]
    accept_notice(too_much, by=provider)

    assert [(facts.is_short, facts.missing, facts.excess) for facts in before] == [
        (True, Decimal("500"), Decimal(0)), (False, Decimal("-300"), Decimal("300"))
    ]  # fmt: skip
    assert facts_of(too_much).excess == Decimal("300")


# --- rejecting ----------------------------------------------------------------------------------------


def test_a_rejection_tells_the_customer_why_and_leaves_the_order_unpaid(
    order: Order, provider: User, claim: Claim
) -> None:
    notice = claim(amount=Decimal("900"))

    reject_notice(notice, by=provider, finding=NoticeFinding.DIFFERS, reason=" 600 baht are missing ")
    reject_notice(notice, by=provider, finding=NoticeFinding.NOT_OURS, reason="Again")
    send_due()

    order.refresh_from_db()
    notice.refresh_from_db()
    assert (notice.decision, notice.finding, notice.reason) == (
        "rejected", "differs", "600 baht are missing"
    )  # fmt: skip
    assert order.paid_at is None
    assert mails() == [("transfer_rejected", "customer@people.example")]
    assert "Reason:\n600 baht are missing" in Notification.objects.get(kind="transfer_rejected").body


@pytest.mark.parametrize(
    ("finding", "reason", "code"),
    [
        (NoticeFinding.MATCHES, "Because", "finding"),
        (NoticeFinding.CLAIMED, "Because", "finding"),
        (NoticeFinding.NOT_OURS, " \x00 ", "reason"),
    ],
)
def test_a_rejection_needs_what_is_wrong_and_why(
    finding: NoticeFinding, reason: str, code: str, provider: User, claim: Claim
) -> None:
    notice = claim()

    with pytest.raises(DomainError) as refusal:
        reject_notice(notice, by=provider, finding=finding, reason=reason)

    notice.refresh_from_db()
    assert (refusal.value.code, notice.decision, mails()) == (code, "waiting", [])


def test_a_decision_is_not_turned_round(provider: User, claim: Claim) -> None:
    accepted = accept_notice(claim(), by=provider)
    rejected = reject_notice(claim(), by=provider, finding=NoticeFinding.DUPLICATE, reason="Twice")
    told = mails()

    for attempt in (
        lambda: reject_notice(accepted, by=provider, finding=NoticeFinding.NOT_OURS, reason="No"),
        lambda: accept_notice(rejected, by=provider),
    ):
        with pytest.raises(DomainError) as refusal:
            attempt()
        assert refusal.value.code == "decided"

    assert sorted(TransferNotice.objects.values_list("decision", flat=True)) == ["accepted", "rejected"]
    assert mails() == told


def test_only_who_sees_the_order_in_the_shop_decides(
    private_order: Order, customer: User, stranger: User, colleague: User, agent: User, claim: Claim
) -> None:
    notice = claim(private_order)

    for person in (customer, stranger, colleague):
        with pytest.raises(DomainError) as refusal:
            accept_notice(notice, by=person)
        assert refusal.value.code == "not_allowed"
        with pytest.raises(DomainError):
            reject_notice(notice, by=person, finding=NoticeFinding.NOT_OURS, reason="No")

    notice.refresh_from_db()
    assert (notice.decision, mails()) == ("waiting", [])
    assert accept_notice(notice, by=agent).decision == "accepted"


# --- settling -----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_settling_ten_times_at_once_pays_once(order: Order) -> None:
    results = together([lambda: settle(order) for _number in range(10)])

    assert sorted(map(str, results)) == ["False"] * 9 + ["True"]


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_what_is_no_sale_cannot_be_settled(status: str, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(status=status)

    with pytest.raises(DomainError) as refusal:
        settle(order)

    order.refresh_from_db()
    assert (refusal.value.code, order.paid_at) == ("not_payable", None)


# --- the order's line of time -------------------------------------------------------------------------


def test_the_timeline_tells_the_transfers_among_the_steps(order: Order, provider: User, claim: Claim) -> None:
    rejected = claim(amount=Decimal("900"), by=None)
    reject_notice(rejected, by=provider, finding=NoticeFinding.DIFFERS, reason="600 are missing")
    accept_notice(claim(form_token=uuid4()), by=provider)

    happened = timeline_of(order, TransferNotice.objects.select_related("by", "decided_by"))

    assert [(one.title, one.by, one.reason) for one in happened] == [
        ("Placed", "Customer", ""),
        ("Transfer of ฿900 notified", "Customer", ""),
        ("Transfer of ฿900 rejected", "Provider", "600 are missing"),
        ("Transfer of ฿1,500 notified", "Customer", ""),
        ("Transfer of ฿1,500 accepted", "Provider", ""),
    ]
