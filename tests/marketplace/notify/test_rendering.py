from datetime import UTC, datetime
from decimal import Decimal
from email import policy
from email.parser import BytesParser
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from marketplace.notify.domain import notify, send_due
from marketplace.notify.models import Notification
from marketplace.notify.rendering import render
from orders.domain import cancel_order, complete_order, confirm_order, place_order
from services.domain import take_off_site
from services.models import Service
from tests.support.mail import MailServer


def text(kind: str, **who: Any) -> str:
    notification = Notification.objects.get(kind=kind, **who)
    render(notification)
    return f"{notification.subject}\n{notification.body}"


def test_a_new_order_tells_the_shop_what_who_and_where(
    customer: User, provider: User, service: Service, settings: Any
) -> None:
    settings.BASE_URL = "https://store.example"
    order = place_order(
        service,
        by=customer,
        form_token=uuid4(),
        note="Tom & Jerry <3",
        preferred_at=datetime(2030, 1, 2, 3, 4, tzinfo=UTC),
    )

    assert text("order_placed") == (
        f"New order {order.number}: Legal advice by video\n"
        "Hello Provider,\n"
        "\n"
        "Customer has ordered from Siam Legal.\n"
        "\n"
        f"Order number: {order.number}\n"
        "Service: Legal advice by video\n"
        "Total: ฿1,500\n"
        "Preferred time: 2 Jan 2030, 10:04 Asia/Bangkok (UTC+7)\n"
        "Note:\n"
        "Tom & Jerry <3\n"
        "\n"
        "Talk the details over in the chat:\n"
        "\n"
        f"https://store.example/inbox/{order.thread_id}/\n"
        "\n"
        "-- \n"
        "Talad\n"
        "https://store.example/\n"
    )


def test_the_times_are_the_readers_own(customer: User) -> None:
    customer.language, customer.time_zone = "fa", "Asia/Tehran"
    moment = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)

    notify(customer, "order_placed", "cause:1", number="100001", title="x", preferred_at=moment, quantity=1,
           total=Decimal(5), currency="IRR")  # fmt: skip

    assert "۱ آذر ۱۴۰۵، ساعت ۱۴:۳۰" in text("order_placed")


def test_confirmed_and_completed_tell_the_customer(customer: User, provider: User, service: Service) -> None:
    order = place_order(service, by=customer, form_token=uuid4())
    complete_order(confirm_order(order, by=provider), by=provider)

    confirmed, completed = text("order_confirmed"), text("order_completed")

    assert confirmed.startswith(f"Order {order.number} is confirmed\nHello Customer,\n")
    assert f"Contract number: C-{order.number}\n" in confirmed
    assert f"/orders/{order.pk}/\n" in confirmed
    assert "Siam Legal has completed your order." in completed


@pytest.mark.parametrize(
    ("person", "said"),
    [("provider", "Siam Legal has cancelled your order."), ("customer", "Customer has cancelled an order.")],
)
def test_a_cancelled_order_tells_the_other_side_why(
    person: str, said: str, customer: User, service: Service, request: pytest.FixtureRequest
) -> None:
    order = place_order(service, by=customer, form_token=uuid4())

    cancel_order(order, by=request.getfixturevalue(person), reason="Ill this week")

    assert said in text("order_cancelled")
    assert "Reason:\nIll this week\n" in text("order_cancelled")


def test_a_service_taken_off_tells_its_owner_why(operator: User, service: Service) -> None:
    take_off_site(service, reason="Photo of someone else", by=operator)

    told = text("service_taken_off")

    assert told.startswith("Your service was taken off the site: Legal advice by video\n")
    assert "Photo of someone else" in told
    assert "/my/services/\n" in told


def test_the_head_of_a_mail_is_one_line_whatever_a_title_holds(
    customer: User, mail_server: MailServer
) -> None:
    notify(customer, "order_confirmed", "cause:1", number="1", title="x", shop="s",
           contract_number="C\r\nBcc: all@people.example", path="/")  # fmt: skip
    notify(customer, "order_placed", "cause:2", number="1\r\nBcc: all@people.example", quantity=1,
           title="T\nSubject: mine", customer="c", total=Decimal(5), currency="THB", path="/")  # fmt: skip

    send_due()

    assert len(mail_server.accepted) == 2
    for message in mail_server.accepted:
        parsed = BytesParser(policy=policy.default).parsebytes(message.as_bytes())
        assert parsed["Bcc"] is None
        assert parsed.get_all("To") == ["customer@people.example"]
        assert len(parsed.get_all("Subject")) == 1


@pytest.mark.parametrize("kind", [
    "order_placed", "order_confirmed", "order_completed", "order_cancelled", "service_taken_off"
])  # fmt: skip
@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
def test_every_kind_renders_in_every_language_with_nothing_given(
    kind: str, language: str, customer: User
) -> None:
    customer.language = language

    notify(customer, kind, "cause:1", path="/somewhere/", total=Decimal(1), currency="THB", quantity=1)

    assert "/somewhere/\n" in text(kind)


def test_nothing_is_escaped_in_a_plain_text(customer: User) -> None:
    notify(customer, "order_completed", "cause:1", number="1", title="A & B's <best>", shop="C & D", path="/")

    told = text("order_completed")

    assert "A & B's <best>" in told
    assert "C & D has completed your order." in told
