from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from accounts.domain import restore, suspend
from accounts.models import User
from marketplace.notify.models import Notification
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def _log_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


@pytest.mark.parametrize("login", ["customer@people.example", "Customer@People.example", "customer"])
def test_email_or_username_logs_in(client: Client, customer: User, login: str) -> None:
    response = _log_in(client, login)

    assert response["Location"] == "/dashboard/"
    assert get_user(client) == customer


def test_a_wrong_email_and_a_wrong_password_get_one_sentence(client: Client, customer: User) -> None:
    answers = [
        _log_in(client, customer.email, "wrong-password"),
        _log_in(client, "nobody@people.example", "wrong-password"),
        _log_in(client, "nobody", "wrong-password"),
    ]

    sentences = {str(answer.context["form"].errors) for answer in answers}
    assert len(sentences) == 1
    assert "The log-in name or the password is not right." in sentences.pop()
    assert f'value="{customer.email}"' in answers[0].content.decode()
    assert not get_user(client).is_authenticated


def test_the_page_has_the_manuals_words(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()

    assert f'href="{reverse("account_signup")}">Sign up</a>' in page
    assert f'href="{reverse("account_reset_password")}">Forgot password</a>' in page
    assert '<label class="form-label" for="id_login">Email</label>' in page
    assert '<label class="form-label" for="id_password">Password</label>' in page
    assert 'type="submit">Log in</button>' in page


def test_the_next_page_is_only_one_of_ours(customer: User) -> None:
    locations = [
        _log_in(Client(), customer.email, next=target)["Location"]
        for target in ("/orders/", "https://evil.example/", "//evil.example", "javascript:alert(1)")
    ]

    assert locations == ["/orders/", "/dashboard/", "/dashboard/", "/dashboard/"]


def test_five_wrong_passwords_close_the_door_for_a_while(client: Client, customer: User) -> None:
    for _attempt in range(5):
        _log_in(client, customer.email, "wrong-password")

    response = _log_in(client, customer.email)

    assert "Too many attempts. Wait five minutes" in response.content.decode()
    assert not get_user(client).is_authenticated


def test_many_tries_from_one_address_get_a_page_in_words(client: Client) -> None:
    for _attempt in range(30):
        _log_in(client, "", "")

    response = _log_in(client, "", "")

    assert response.status_code == 429
    assert "Wait a few minutes" in response.content.decode()


def test_logging_out_ends_the_session(customer: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(customer)

    response = client.post(reverse("account_logout"))

    assert response["Location"] == "/"
    assert not get_user(client).is_authenticated


def test_a_suspended_person_reads_the_reason_only_with_the_right_password(
    client: Client, customer: User, operator: User
) -> None:
    suspend(customer, reason="Unpaid orders", by=operator)

    wrong = _log_in(client, customer.email, "wrong-password")
    right = _log_in(client, customer.email)

    assert "Unpaid orders" not in wrong.content.decode()
    assert right.status_code == 403
    assert "Unpaid orders" in right.content.decode()
    assert not get_user(client).is_authenticated


def test_suspending_ends_open_sessions_and_restoring_lets_in_again(
    client: Client, provider: User, shop: Any, operator: User
) -> None:
    _log_in(client, provider.email)

    suspend(provider, reason="Complaints", by=operator)

    shop.refresh_from_db()
    assert shop.is_suspended
    assert client.get("/settings/").status_code == 302
    assert not client.session.get("_auth_user_id")

    provider.refresh_from_db()
    restore(provider)

    shop.refresh_from_db()
    assert not shop.is_suspended
    assert _log_in(client, provider.email)["Location"] == "/dashboard/"


def test_a_forgotten_password_is_replaced_by_mail(client: Client, customer: User) -> None:
    response = client.post(reverse("account_reset_password"), {"email": customer.email})

    mail = Notification.objects.get()
    assert response["Location"] == reverse("account_reset_password_done")
    assert (mail.address, mail.kind, mail.subject) == (
        customer.email,
        "account.password_reset_key",
        "Choose a new password for Talad",
    )
    link = next(line for line in mail.body.splitlines() if "/password/reset/key/" in line)

    form_page = client.get(link)["Location"]
    assert client.get(form_page).status_code == 200
    done = client.post(form_page, {"password1": "quite-new-words-7", "password2": "quite-new-words-7"})

    assert done["Location"] == "/dashboard/"
    assert get_user(client) == customer
    customer.refresh_from_db()
    assert customer.check_password("quite-new-words-7")
    assert "This link no longer works" in Client().get(link).content.decode()


def test_an_unknown_email_gets_the_same_answer_and_a_mail_that_says_so(client: Client) -> None:
    response = client.post(reverse("account_reset_password"), {"email": "nobody@people.example"})

    assert response["Location"] == reverse("account_reset_password_done")
    assert Notification.objects.get().kind == "account.unknown_account"


def test_a_reset_mail_speaks_its_readers_language_not_the_pages(client: Client, customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(language="fa")

    client.post(reverse("account_reset_password"), {"email": customer.email})

    assert Notification.objects.get().language == "fa"


def test_who_signed_up_with_a_taken_address_comes_in_again_and_its_owner_too(customer: User) -> None:
    other = User.objects.create_user(username="other", password="another-long-password", email=customer.email)
    other.emailaddress_set.create(email=customer.email, verified=False, primary=True)
    theirs, owners, nobodys = Client(), Client(), Client()

    _log_in(theirs, "Customer@People.example", "another-long-password")
    _log_in(owners, customer.email)
    refused = _log_in(nobodys, customer.email, "a-third-password")

    assert (get_user(theirs), get_user(owners)) == (other, customer)
    assert "The log-in name or the password is not right." in refused.content.decode()
    assert not get_user(nobodys).is_authenticated


@pytest.mark.parametrize("typed", ["peyk-۱۲۳۴-door", "peyk-๑๒๓๔-door", "peyk-1234-door"])
def test_a_given_password_may_be_typed_in_the_readers_own_digits(
    client: Client, customer: User, typed: str
) -> None:
    customer.set_password("peyk-1234-door")
    customer.save()

    response = _log_in(client, "customer", typed)

    assert response["Location"] == "/dashboard/"
    assert get_user(client) == customer


def test_a_password_chosen_in_own_digits_still_opens(client: Client, customer: User) -> None:
    customer.set_password("peyk-۱۲۳۴-door")
    customer.save()

    refused = _log_in(client, "customer", "peyk-۱۲۳۵-door")
    _log_in(client, "customer", "peyk-۱۲۳۴-door")

    assert "The log-in name or the password is not right." in refused.content.decode()
    assert get_user(client) == customer
