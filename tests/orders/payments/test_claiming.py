import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.notify.domain import send_due
from marketplace.notify.models import Notification
from messaging.domain import close_thread
from messaging.models import Message
from messaging.queries import inbox_for, latest_messages, unread_total
from orders.domain import accept_notice, cancel_order, confirm_order, place_order, reject_notice
from orders.domain.claiming import MAX_WAITING
from orders.enums import NoticeFinding
from orders.models import Order, TransferNotice
from orders.transfers.slips import Slip, read_slip
from services.models import Service
from tests.orders.payments.conftest import Claim
from tests.orders.transfers.test_slips import encoded, slip_code, slip_picture

MakeSlip = Callable[..., Slip]


def slip_files() -> int:
    folder = Path(settings.MEDIA_ROOT) / "slips"
    return sum(1 for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


def nothing_was_claimed() -> bool:
    told = Notification.objects.filter(kind__startswith="transfer_")
    return not (
        TransferNotice.objects.exists() or told.exists() or Message.objects.filter(kind="notice").exists()
    )


# --- what is stored, and who hears of it --------------------------------------------------------------


def test_a_notice_is_stored_told_to_the_shop_and_a_line_of_the_chat(
    order: Order, customer: User, provider: User, claim: Claim, make_slip: MakeSlip
) -> None:
    notice = claim(slip=make_slip())

    notice.refresh_from_db()
    assert (notice.finding, notice.decision, notice.amount) == ("matches", "waiting", Decimal("1500"))
    assert (notice.by, notice.provider, len(notice.slip_fingerprint)) == (customer, order.provider, 64)
    assert notice.slip.name.endswith(".jpg")
    told = Notification.objects.get(kind="transfer_claimed")
    assert (told.address, told.context["path"]) == (
        "provider@people.example",
        f"/orders/notices/{notice.pk}/",
    )
    line = Message.objects.get(kind="notice")
    assert (line.author, line.body) == (customer, order.number)
    where = f"/orders/notices/{notice.pk}/line/"
    assert line.data == {"url": where, "amount": "1500", "currency": "THB"}
    assert line.only_for is None
    assert unread_total(provider) == 1  # the order's card alone


def test_the_shops_mail_says_what_to_look_for(claim: Claim, provider: User) -> None:
    claim(amount=Decimal("1200"))

    send_due()

    mail = Notification.objects.get(kind="transfer_claimed")
    assert mail.subject.startswith("฿1,200 transferred for order")
    for text in ("Customer says that ฿1,200 was transferred", "Total: ฿1,500", "Amount: ฿1,200",
                 "Bank: Kasikornbank", "The amount differs from the order's total."):  # fmt: skip
        assert text in mail.body


def test_whoever_holds_the_link_may_say_so_too(order: Order, customer: User, claim: Claim) -> None:
    notice = claim(by=None)

    assert notice.by is None
    assert Message.objects.get(kind="notice").author == customer


def test_a_closed_conversation_keeps_no_transfer_from_the_shop(
    order: Order, claim: Claim, provider: User
) -> None:
    close_thread(order.thread)

    claim()

    assert TransferNotice.objects.count() == 1
    assert Notification.objects.filter(kind="transfer_claimed").count() == 1
    assert not Message.objects.filter(kind="notice").exists()


def test_of_a_private_order_a_colleague_neither_sees_nor_hears_the_transfer(
    private_order: Order, agent: User, provider: User, colleague: User, claim: Claim
) -> None:
    notice = claim(private_order)

    line = Message.objects.get(kind="notice")
    assert line.only_for == agent
    seen_by = {
        person.username: [m.seq for m in latest_messages(private_order.thread, person) if not m.is_hidden]
        for person in (agent, provider, private_order.customer)
    }
    assert all(line.seq in seen for seen in seen_by.values())
    hidden = {m.seq: m.is_hidden for m in latest_messages(private_order.thread, colleague)}
    assert hidden[line.seq]
    assert [row.last_message.pk for row in inbox_for(colleague)] != [line.pk]  # type: ignore[attr-defined]
    told = set(Notification.objects.filter(kind="transfer_claimed").values_list("address", flat=True))
    assert told == {"agent@people.example", "provider@people.example"}
    assert not TransferNotice.objects.visible_to(colleague).exists()
    assert TransferNotice.objects.visible_to(agent).get() == notice


# --- the finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "finding"), [("1500", "matches"), ("1500.01", "differs"), ("1499.99", "differs")]
)
def test_the_finding_compares_the_amount_with_what_is_due(amount: str, finding: str, claim: Claim) -> None:
    assert claim(amount=Decimal(amount)).finding == finding


def test_the_same_amount_in_the_same_minute_looks_like_a_duplicate(
    claim: Claim, customer: User, service: Service
) -> None:
    other = place_order(service, by=customer, form_token=uuid4())
    moment = timezone.now().replace(second=10) - timedelta(hours=1)
    claim(transferred_at=moment)

    same = claim(other, transferred_at=moment + timedelta(seconds=40))
    another_minute = claim(other, transferred_at=moment + timedelta(minutes=1))
    another_amount = claim(other, transferred_at=moment, amount=Decimal("1501"))

    assert (same.finding, another_minute.finding, another_amount.finding) == (
        "duplicate", "matches", "differs"
    )  # fmt: skip


def test_for_a_paid_order_every_notice_is_a_duplicate(claim: Claim, provider: User) -> None:
    accept_notice(claim(), by=provider)

    assert claim(amount=Decimal("10")).finding == "duplicate"


