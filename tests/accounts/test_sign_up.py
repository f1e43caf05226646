from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.enums import MemberRole
from accounts.models import Provider, User
from marketplace.notify.models import Notification
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def _form(**changed: str) -> dict[str, str]:
    return {
        "role": "customer",
        "name": "Somchai",
        "email": "somchai@people.example",
        "password1": "correct-horse-9",
        "time_zone": "Asia/Tehran",
        **changed,
    }


def _sign_up(client: Client, **changed: str) -> Any:
    return client.post(reverse("account_signup"), _form(**changed))


def _errors(response: Any) -> dict[str, list[str]]:
    return {name: list(map(str, errors)) for name, errors in response.context["form"].errors.items()}


def test_a_customer_signs_up_and_is_logged_in_on_the_dashboard(client: Client) -> None:
    response = _sign_up(client, email="Somchai@people.example")

    user = User.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/dashboard/")
    assert get_user(client) == user
    assert (user.display_name, user.email, user.time_zone, user.language) == (
        "Somchai",
        "somchai@people.example",
        "Asia/Tehran",
        "en",
    )
    assert Provider.objects.count() == 0


def test_a_provider_signs_up_and_owns_a_shop(client: Client) -> None:
    _sign_up(client, role="provider", name="Siam Nails")

    shop = Provider.objects.get()
    membership = shop.members.get()
    assert (shop.name, shop.slug, shop.time_zone) == ("Siam Nails", "siam-nails", "Asia/Tehran")
    assert (membership.user, membership.role) == (User.objects.get(), MemberRole.OWNER)


def test_signing_up_sends_a_link_that_confirms_the_email(client: Client) -> None:
    _sign_up(client)

    mail = Notification.objects.get()
    link = next(line for line in mail.body.splitlines() if "/confirm-email/" in line)
    assert (mail.address, mail.kind) == ("somchai@people.example", "account.email_confirmation_signup")
    assert "Please confirm your email address" in client.get("/settings/").content.decode()

    client.post(link)

    assert User.objects.get().emailaddress_set.get().verified
    assert "Please confirm your email address" not in client.get("/settings/").content.decode()


def test_the_page_speaks_the_language_that_the_account_gets(client: Client) -> None:
    client.get("/language/th/")

    _sign_up(client)

    assert User.objects.get().language == "th"
    assert Notification.objects.get().language == "th"


@pytest.mark.parametrize("nonsense", ["", "Mars/Olympus", "../../etc/passwd", "localtime", "x" * 500])
def test_a_nonsense_time_zone_becomes_the_stores(client: Client, nonsense: str) -> None:
    _sign_up(client, time_zone=nonsense)

    assert User.objects.get().time_zone == "Asia/Bangkok"


def test_each_field_says_what_is_wrong_and_keeps_what_was_typed(client: Client) -> None:
    response = _sign_up(client, role="", email="not-an-email", password1="12345678")

    errors = _errors(response)
    assert errors["role"] == ["Choose one of the two: Provider or Customer."]
    assert errors["email"] == ["Enter a valid email address."]
    assert len(errors["password1"]) == 2
    page = response.content.decode()
    assert 'value="Somchai"' in page
    assert 'value="not-an-email"' in page
    assert "12345678" not in page
    assert (User.objects.count(), Notification.objects.count()) == (0, 0)


def test_a_role_that_does_not_exist_is_refused(client: Client) -> None:
    response = _sign_up(client, role="operator")

    assert list(_errors(response)) == ["role"]
    assert User.objects.count() == 0


def test_a_known_email_gets_the_same_answer_as_a_new_one(customer: User) -> None:
    new, known = Client(), Client()

    answer_new = _sign_up(new, email="new@people.example")
    answer_known = _sign_up(known, email=customer.email)

    def seen(client: Client, answer: Any, email: str) -> tuple[Any, ...]:
        texts = [str(m).replace(email, "X") for m in get_messages(answer.wsgi_request)]
        page = client.get("/dashboard/", follow=True)
        return answer.status_code, answer["Location"], texts, page.status_code

    assert seen(new, answer_new, "new@people.example") == seen(known, answer_known, customer.email)
    assert get_user(known) != customer


def test_the_owner_of_a_known_email_is_told_in_their_language(client: Client, customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(language="vi")

    _sign_up(client, email=customer.email)

    mail = Notification.objects.get()
    assert (mail.address, mail.kind, mail.language) == (
        customer.email,
        "account.account_already_exists",
        "vi",
    )
    assert "/accounts/password/reset/" in mail.body
    assert "/confirm-email/" not in mail.body
    assert list(customer.emailaddress_set.values_list("email", "verified")) == [(customer.email, True)]


def test_email_and_password_of_an_account_log_into_it(client: Client, customer: User) -> None:
    response = _sign_up(client, email=customer.email, password1=PASSWORD, role="provider")

    assert (response.status_code, response["Location"]) == (302, "/dashboard/")
    assert get_user(client) == customer
    assert (User.objects.count(), Provider.objects.count(), Notification.objects.count()) == (1, 0, 0)


def test_signing_up_cannot_be_used_to_guess_passwords(customer: User) -> None:
    for guess in range(5):
        _sign_up(Client(), email=customer.email, password1=f"guess-number-{guess}")
    users = User.objects.count()

    client = Client()
    response = _sign_up(client, email=customer.email, password1=PASSWORD)

    assert _errors(response) == {"__all__": ["Too many attempts. Wait five minutes, then try again."]}
    assert not get_user(client).is_authenticated
    assert User.objects.count() == users


def test_the_next_page_survives_signing_up_only_on_this_site(client: Client) -> None:
    ours = client.post("/accounts/signup/?next=/settings/", {**_form(), "next": "/settings/"})
    theirs = Client().post(
        "/accounts/signup/",
        {**_form(email="other@people.example"), "next": "https://evil.example/"},
    )

    assert (ours["Location"], theirs["Location"]) == ("/settings/", "/dashboard/")


def test_the_rate_limit_says_so_in_words(client: Client) -> None:
    for _attempt in range(20):
        client.get("/accounts/signup/")
        _sign_up(client, role="")

    response = _sign_up(client, role="")

    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()
    assert User.objects.count() == 0


def test_a_half_made_account_leaves_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("accounts.forms.finish_signup", broken)

    with pytest.raises(RuntimeError):
        _sign_up(client)

    assert User.objects.count() == 0


def test_a_person_without_an_email_sees_no_banner(courier: User, client_of: Callable[[User], Client]) -> None:
    assert "Please confirm your email" not in client_of(courier).get("/settings/").content.decode()
