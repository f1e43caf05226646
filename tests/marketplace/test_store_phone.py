"""Manual C, C1: the store's phone in the top bar."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from loyalty.models import Programme

SETUP = {"store_name": "Talad", "website": ""}
PARTS = {"header": r"<header.*?</header>", "footer": r"<footer.*?</footer>"}


def phones(page: str, part: str) -> list[tuple[str, str]]:
    """Of the `tel:` links there: what is dialled, and what is read."""
    (found,) = re.findall(PARTS[part], page, re.DOTALL)
    links = re.findall(r'<a [^>]*href="tel:([^"]*)">(.*?)</a>', found, re.DOTALL)
    return [(dialled, re.sub(r"<[^>]+>", "", inside)) for dialled, inside in links]


@pytest.fixture
def office(operator: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(operator)


def test_without_one_nothing_is_shown(client: Client, service: Any) -> None:
    page = client.get("/").text

    assert "tel:" not in page
    assert "store-phone" not in page


def test_what_account_setup_saves_is_on_every_page_at_once_in_the_readers_digits(
    office: Client,
    service: Any,
    customer: User,
    client_of: Callable[[User], Client],
    django_capture_on_commit_callbacks: Any,
) -> None:
    visitor, member = Client(headers={"Accept-Language": "fa"}), client_of(customer)
    before = [visitor.get("/").text, member.get("/dashboard/").text]

    with django_capture_on_commit_callbacks(execute=True):
        office.post("/admin/setup/save/", {**SETUP, "contact_phone": "+98 21 4762 0510"})
    theirs, ours = visitor.get("/").text, member.get("/dashboard/").text
    with django_capture_on_commit_callbacks(execute=True):
        office.post("/admin/setup/save/", {**SETUP, "contact_phone": ""})

    shown = ("+982147620510", "تلفن +۹۸ ۲۱ ۴۷۶۲ ۰۵۱۰")
    assert (phones(theirs, "header"), phones(theirs, "footer")) == ([shown], [shown])
    assert '<bdi class="number" dir="ltr">+۹۸ ۲۱ ۴۷۶۲ ۰۵۱۰</bdi>' in theirs
    # Signed in: beside the search, and where that is too narrow, in the menu of the account.
    assert phones(ours, "header") == [("+982147620510", "Phone +98 21 4762 0510")] * 2
    for page in (*before, visitor.get("/").text, member.get("/dashboard/").text):
        assert "tel:" not in page


def test_it_is_read_once_for_many_pages(customer: User, client_of: Callable[[User], Client]) -> None:
    Programme.objects.update_or_create(pk=1, defaults={"contact_phone": "+982147620510"})
    member = client_of(customer)

    pages, read = [], []
    for _number in range(3):
        with CaptureQueriesContext(connection) as queries:
            pages.append(member.get("/settings/").text)
        read.append(sum("loyalty_programme" in one["sql"] for one in queries))

    assert read == [1, 0, 0]
    assert [phones(page, "header")[0][0] for page in pages] == ["+982147620510"] * 3
