"""Sessions, emails, the second step."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.templatetags.device import device
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PAGES = [
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "usersessions_list",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
]


def _logged_in(user: User) -> Client:
    """With a fresh proof of who it is, which changes of the log-in ask for."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_page_is_in_our_layout(customer: User, name: str, language: str) -> None:
    User.objects.filter(pk=customer.pk).update(language=language)

    response = _logged_in(customer).get(reverse(name))

    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in page
    assert "accounts/accounts.css" in page
    assert "style=" not in page
    assert "<script>" not in page


def test_the_session_list_ends_the_others(customer: User) -> None:
    here, there = _logged_in(customer), _logged_in(customer)

    page = here.get(reverse("usersessions_list")).content.decode()
    assert page.count('<li class="session-row">') == 2
    assert page.count("This browser") == 1

    here.post(reverse("usersessions_list"))

    assert get_user(here) == customer
    assert not get_user(there).is_authenticated


def test_a_browser_is_named_in_two_words() -> None:
    phone = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"

    assert (device(phone), device("curl/8")) == ("Chrome · Android", "Unknown browser")


def test_codes_from_an_app_are_turned_on_and_then_asked_for(customer: User) -> None:
    client = _logged_in(customer)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    persian = _code(secret).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    client.post(reverse("mfa_activate_totp"), {"code": persian})

    kinds = set(Authenticator.objects.filter(user=customer).values_list("type", flat=True))
    assert Authenticator.Type.TOTP in kinds
    assert client.get(reverse("mfa_index")).status_code == 200

    stranger = Client()
    step = stranger.post(reverse("account_login"), {"login": customer.email, "password": PASSWORD})
    assert step["Location"] == reverse("mfa_authenticate")
    assert stranger.get(step["Location"]).status_code == 200
    assert not get_user(stranger).is_authenticated


def test_a_wrong_code_turns_nothing_on(customer: User) -> None:
    client = _logged_in(customer)
    client.get(reverse("mfa_activate_totp"))

    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert "This code is not right" in response.content.decode()
    assert not Authenticator.objects.exists()


def test_the_second_step_waits_for_a_confirmed_email(customer: User) -> None:
    customer.emailaddress_set.update(verified=False)

    response = _logged_in(customer).get(reverse("mfa_activate_totp"), follow=True)

    assert "Confirm your email first" in response.content.decode()


def test_recovery_codes_can_be_made_and_read(customer: User) -> None:
    client = _logged_in(customer)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})

    client.post(reverse("mfa_generate_recovery_codes"))
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert page.count("<li><code>") == 10


def test_a_stranger_is_sent_to_log_in(client: Client) -> None:
    for name in PAGES:
        if name != "account_logout":
            assert client.get(reverse(name)).status_code == 302


def test_a_second_email_waits_for_its_confirmation(
    customer: User, client_of: Callable[[User], Client]
) -> None:
    client = _logged_in(customer)

    client.post(reverse("account_email"), {"action_add": "", "email": "second@people.example"})

    customer.refresh_from_db()
    assert customer.email == "customer@people.example"
    assert "Not confirmed yet" in client.get(reverse("account_email")).content.decode()
