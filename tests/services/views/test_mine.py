from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from services.domain import take_off_site, unlist_service
from services.models import Service


def test_each_service_says_where_it_stands(
    client_of: Callable[[User], Client], provider: User, operator: User, make_service: Callable[..., Service]
) -> None:
    make_service("Alpha")
    unlist_service(make_service("Beta"))
    take_off_site(make_service("Gamma"), reason="The photo is not yours.", by=operator)

    page = client_of(provider).get("/my/services/").content.decode()

    assert page.count("On the site") == 1
    assert page.count("Taken off by you") == 1
    assert page.count("Taken off by the operator") == 1
    assert "The photo is not yours." in page


def test_an_agent_sees_the_shops_services(
    client_of: Callable[[User], Client], agent: User, service: Service
) -> None:
    assert "Legal advice by video" in client_of(agent).get("/my/services/").content.decode()


def test_a_stranger_sees_none_of_them(
    client_of: Callable[[User], Client], stranger: User, service: Service
) -> None:
    page = client_of(stranger).get("/my/services/").content.decode()

    assert "Legal advice by video" not in page
    assert "Your shelf is empty" in page


def test_a_customer_is_offered_a_shop(client_of: Callable[[User], Client], customer: User) -> None:
    browser = client_of(customer)

    for path in ("/my/services/", "/my/services/add/"):
        page = browser.get(path).content.decode()
        assert "Open a shop to offer services" in page
        assert 'href="/open-shop/"' in page
        assert 'action="/open-shop/"' not in page


def test_signed_out_leads_to_the_log_in(client: Client, db: None) -> None:
    assert client.get("/my/services/").headers["Location"] == "/accounts/login/?next=/my/services/"


def test_query_count_does_not_grow(
    client_of: Callable[[User], Client], provider: User, make_service: Callable[..., Service]
) -> None:
    browser = client_of(provider)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get("/my/services/")
        return len(captured)

    make_service()
    queries()
    with_one = queries()
    make_service()
    make_service()
    assert queries() == with_one
