from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from django.utils.safestring import SafeString

from marketplace.notify.domain import send_due
from marketplace.notify.models import Notification
from marketplace.notify.views import outbox, with_links
from marketplace.urls import urlpatterns as site

# pytest-django turns DEBUG off before the addresses are read.
urlpatterns = [*site, path("outbox/", outbox, name="outbox")]
pytestmark = pytest.mark.urls(__name__)

Alert = Callable[..., Notification]


@pytest.fixture(autouse=True)
def _debugging(settings: Any) -> None:
    settings.DEBUG = True


def test_what_has_not_gone_out_yet_is_readable_and_stays_unsent(client: Client, alert: Alert) -> None:
    row = alert(title="<script>x</script>")

    page = client.get("/outbox/").content.decode()

    assert "Order 100001 is confirmed" in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "customer@people.example" in page
    assert "Waiting" in page
    assert '/orders/1/">http' in page
    row.refresh_from_db()
    assert (row.status, row.body) == ("pending", "")


def test_newest_first_with_status_and_error(client: Client, alert: Alert) -> None:
    alert("cause:1", kind="no_such_kind")
    alert("cause:2")
    send_due()

    response = client.get("/outbox/")

    assert [row.unique_key for row in response.context["notifications"]] == ["cause:2", "cause:1"]
    page = response.content.decode()
    assert "Sent" in page
    assert "TemplateDoesNotExist: notify/no_such_kind.subject.txt" in page


def test_an_empty_outbox_says_what_will_stand_there(client: Client, db: None) -> None:
    assert "Nothing has been sent yet" in client.get("/outbox/").content.decode()


def test_without_debug_there_is_no_outbox(client: Client, settings: Any, alert: Alert) -> None:
    settings.DEBUG = False
    alert()

    assert client.get("/outbox/").status_code == 404


def test_three_rows_cost_no_more_queries_than_one(
    client: Client, alert: Alert, django_assert_num_queries: Callable[..., object]
) -> None:
    alert("cause:1")
    client.get("/outbox/")  # what many pages share is in the cache now
    with django_assert_num_queries(1):
        client.get("/outbox/")
    alert("cause:2")
    alert("cause:3")
    with django_assert_num_queries(1):
        client.get("/outbox/")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("See https://our.example/a/?b=1&c=2.", 'See <a href="https://our.example/a/?b=1&amp;c=2">https://our.example/a/?b=1&amp;c=2</a>.'),
        ("https://our.example", '<a href="https://our.example">https://our.example</a>'),
        ("https://our.example.evil.example/x", "https://our.example.evil.example/x"),
        ("https://our.example@evil.example/x", "https://our.example@evil.example/x"),
        ("https://other.example/<b>", "https://other.example/&lt;b&gt;"),
        ('https://our.example/"onclick="x', '<a href="https://our.example/">https://our.example/</a>&quot;onclick=&quot;x'),
        ("javascript:alert(1) <i>", "javascript:alert(1) &lt;i&gt;"),
    ],
)  # fmt: skip
def test_only_our_own_addresses_are_links(text: str, html: str) -> None:
    linked = with_links(text, ["https://our.example"])

    assert isinstance(linked, SafeString)
    assert linked == html
