from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import Provider, User
from marketplace.notify.domain import notify
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms import notify_sms
from tests.support.mail import MailServer
from tests.support.sms import ACCOUNT, KEY, TOKEN, Kavenegar, Plain, Twilio, listening


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    with MailServer().running() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def alert(customer: User) -> Callable[..., Notification]:
    """Writes an alert for the customer and gives its row."""

    def write(key: str = "cause:1", kind: str = "order_confirmed", **context: Any) -> Notification:
        given = {"number": "100001", "title": "Advice", "shop": "Siam Legal", "path": "/orders/1/"}
        notify(customer, kind, key, **{**given, "contract_number": "C-100001", **context})
        return Notification.objects.get(unique_key=key)

    return write


@pytest.fixture
def make_gateway(shop: Provider, provider: User) -> Callable[..., SmsGateway]:
    def make(kind: str = "console", secret: str = "", **fields: Any) -> SmsGateway:
        fields = {"owner": provider, "time_zone": "Asia/Bangkok", "currency": "THB", **fields}
        gateway = SmsGateway(provider=shop, kind=kind, **fields)
        gateway.secret = secret
        gateway.save()
        return gateway

    return make


@pytest.fixture
def kavenegar(make_gateway: Callable[..., SmsGateway], settings: Any) -> Iterator[Kavenegar]:
    settings.OUTSIDE_ALLOW_PRIVATE, settings.OUTSIDE_TIMEOUT_SECONDS = True, 5
    make_gateway("kavenegar", KEY, sender="10004346", currency="IRR")
    with listening(Kavenegar()) as fake:
        settings.KAVENEGAR_URL = fake.url
        yield fake


@pytest.fixture
def twilio(make_gateway: Callable[..., SmsGateway], settings: Any) -> Iterator[Twilio]:
    settings.OUTSIDE_ALLOW_PRIVATE, settings.OUTSIDE_TIMEOUT_SECONDS = True, 5
    make_gateway("twilio", TOKEN, account=ACCOUNT, sender="+15005550006", currency="USD")
    with listening(Twilio()) as fake:
        settings.TWILIO_URL = fake.url
        yield fake


@pytest.fixture(params=["kavenegar", "twilio"])
def telling_gateway(request: pytest.FixtureRequest) -> Any:
    """Each of those that can tell what they have."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def plain(make_gateway: Callable[..., SmsGateway], settings: Any) -> Iterator[Plain]:
    settings.OUTSIDE_ALLOW_PRIVATE, settings.OUTSIDE_TIMEOUT_SECONDS = True, 5
    with listening(Plain()) as fake:
        make_gateway(
            "generic",
            "s3cret/&ü",
            address=f"{fake.url}/send",
            sender="SHOP",
            account="shop",
            fields="to = {to}\ntext = {text}\nfrom = {sender}\nid = {id}\nkey = {secret}",
            reference_path="data.0.id",
        )
        yield fake


@pytest.fixture
def sms(shop: Provider) -> Callable[..., Notification]:
    """Writes an SMS to the outbox and gives its row."""

    def write(
        key: str = "sms:1", to: str = "+989121234567", text: str = "سفارش ۱۰۰۰۴۲", kind: str = "courier_x"
    ) -> Notification:
        assert notify_sms(shop, to, kind, key, text=text)
        return Notification.objects.get(unique_key=key)

    return write
