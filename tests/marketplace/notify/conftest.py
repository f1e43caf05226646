from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from marketplace.notify.domain import notify
from marketplace.notify.models import Notification
from tests.support.mail import MailServer


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
