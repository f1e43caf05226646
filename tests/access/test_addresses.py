"""Every address × every person: default deny. An address without a rule fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from marketplace.notify.models import Notification
from tests.access.rules import (
    ACTORS,
    ADMIN,
    FOR_OPERATORS_TOO,
    OFFICE,
    OPERATOR,
    RULES,
    SIGNED_OUT,
    WITH_STAFF,
    Rule,
)

# Whole families under one rule of their own, each tried by a test below or by its library.
FAMILIES = ("admin:", "account_", "mfa_", "usersessions_")


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _names(pattern, prefix + namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


NAMES = sorted(set(_names(get_resolver())))
OURS = [name for name in NAMES if not name.startswith(FAMILIES)]


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    assert sorted(RULES) == OURS


@pytest.mark.parametrize("name", sorted(RULES))
def test_an_address_exists_for_whom_its_rule_names_and_for_nobody_else(
    name: str, world: dict[str, Any], people: dict[str, User]
) -> None:
    rule = RULES[name]
    address = reverse(name, kwargs=rule.arguments(world))

    found = {actor: _open(address, rule, people.get(actor), world) for actor in ACTORS}

    expected = {actor: _expected(actor, rule) for actor in ACTORS}
    assert found == expected


def _open(address: str, rule: Rule, user: User | None, world: dict[str, Any]) -> str:
    client = Client(raise_request_exception=True)
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = getattr(client, rule.method)(address, rule.data(world))
    if response.streaming:
        list(response.streaming_content)  # read to its end, a file is closed
    if response.status_code == 302 and response["Location"].startswith(str(settings.LOGIN_URL)):
        return "log in"
    if response.status_code == 404:
        return "not found"
    # 503 is healthz without a worker; 400, 401, 409 and 422 are refusals with a sentence.
    assert response.status_code in (200, 302, 303, 400, 401, 409, 422, 503), (address, response.status_code)
    return "exists"


def _expected(actor: str, rule: Rule) -> str:
    if actor in rule.allowed:
        return "exists"
    return "log in" if actor == SIGNED_OUT else "not found"


# The library's pages that need no log-in; the secret in an address is what lets in.
OPEN_TO_ALL = {
    "account_confirm_email",
    "account_confirm_login_code",  # without a pending code it leads back to the log-in page
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "account_signup_by_passkey",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_signup_webauthn",
    "mfa_trust",
}
LIBRARY_ARGUMENTS = {
    "account_confirm_email": {"key": "none"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "none"},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
}
LIBRARY_NAMES = [n for n in NAMES if n.startswith(("account_", "mfa_", "usersessions_"))]


@pytest.mark.parametrize("name", LIBRARY_NAMES)
def test_a_librarys_page_sends_who_is_signed_out_to_log_in(name: str, db: None, client: Client) -> None:
    response = client.get(reverse(name, kwargs=LIBRARY_ARGUMENTS.get(name)))

    to_log_in = response.status_code == 302 and response["Location"].startswith(f"{settings.LOGIN_URL}?next=")
    assert to_log_in == (name not in OPEN_TO_ALL)


ADMIN_NAMES = [n for n in NAMES if n.startswith("admin:") and n.endswith(("_changelist", ":index"))]
ADMIN_ROW_NAMES = [
    n
    for n in NAMES
    if n.startswith("admin:")
    and n.endswith(("_change", "_history", "_delete"))
    and n != "admin:password_change"
]
FOR_OPERATORS_ROWS = [f"{name}_{page}" for name in FOR_OPERATORS_TOO for page in ("change", "history")]
ADMIN_ADD_NAMES = [n for n in NAMES if n.startswith("admin:") and n.endswith("_add")]


@pytest.mark.parametrize("name", [*ADMIN_ROW_NAMES, *ADMIN_ADD_NAMES])
def test_an_operators_form_is_nobody_elses(name: str, people: dict[str, User]) -> None:
    address = reverse(name, args=[1] if name in ADMIN_ROW_NAMES else [])

    let_in = OFFICE if name in FOR_OPERATORS_ROWS else OPERATOR
    found = {actor: _admin_status(address, people.get(actor)) for actor in ACTORS if actor not in let_in}

    # Who works in the backoffice without Django's permissions reads that; others are sent to log in.
    assert {status for actor, status in found.items() if actor not in WITH_STAFF} == {302}
    assert set(found.values()) <= {302, 403}


@pytest.mark.parametrize("name", FOR_OPERATORS_ROWS)
def test_a_row_that_the_role_operator_acts_on_is_shown_to_it_and_to_nobody_below(
    name: str, world: dict[str, Any], people: dict[str, User]
) -> None:
    kind = name.rpartition("_")[0]
    row = {"admin:services_service": world["service"], "admin:accounts_user": people["customer"]}.get(kind)
    address = reverse(name, args=[(row or Notification.objects.latest("pk")).pk])

    found = {actor: _admin_status(address, people.get(actor)) for actor in ACTORS}
    posted = _admin_status(address, people["office_operator"], "post") if name.endswith("_change") else 403

    assert found == {actor: _expected_in_admin(actor, name) for actor in ACTORS}
    assert posted == 403


@pytest.mark.parametrize("name", ADMIN_NAMES)
def test_the_operators_pages_are_for_the_operator(
    name: str, world: dict[str, Any], people: dict[str, User]
) -> None:
    address = reverse(name)

    found = {actor: _admin_status(address, people.get(actor)) for actor in ACTORS}

    assert found == {actor: _expected_in_admin(actor, name) for actor in ACTORS}


ADMIN_OF_DJANGO = ("index", "login", "logout", "password_change", "password_change_done", "autocomplete")
ADMIN_OF_DJANGO += ("jsi18n", "view_on_site", "app_list", "auth_user_password_change", "None")
ADMIN_OF_MODELS = ("_changelist", "_add", "_history", "_delete", "_change")


def test_every_page_that_we_add_to_the_admin_has_a_rule() -> None:
    ours = [
        name
        for name in NAMES
        if name.startswith("admin:")
        and name.removeprefix("admin:") not in ADMIN_OF_DJANGO
        and not name.endswith(ADMIN_OF_MODELS)
    ]

    assert ours == sorted(ADMIN)


@pytest.mark.parametrize("name", sorted(ADMIN))
def test_a_page_that_we_add_to_the_admin_is_for_whom_its_rule_names(
    name: str, world: dict[str, Any], people: dict[str, User]
) -> None:
    rule, address = ADMIN[name], reverse(name)

    found = {actor: _admin_status(address, people.get(actor), rule.method) for actor in ACTORS}

    assert found == {actor: _expected_in_admin(actor, name) for actor in ACTORS}
    assert {actor for actor, status in found.items() if status == 200} == rule.allowed


def _expected_in_admin(actor: str, name: str) -> int:
    of_the_site = name.rpartition("_")[0] in FOR_OPERATORS_TOO
    if actor in (OFFICE if of_the_site else OPERATOR):
        return 200
    # The first page leads on to the person's own first menu.
    return 403 if actor in WITH_STAFF and name != "admin:index" else 302


def _admin_status(address: str, user: User | None, method: str = "get") -> int:
    client = Client()
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return int(getattr(client, method)(address).status_code)
