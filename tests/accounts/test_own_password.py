"""Who was given a password by somebody else chooses an own one first."""

from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from accounts.domain import close_account, give_password, reopen_account, suspend
from accounts.models import User
from marketplace.asgi import application
from marketplace.common.errors import DomainError
from messaging.models import Message, Thread
from tests.conftest import PASSWORD

CHANGE = "/accounts/password/change/"


@pytest.fixture
def asked(customer: User) -> User:
    customer.must_change_password = True
    customer.save()
    return customer


@pytest.mark.parametrize(
    "address", ["/dashboard/", "/", "/inbox/", "/settings/", "/accounts/email/", "/orders/"]
)
def test_every_page_leads_to_the_change(
    asked: User, client_of: Callable[[User], Client], address: str
) -> None:
    response = client_of(asked).get(address)

    assert (response.status_code, response["Location"]) == (302, CHANGE)


def test_what_is_sent_changes_nothing(
    asked: User, thread: Thread, client_of: Callable[[User], Client]
) -> None:
    address = f"/inbox/{thread.pk}/send/"
    response = client_of(asked).post(address, {"body": "hello"}, headers={"X-Requested-With": "fetch"})

    assert (response.status_code, response["Location"]) == (302, CHANGE)
    assert not Message.objects.filter(author=asked).exists()


def test_the_change_opens_everything(asked: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(asked)
    page = client.get(CHANGE)
    typed = {
        "oldpassword": PASSWORD,
        "password1": "quite-another-word-7",
        "password2": "quite-another-word-7",
    }

    changed = client.post(CHANGE, typed)

    assert "Somebody else gave you your password." in page.content.decode()
    assert (changed.status_code, changed["Location"]) == (302, "/dashboard/")
    asked.refresh_from_db()
    assert (asked.must_change_password, asked.check_password("quite-another-word-7")) == (False, True)
    assert client.get("/settings/").status_code == 200


def test_the_given_password_again_is_refused(asked: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(asked)
    page = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD})

    assert "Choose another password than the one that you were given." in page.content.decode()
    asked.refresh_from_db()
    assert asked.must_change_password
    assert client.get("/dashboard/")["Location"] == CHANGE


def test_logging_out_and_the_language_stay_open(asked: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(asked)

    assert client.get("/language/th/?next=/")["Location"] == "/"
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert client.get("/dashboard/")["Location"] == "/accounts/login/?next=/dashboard/"


def test_who_has_an_own_password_is_asked_nothing(
    customer: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(customer).get("/dashboard/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_sockets_turn_such_a_person_away(asked: User) -> None:
    session = SessionStore()
    session[SESSION_KEY] = str(asked.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = asked.get_session_auth_hash()
    session.save()
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()

    for address in ("/ws/live/", "/ws/call/1/"):
        assert async_to_sync(_closing_code)(address, cookie) == 4401


async def _closing_code(address: str, cookie: bytes) -> int:
    headers = [(b"origin", b"http://127.0.0.1"), (b"host", b"127.0.0.1"), (b"cookie", cookie)]
    socket = WebsocketCommunicator(application, address, headers=headers)
    await socket.connect(timeout=5)
    answer = await socket.receive_output(timeout=5)
    return int(answer["code"])


def test_a_given_password_ends_the_log_ins_of_the_old_one(customer: User, client: Client) -> None:
    client.post("/accounts/login/", {"login": "customer", "password": PASSWORD})
    assert client.get("/dashboard/").status_code == 200

    give_password(customer, "given-by-the-shop-5", must_change=True)

    assert client.get("/dashboard/")["Location"].startswith("/accounts/login/")
    customer.refresh_from_db()
    assert (customer.must_change_password, customer.check_password("given-by-the-shop-5")) == (True, True)


def test_a_closed_account_reads_whom_to_ask_and_opens_again(customer: User, client: Client) -> None:
    close_account(customer)
    refused = client.post("/accounts/login/", {"login": "customer", "password": PASSWORD})

    assert refused.status_code == 403
    assert "ask the shop that gave you the log-in" in refused.content.decode()
    reopen_account(customer)
    assert client.post("/accounts/login/", {"login": "customer", "password": PASSWORD}).status_code == 302


def test_what_the_operator_suspended_is_not_reopened_by_others(customer: User, operator: User) -> None:
    suspend(customer, reason="Fraud", by=operator)

    with pytest.raises(DomainError) as refusal:
        reopen_account(customer)

    assert refusal.value.code == "suspended"
    customer.refresh_from_db()
    assert not customer.is_active


def test_a_username_may_be_typed_with_persian_digits(
    make_person: Callable[..., User], client: Client
) -> None:
    make_person("reza-2", email="")

    assert client.post("/accounts/login/", {"login": "reza-۲", "password": PASSWORD}).status_code == 302


def test_an_answer_that_was_still_on_its_way_leaves_the_new_log_in_alone(
    asked: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(asked)
    asked_before = Client()  # a page of this very browser that asked before the change and is answered after
    asked_before.cookies.load(
        {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    )
    typed = {
        "oldpassword": PASSWORD,
        "password1": "quite-another-word-7",
        "password2": "quite-another-word-7",
    }
    changed = client.post(CHANGE, typed)

    late = asked_before.get("/inbox/unread/")

    assert changed.cookies[settings.SESSION_COOKIE_NAME].value
    assert (late.status_code, settings.SESSION_COOKIE_NAME in late.cookies) == (302, False)
    assert client.get("/settings/").status_code == 200


def test_an_answer_in_the_middle_of_the_change_leaves_the_new_log_in_alone(
    asked: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(asked)
    asked.set_password("quite-another-word-7")
    asked.save()  # the session still bears the sign of the old password: it ends with the next look at it

    late = client.get("/inbox/unread/")

    assert (late.status_code, settings.SESSION_COOKIE_NAME in late.cookies) == (302, False)


def test_log_out_takes_the_cookie_away(customer: User, client_of: Callable[[User], Client]) -> None:
    left = client_of(customer).post("/accounts/logout/")

    assert left.status_code == 302
    assert left.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
