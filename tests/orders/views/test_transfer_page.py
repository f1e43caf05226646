"""The customer's form: signed in, and with the order's link."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Provider, User
from marketplace.notify.models import Notification
from orders.domain import (
    accept_notice,
    add_account,
    cancel_order,
    confirm_order,
    receive_cash,
    reject_notice,
    save_payment_settings,
    share_link,
)
from orders.enums import NoticeFinding, SalesChannel
from orders.models import Order, TransferNotice
from orders.transfers.promptpay import promptpay_payload, promptpay_svg
from tests.support.pictures import a_picture

Browser = Callable[[User], Client]


@pytest.fixture
def payable(order: Order) -> Order:
    """The order, in a shop with a PromptPay number and an account."""
    add_account(order.provider, bank="Kasikornbank", number="123-4-56789-0", holder="Siam Legal Co.")
    save_payment_settings(order.provider, promptpay_id="0812345678", unpaid_hours=72)
    return order


@pytest.fixture
def typed(db: None) -> dict[str, Any]:
    now = timezone.localtime(timezone.now() - timedelta(hours=1))
    return {
        "form_token": str(uuid4()),
        "bank": "Kasikornbank 123-4-56789-0",
        "amount": "1,500",
        "transferred_at": f"{now:%Y-%m-%d %H:%M}",
    }


@pytest.fixture(params=["signed in", "link"])
def door(
    request: pytest.FixtureRequest, payable: Order, customer: User, client_of: Browser
) -> Iterator[tuple[Client, str, str]]:
    """(browser, address of the form, address of the order) for each of the two ways in."""
    if request.param == "link":
        address = f"/o/{share_link(payable)}/"
        yield Client(), f"{address}transfer/", address
    else:
        yield client_of(customer), f"/orders/{payable.pk}/transfer/", f"/orders/{payable.pk}/"


def upload(content: bytes, name: str = "slip.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def nothing_was_claimed() -> bool:
    return not (
        TransferNotice.objects.exists() or Notification.objects.filter(kind="transfer_claimed").exists()
    )


# --- how to pay ---------------------------------------------------------------------------------------


def test_both_ways_in_show_how_to_pay_and_lead_to_the_form(door: tuple[Client, str, str]) -> None:
    browser, form, order_page = door

    page = browser.get(order_page).content.decode()

    for text in ("How to pay", "฿1,500", "Kasikornbank", "123-4-56789-0", "Siam Legal Co.",
                 "0812345678", 'aria-label="PromptPay QR code for ฿1,500"', f'href="{form}"',
                 'data-copy-text="123-4-56789-0"'):  # fmt: skip
        assert text in page


def test_the_form_knows_what_is_due_and_the_shops_accounts(door: tuple[Client, str, str]) -> None:
    browser, form, _order_page = door

    page = browser.get(form).content.decode()

    assert 'name="amount" value="1500.00"' in page
    for option in ("PromptPay", "Kasikornbank 123-4-56789-0", "other"):
        assert f'<option value="{option}"' in page


def test_a_promptpay_code_stands_on_baht_orders_alone(
    payable: Order, customer: User, client_of: Browser
) -> None:
    Provider.objects.update(currency="VND")
    Order.objects.update(currency="VND")

    page = client_of(customer).get(f"/orders/{payable.pk}/").content.decode()

    assert ("promptpay-code" in page, "0812345678" in page, "Kasikornbank" in page) == (False, False, True)


@pytest.mark.parametrize("state", ["paid", "cancelled", "draft"])
def test_what_is_not_due_is_not_asked_for(
    state: str, payable: Order, customer: User, client_of: Browser
) -> None:
    changes = {"paid": {"paid_at": timezone.now()}}.get(state, {"status": state})
    Order.objects.filter(pk=payable.pk).update(**changes)  # type: ignore[arg-type]

    for address in (f"/orders/{payable.pk}/", f"/o/{share_link(payable)}/"):
        page = client_of(customer).get(address).content.decode()
        assert ("How to pay" in page, "promptpay-code" in page) == (False, False)


def test_a_waiting_notice_takes_the_code_away_so_that_nobody_pays_twice(
    door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    browser, form, order_page = door
    browser.post(form, typed)

    page = browser.get(order_page).content.decode()

    assert ("promptpay-code" in page, "You notified a transfer." in page) == (False, True)


# --- sending ------------------------------------------------------------------------------------------


def test_sending_stores_one_notice_however_often(
    door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    browser, form, order_page = door

    answers = [browser.post(form, {**typed, "slip": upload(a_picture())}) for _time in range(3)]

    notice = TransferNotice.objects.get()
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, order_page)}
    assert (notice.amount, notice.bank, notice.finding) == (
        Decimal("1500"), "Kasikornbank 123-4-56789-0", "matches"
    )  # fmt: skip
    assert len(notice.slip_fingerprint) == 64
    assert (
        "Siam Legal has been told and will look at its account." in browser.get(order_page).content.decode()
    )


def test_the_back_button_finds_the_same_filling_in_until_the_shop_answers(
    door: tuple[Client, str, str], typed: dict[str, Any], provider: User
) -> None:
    browser, form, order_page = door
    address, hidden = f"{form}?form={typed['form_token']}", f'value="{typed["form_token"]}"'
    assert hidden in browser.get(address).content.decode()
    browser.post(address, typed)
    assert hidden in browser.get(address).content.decode()

    browser.post(address, typed)

    assert "You already sent this notice. It was noted only once." in browser.get(order_page).content.decode()
    assert Notification.objects.filter(kind="transfer_claimed", channel="email").count() == 1
    reject_notice(
        TransferNotice.objects.get(), by=provider, finding=NoticeFinding.NOT_OURS, reason="Nothing came"
    )
    assert hidden not in browser.get(address).content.decode()


def test_an_hour_later_the_same_address_is_another_transfer(
    door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    browser, form, _order_page = door
    browser.post(form, typed)
    TransferNotice.objects.update(created_at=timezone.now() - timedelta(minutes=61))

    page = browser.get(f"{form}?form={typed['form_token']}").content.decode()

    assert f'value="{typed["form_token"]}"' not in page
    assert 'name="form_token" value="' in page


def test_a_page_kept_open_through_a_rejection_tells_something_new(
    door: tuple[Client, str, str], typed: dict[str, Any], provider: User
) -> None:
    browser, form, order_page = door
    browser.post(form, typed)
    first = TransferNotice.objects.get()
    reject_notice(first, by=provider, finding=NoticeFinding.DIFFERS, reason="1,400 came")

    browser.post(form, {**typed, "amount": "1400"})

    notices = TransferNotice.objects.order_by("pk").values_list("decision", "amount")
    assert list(notices) == [("rejected", Decimal("1500")), ("waiting", Decimal("1400"))]
    assert (
        "Siam Legal has been told and will look at its account." in browser.get(order_page).content.decode()
    )


@pytest.mark.parametrize(
    ("language", "amount"), [("fa", "۱٬۵۰۰"), ("th", "๑,๕๐๐"), ("vi", "1500"), ("en", "฿1,500.00")]
)
def test_amount_and_date_are_read_as_each_reader_writes_them(
    language: str, amount: str, payable: Order, customer: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    customer.language = language
    customer.save()
    written = {
        "fa": "۱۴۰۵/۰۸/۲۹ ۱۴:۳۰", "th": "๒๐/๑๑/๒๕๖๙ ๑๔:๓๐", "vi": "20/11/2026 14:30", "en": "2026-11-20 14:30"
    }[language]  # fmt: skip

    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        client_of(customer).post(
            f"/orders/{payable.pk}/transfer/", {**typed, "amount": amount, "transferred_at": written}
        )

    notice = TransferNotice.objects.get()
    assert notice.amount == Decimal("1500")
    assert notice.transferred_at.isoformat() == "2026-11-20T07:30:00+00:00"


@pytest.mark.parametrize(
    ("language", "date"), [("en", "2026-02-31 10:00"), ("th", "31/02/2569 10:00"), ("fa", "۱۴۰۵/۱۲/۳۱ ۱۰:۰۰")]
)
def test_a_day_that_does_not_exist_is_refused_in_each_calendar(
    language: str, date: str, payable: Order, customer: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    customer.language = language
    customer.save()

    response = client_of(customer).post(
        f"/orders/{payable.pk}/transfer/", {**typed, "transferred_at": date, "amount": "1499"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert (f'value="{date}"' in page, 'value="1499"' in page) == (True, True)
    assert nothing_was_claimed()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": ""}, "This field is required."),
        ({"amount": "0"}, "Write an amount above zero."),
        ({"amount": "-5"}, "Write an amount above zero."),
        ({"amount": "a lot"}, "Write only the number, as in 1234.50."),
        ({"amount": "1.500"}, "Write 1500 for the whole number, or 1.50 with two decimals."),
        ({"transferred_at": ""}, "This field is required."),
        ({"transferred_at": "2099-01-01 10:00"}, "This time has not come yet"),
        ({"transferred_at": "1999-01-01 10:00"}, "more than a year ago"),
        ({"bank": ""}, "Choose to which account you transferred."),
        ({"bank": "other"}, "Write to which bank you transferred."),
        ({"form_token": "none"}, "Please send the form once more."),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_nothing_typed_is_lost(
    change: dict[str, str], sentence: str, door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    browser, form, _order_page = door
    sent = {**typed, "other_bank": "", **change}

    response = browser.post(form, sent)

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page.replace("&#x27;", "'")
    for name in ("amount", "transferred_at"):
        assert not sent[name] or f'value="{sent[name]}"' in page
    assert nothing_was_claimed()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 a renamed document", "This file is not a photo: choose a JPEG, PNG or WebP."),
        (a_picture() + b"\0" * (40 * 1024 * 1024), "This photo is larger than 10 MB: choose a smaller one."),
        (a_picture()[:60], "This photo is damaged."),
        (b"", "The submitted file is empty."),
    ],
    ids=["a renamed PDF", "40 MB", "half a picture", "empty"],
)
def test_a_slip_that_is_none_is_refused_and_nothing_typed_is_lost(
    content: bytes, sentence: str, door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    browser, form, _order_page = door

    response = browser.post(form, {**typed, "slip": upload(content)})

    page = response.content.decode()
    assert (response.status_code, sentence in page) == (422, True)
    assert 'value="1,500"' in page
    assert '<option value="Kasikornbank 123-4-56789-0" selected>' in page
    assert nothing_was_claimed()


def test_a_good_slip_survives_an_error_elsewhere(
    door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    browser, form, _order_page = door

    refused = browser.post(form, {**typed, "amount": "0", "slip": upload(a_picture())})
    page = refused.content.decode()
    token = page.split('name="kept_slip" value="')[1].split('"')[0]
    browser.post(form, {**typed, "kept_slip": token})

    assert "Your slip is kept: no need to choose it again." in page
    notice = TransferNotice.objects.get()
    with notice.slip.open("rb") as file:
        assert file.read(3) == b"\xff\xd8\xff"
    assert len(notice.slip_fingerprint) == 64


def test_nobody_uses_another_persons_kept_slip(
    payable: Order, customer: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    refused = client_of(customer).post(
        f"/orders/{payable.pk}/transfer/", {**typed, "amount": "0", "slip": upload(a_picture())}
    )
    token = refused.content.decode().split('name="kept_slip" value="')[1].split('"')[0]

    Client().post(f"/o/{share_link(payable)}/transfer/", {**typed, "kept_slip": token})

    assert TransferNotice.objects.get().slip_fingerprint == ""


def test_a_used_slip_is_refused_beside_its_field(
    door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    browser, form, _order_page = door
    browser.post(form, {**typed, "slip": upload(a_picture())})

    again = browser.post(form, {**typed, "form_token": str(uuid4()), "slip": upload(a_picture())})

    page = again.content.decode()
    assert (again.status_code, TransferNotice.objects.count()) == (422, 1)
    assert "You sent this slip before. The provider is looking at it." in page
    assert "Your slip is kept" not in page


def test_another_bank_is_written_by_hand(
    payable: Order, customer: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    client_of(customer).post(
        f"/orders/{payable.pk}/transfer/", {**typed, "bank": "other", "other_bank": " Bangkok Bank "}
    )

    assert TransferNotice.objects.get().bank == "Bangkok Bank"


def test_a_shop_without_accounts_is_paid_all_the_same(
    order: Order, customer: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    del typed["bank"]

    refused = client_of(customer).post(f"/orders/{order.pk}/transfer/", typed)
    client_of(customer).post(f"/orders/{order.pk}/transfer/", {**typed, "other_bank": "Cash machine"})

    assert (refused.status_code, TransferNotice.objects.get().bank) == (422, "Cash machine")


def test_too_many_tries_are_told_to_wait(door: tuple[Client, str, str], typed: dict[str, Any]) -> None:
    browser, form, _order_page = door
    for _time in range(20):
        browser.post(form, {**typed, "amount": "0"})

    response = browser.post(form, typed)

    assert (response.status_code, nothing_was_claimed()) == (429, True)


def test_only_the_customer_finds_the_form(
    payable: Order, provider: User, agent: User, stranger: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    for person in (provider, agent, stranger):
        assert client_of(person).get(f"/orders/{payable.pk}/transfer/").status_code == 404
        assert client_of(person).post(f"/orders/{payable.pk}/transfer/", typed).status_code == 404

    assert nothing_was_claimed()


# --- the link -----------------------------------------------------------------------------------------


def test_the_link_opens_the_order_and_is_kept_by_nobody(payable: Order) -> None:
    address = f"/o/{share_link(payable)}/"

    for path in (address, f"{address}transfer/"):
        response = Client().get(path)
        assert response.status_code == 200
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        # With "no-referrer" a browser sends the form with `Origin: null`, which is refused.
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response.content.decode()
        assert str(payable.number) in response.content.decode()


def test_the_link_works_for_any_person_and_an_unknown_one_for_nobody(
    payable: Order, stranger: User, agent: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    Order.objects.filter(pk=payable.pk).update(channel=SalesChannel.CHAT)
    address = f"/o/{share_link(payable)}/"

    for browser in (Client(), client_of(stranger), client_of(agent)):
        assert browser.get(address).status_code == 200
        for wrong in ("/o/none/", f"{address[:-2]}/", "/o/none/transfer/"):
            assert browser.get(wrong).status_code == 404
    assert Client().post("/o/none/transfer/", typed).status_code == 404
    assert nothing_was_claimed()


def test_the_link_says_nothing_of_phone_address_or_note(payable: Order) -> None:
    Order.objects.filter(pk=payable.pk).update(
        phone="+66812345679", delivery_address="12 Sukhumvit", note="The key is under the mat"
    )

    page = Client().get(f"/o/{share_link(payable)}/").content.decode()

    for secret in ("812345679", "Sukhumvit", "under the mat"):
        assert secret not in page


def test_money_sent_for_a_cancelled_order_is_still_told(
    payable: Order, customer: User, provider: User, client_of: Browser, typed: dict[str, Any]
) -> None:
    cancel_order(payable, by=customer)
    page = Client().get(f"/o/{share_link(payable)}/").content.decode()

    Client().post(f"/o/{payable.link_token}/transfer/", typed)
    accept_notice(TransferNotice.objects.get(), by=provider)

    seen = client_of(provider).get(f"/orders/{payable.pk}/").content.decode()
    assert "This order is cancelled. If you paid all the same" in page
    assert "฿1,500 came for this order, which is cancelled." in seen


def test_the_shop_makes_the_link_once_and_the_customer_does_not_see_it(
    order: Order, provider: User, agent: User, customer: User, client_of: Browser
) -> None:
    client_of(customer).post(f"/orders/{order.pk}/share/")
    order.refresh_from_db()
    assert order.link_token is None

    for person in (provider, agent, provider):
        client_of(person).post(f"/orders/{order.pk}/share/")
    order.refresh_from_db()

    shown = f"http://127.0.0.1:8000/o/{order.link_token}/"
    assert len(order.link_token or "") == 24
    assert shown in client_of(provider).get(f"/orders/{order.pk}/").content.decode()
    assert shown not in client_of(customer).get(f"/orders/{order.pk}/").content.decode()


# --- a part came with the courier ---------------------------------------------------------------------


@pytest.fixture
def part_paid(payable: Order, provider: User) -> Order:
    """500 of the 1,500 were collected at the door."""
    return receive_cash(confirm_order(payable, by=provider), Decimal("500"), at=timezone.now())


def test_both_ways_in_ask_for_the_rest_alone_and_say_what_has_come(
    part_paid: Order, door: tuple[Client, str, str]
) -> None:
    browser, form, order_page = door

    page = browser.get(order_page).content.decode()

    for text in ('aria-label="PromptPay QR code for ฿1,000"', '<span class="price">฿1,000</span>',
                 "Paid to the courier", "−฿500", "Partly paid</span>"):  # fmt: skip
        assert text in page
    payload = promptpay_payload("0812345678", Decimal("1000"))
    assert promptpay_svg(payload, label="PromptPay QR code for ฿1,000") in page
    assert "PromptPay QR code for ฿1,500" not in page
    assert 'name="amount" value="1000.00"' in browser.get(form).content.decode()


def test_the_shop_reads_what_is_missing_and_no_more_once_it_has_come(
    part_paid: Order, provider: User, client_of: Browser, door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    shop, address = client_of(provider), f"/orders/{part_paid.pk}/"
    before = shop.get(address).content.decode()

    door[0].post(door[1], {**typed, "amount": "1,000"})
    accept_notice(TransferNotice.objects.get(), by=provider)

    after, theirs = shop.get(address).content.decode(), door[0].get(door[2]).content.decode()
    for text in ("Collected by the courier", "−฿500", "Still to pay", "฿1,000", "Partly paid</span>"):
        assert text in before
    assert ("Collected by the courier" in after, "Still to pay" in after) == (True, False)
    assert ("Paid</span>" in after, "Partly paid" in after, "beyond" in after) == (True, False, False)
    assert ("Paid</span>" in theirs, "How to pay" in theirs) == (True, False)


def test_the_card_in_the_chat_says_what_is_still_to_pay(
    part_paid: Order, customer: User, provider: User, client_of: Browser
) -> None:
    for person in (customer, provider):
        card = client_of(person).get(f"/orders/{part_paid.pk}/card/").content.decode()
        assert ("<dt>Still to pay</dt>" in card, "฿1,000" in card) == (True, True)


def test_paid_twice_at_the_door_and_by_transfer_is_said_to_the_shop(
    part_paid: Order, provider: User, client_of: Browser, door: tuple[Client, str, str], typed: dict[str, Any]
) -> None:
    door[0].post(door[1], typed)
    accept_notice(TransferNotice.objects.get(), by=provider)

    page = client_of(provider).get(f"/orders/{part_paid.pk}/").content.decode()

    assert "฿500 came beyond the order" in page
