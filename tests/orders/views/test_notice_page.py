"""The shop's word on a transfer notice."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from marketplace.notify.domain import send_due
from marketplace.notify.models import Notification
from orders.domain import accept_notice, confirm_order, receive_cash, reject_notice
from orders.enums import NoticeFinding
from orders.models import Order, TransferNotice
from orders.transfers.slips import Slip
from tests.orders.payments.conftest import Claim

Browser = Callable[[User], Client]


def page_of(client: Client, notice: TransferNotice) -> str:
    return client.get(f"/orders/notices/{notice.pk}/").content.decode()


def answers() -> int:
    return Notification.objects.filter(kind__in=["transfer_accepted", "transfer_rejected"]).count()


def test_the_page_shows_the_notice_beside_the_order(
    order: Order, provider: User, claim: Claim, make_slip: Callable[..., Slip], client_of: Browser
) -> None:
    notice = claim(amount=Decimal("1200"), slip=make_slip())

    page = page_of(client_of(provider), notice)

    for text in ("฿1,200", "฿1,500", "Amount differs", "฿300 less than the order's total.", "Kasikornbank",
                 f'src="/orders/notices/{notice.pk}/slip/"', "Accept</button>", "Reject the notice</button>",
                 str(order.number)):  # fmt: skip
        assert text in page.replace("&#x27;", "'")


def test_the_customer_sees_the_state_and_no_buttons(
    order: Order, customer: User, claim: Claim, client_of: Browser
) -> None:
    page = page_of(client_of(customer), claim())

    assert ("Waiting" in page, "Accept</button>" in page, "Matches" in page) == (True, False, False)


def test_accepting_twice_leads_back_and_pays_once(
    order: Order, provider: User, claim: Claim, client_of: Browser
) -> None:
    notice, client = claim(), client_of(provider)

    for _time in range(2):
        response = client.post(f"/orders/notices/{notice.pk}/accept/", {"next": "/dashboard/"})
        assert (response.status_code, response["Location"]) == (302, "/dashboard/")

    order.refresh_from_db()
    assert (order.paid_at is not None, answers()) == (True, 1)
    for address in (f"/orders/{order.pk}/", f"/orders/{order.pk}/card/", "/orders/shop/"):
        assert "Paid</span>" in client.get(address).content.decode()


def test_an_answer_never_leads_off_the_site(provider: User, claim: Claim, client_of: Browser) -> None:
    notice = claim()

    response = client_of(provider).post(
        f"/orders/notices/{notice.pk}/accept/", {"next": "https://evil.example/"}
    )

    assert response["Location"] == f"/orders/notices/{notice.pk}/"


def test_a_second_notice_is_told_that_the_order_is_paid(
    provider: User, claim: Claim, client_of: Browser
) -> None:
    first, second = claim(), claim()
    client = client_of(provider)
    accept_notice(first, by=provider)

    response = client.post(f"/orders/notices/{second.pk}/accept/", follow=True)

    page = response.content.decode()
    second.refresh_from_db()
    assert "The order is paid already." in page
    assert ("Accept</button>" in page, "Reject the notice</button>" in page) == (False, True)
    assert (second.decision, second.finding, answers()) == ("waiting", "duplicate", 1)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"finding": "", "reason": "No money came"}, "Choose what is wrong with this notice."),
        ({"finding": "matches", "reason": "No money came"}, "Choose what is wrong with this notice."),
        ({"finding": "not_ours", "reason": " "}, "Say why: the customer will see it."),
    ],
)
def test_a_rejection_that_says_too_little_keeps_what_was_typed(
    said: dict[str, str], sentence: str, provider: User, claim: Claim, client_of: Browser
) -> None:
    notice = claim()

    response = client_of(provider).post(
        f"/orders/notices/{notice.pk}/reject/", {**said, "next": "/dashboard/"}
    )

    page = response.content.decode()
    notice.refresh_from_db()
    assert (response.status_code, sentence in page) == (422, True)
    assert (said["reason"].strip() in page, 'name="next" value="/dashboard/"' in page) == (True, True)
    assert ('value="not_ours" checked' in page) == (said["finding"] == "not_ours")
    assert (notice.decision, answers()) == ("waiting", 0)


def test_the_customer_reads_the_reason_on_the_order_page_and_on_the_link(
    order: Order, provider: User, customer: User, claim: Claim, client_of: Browser
) -> None:
    notice = claim()
    client_of(provider).post(
        f"/orders/notices/{notice.pk}/reject/", {"finding": "not_ours", "reason": "Nothing <came>"}
    )
    client_of(provider).post(f"/orders/{order.pk}/share/")
    order.refresh_from_db()

    for browser, address in (
        (client_of(customer), f"/orders/{order.pk}/"),
        (Client(), f"/o/{order.link_token}/"),
    ):
        page = browser.get(address).content.decode()
        assert "Nothing &lt;came&gt;" in page
        assert "Rejected" in page
        assert "How to pay" in page


def test_who_is_no_part_of_it_finds_nothing_and_changes_nothing(
    private_order: Order,
    stranger: User,
    colleague: User,
    operator: User,
    claim: Claim,
    make_slip: Callable[..., Slip],
    client_of: Browser,
) -> None:
    notice = claim(private_order, slip=make_slip())

    for person in (stranger, colleague, operator):
        client = client_of(person)
        for part in ("", "line/", "slip/"):
            assert client.get(f"/orders/notices/{notice.pk}/{part}").status_code == 404
        for action in ("accept", "reject"):
            said = {"finding": "not_ours", "reason": "No"}
            assert client.post(f"/orders/notices/{notice.pk}/{action}/", said).status_code == 404

    notice.refresh_from_db()
    assert (notice.decision, answers()) == ("waiting", 0)


def test_the_customer_accepts_nothing(order: Order, customer: User, claim: Claim, client_of: Browser) -> None:
    notice = claim()

    response = client_of(customer).post(f"/orders/notices/{notice.pk}/accept/", follow=True)

    order.refresh_from_db()
    assert "Only the provider can do this." in response.content.decode()
    assert (order.paid_at, answers()) == (None, 0)


def test_the_slip_is_a_picture_for_these_eyes_alone(
    customer: User, provider: User, claim: Claim, make_slip: Callable[..., Slip], client_of: Browser
) -> None:
    notice, bare = claim(slip=make_slip()), claim()

    for person in (customer, provider):
        response = client_of(person).get(f"/orders/notices/{notice.pk}/slip/")
        assert b"".join(response.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]
        assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert response["Cache-Control"] == "private, no-cache"
    assert client_of(provider).get(f"/orders/notices/{bare.pk}/slip/").status_code == 404
    assert Client().get(f"/media/{notice.slip.name}").status_code == 404


def test_the_line_of_the_chat_follows_the_decision(
    order: Order, provider: User, customer: User, claim: Claim, client_of: Browser
) -> None:
    notice = claim()
    headers = {"X-Requested-With": "fetch"}

    def line(person: User) -> str:
        return client_of(person).get(f"/orders/notices/{notice.pk}/line/", headers=headers).content.decode()

    waiting = line(customer), line(provider)
    reject_notice(notice, by=provider, finding=NoticeFinding.NOT_OURS, reason="No")
    rejected = line(customer)

    assert f"Transfer of ฿1,500 for order {order.number}" in waiting[0]
    assert ("Waiting" in waiting[0], "Matches" in waiting[1], "Rejected" in rejected) == (True, True, True)
    assert "<html" not in rejected


def test_the_order_page_costs_the_same_with_one_notice_and_with_three(
    order: Order,
    provider: User,
    customer: User,
    claim: Claim,
    client_of: Browser,
    django_assert_num_queries: Callable[..., object],
) -> None:
    shop, buyer = client_of(provider), client_of(customer)
    claim()
    for client in (shop, buyer):
        client.get(f"/orders/{order.pk}/")

    for _more in range(2):
        with django_assert_num_queries(11):
            shop.get(f"/orders/{order.pk}/")
        with django_assert_num_queries(16):
            buyer.get(f"/orders/{order.pk}/")
        claim()
        claim()


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("1000", "The amount is what is still to pay. Look at your account: a slip proves nothing."),
        ("900", "฿100 less than what is still to pay."),
        ("1500", "฿500 more than what is still to pay."),
    ],
)
def test_what_a_courier_collected_stands_beside_the_notice(
    order: Order, provider: User, claim: Claim, client_of: Browser, amount: str, sentence: str
) -> None:
    receive_cash(confirm_order(order, by=provider), Decimal("500"), at=timezone.now())

    page = page_of(client_of(provider), claim(amount=Decimal(amount)))

    for text in ("Collected by the courier", "฿500", "Still to pay", "฿1,000", sentence):
        assert text in page.replace("&#x27;", "'")


def test_the_mail_to_the_shop_says_what_is_still_to_pay(order: Order, provider: User, claim: Claim) -> None:
    receive_cash(confirm_order(order, by=provider), Decimal("500"), at=timezone.now())
    claim(amount=Decimal("1500"))

    send_due()

    mail = Notification.objects.filter(kind="transfer_claimed").latest("pk")
    for line in ("Collected by the courier: ฿500", "Still to pay: ฿1,000",
                 "The amount differs from what is still to pay."):  # fmt: skip
        assert line in mail.body.splitlines()