def test_where_nothing_is_due_nothing_can_be_compared(order: Order, claim: Claim, customer: User) -> None:
    cancel_order(order, by=customer)

    assert claim().finding == "claimed"


def test_a_free_order_neither_matches_nor_mails_nonsense(order: Order, claim: Claim) -> None:
    Order.objects.filter(pk=order.pk).update(total=0)

    notice = claim()
    send_due()

    assert notice.finding == "claimed"
    body = Notification.objects.get(kind="transfer_claimed").body
    assert ("฿0" in body, "Total" in body, "Amount: ฿1,500" in body) == (False, False, True)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"bank": "  "}, "bank"),
        ({"bank": "x" * 121}, "bank"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-5)}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal(10) ** 12}, "amount"),
        ({"transferred_at": timezone.now() + timedelta(days=1)}, "future"),
        ({"transferred_at": timezone.now() - timedelta(days=400)}, "old"),
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, object], code: str, claim: Claim) -> None:
    with pytest.raises(DomainError) as refusal:
        claim(**said)

    assert refusal.value.code == code
    assert nothing_was_claimed()


def test_a_clock_that_is_a_little_fast_is_forgiven(claim: Claim) -> None:
    assert claim(transferred_at=timezone.now() + timedelta(minutes=3)).pk


def test_only_the_customer_says_so(claim: Claim, stranger: User, provider: User) -> None:
    for person in (stranger, provider):
        with pytest.raises(DomainError) as refusal:
            claim(by=person)
        assert refusal.value.code == "not_allowed"

    assert nothing_was_claimed()


def test_a_draft_cannot_be_paid(order: Order, claim: Claim) -> None:
    Order.objects.filter(pk=order.pk).update(status="draft")

    with pytest.raises(DomainError) as refusal:
        claim()

    assert refusal.value.code == "draft"
    assert nothing_was_claimed()


def test_notices_do_not_pile_up_without_end(claim: Claim) -> None:
    for _number in range(MAX_WAITING):
        claim()

    with pytest.raises(DomainError) as refusal:
        claim()

    assert (refusal.value.code, TransferNotice.objects.count()) == ("too_many", MAX_WAITING)


# --- once ---------------------------------------------------------------------------------------------


def test_one_form_is_one_notice(claim: Claim, make_slip: MakeSlip) -> None:
    token = uuid4()

    first = claim(form_token=token, slip=make_slip())
    files = slip_files()
    again = claim(form_token=token, slip=make_slip(), amount=Decimal("7"))

    assert (again.pk, again.amount) == (first.pk, Decimal("1500"))
    assert (TransferNotice.objects.count(), slip_files()) == (1, files)
    assert Notification.objects.filter(kind="transfer_claimed").count() == 1
    assert Message.objects.filter(kind="notice").count() == 1


def test_the_same_picture_is_refused_a_second_time(claim: Claim, make_slip: MakeSlip) -> None:
    claim(slip=make_slip())
    files = slip_files()

    with pytest.raises(DomainError) as refusal:
        claim(slip=make_slip())

    assert (refusal.value.code, refusal.value.sentence) == (
        "slip_used", "You sent this slip before. The provider is looking at it."
    )  # fmt: skip
    assert (TransferNotice.objects.count(), slip_files()) == (1, files)
    assert Notification.objects.filter(kind="transfer_claimed").count() == 1


def test_the_same_bank_reference_in_another_picture_is_refused(
    claim: Claim, customer: User, service: Service
) -> None:
    other = place_order(service, by=customer, form_token=uuid4())
    picture = slip_picture(slip_code())
    first = claim(slip=read_slip(encoded(picture)))

    with pytest.raises(DomainError) as refusal:
        claim(other, slip=read_slip(encoded(picture, "JPEG", quality=80)))

    assert (first.slip_bank, first.slip_reference) == ("014", "2026112200000001AbC")
    assert (refusal.value.code, "another order" in refusal.value.sentence) == ("slip_used", True)
    assert TransferNotice.objects.get() == first


def test_a_rejected_slip_may_be_sent_again_and_an_accepted_one_not(
    claim: Claim, provider: User, make_slip: MakeSlip
) -> None:
    rejected = claim(slip=make_slip())
    reject_notice(rejected, by=provider, finding=NoticeFinding.NOT_OURS, reason="Another shop's account")

    again = claim(slip=make_slip())
    accept_notice(again, by=provider)
    with pytest.raises(DomainError) as refusal:
        claim(slip=make_slip())

    assert refusal.value.sentence == "You sent this slip before, and the provider has accepted it."
    assert list(TransferNotice.objects.order_by("pk")) == [rejected, again]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("orders", ["one", "two"])
def test_the_same_slip_sent_in_parallel_is_exactly_one_notice(
    orders: str, order: Order, customer: User, service: Service, claim: Claim, make_slip: MakeSlip
) -> None:
    other = place_order(service, by=customer, form_token=uuid4()) if orders == "two" else order
    gate, results = threading.Barrier(6), []
    before = slip_files()

    def send(number: int) -> None:
        slip = make_slip()
        try:
            gate.wait(30)
            results.append(claim([order, other][number % 2], slip=slip).pk)
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    stored = TransferNotice.objects.get()
    assert sorted(map(str, results)) == sorted([str(stored.pk), *["slip_used"] * 5])
    assert (slip_files() - before, Message.objects.filter(kind="notice").count()) == (1, 1)
    assert Notification.objects.filter(kind="transfer_claimed").count() == 1


def test_a_confirmed_order_is_claimed_like_a_placed_one(order: Order, provider: User, claim: Claim) -> None:
    confirm_order(order, by=provider)

    assert claim().finding == "matches"
