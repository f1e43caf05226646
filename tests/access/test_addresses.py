"""Every address × every person: default deny. An address without a rule fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from tests.access.rules import ACTORS, RULES, SIGNED_OUT, Rule

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
    # 503 is healthz without a worker; 400, 409 and 422 are refusals with a sentence.
    assert response.status_code in (200, 302, 303, 400, 409, 422, 503), (address, response.status_code)
    return "exists"


def _expected(actor: str, rule: Rule) -> str:
    if actor in rule.allowed:
        return "exists"
    return "log in" if actor == SIGNED_OUT else "not found"


ADMIN_NAMES = [
    name for name in NAMES if name.startswith("admin:") and name.endswith(("_changelist", ":index"))
]


@pytest.mark.parametrize("name", ADMIN_NAMES)
def test_the_operators_pages_are_for_the_operator(
    name: str, world: dict[str, Any], people: dict[str, User]
) -> None:
    address = reverse(name)

    found = {actor: _admin_status(address, people.get(actor)) for actor in ACTORS}

    assert found == {actor: 200 if actor == "operator" else 302 for actor in ACTORS}


def _admin_status(address: str, user: User | None) -> int:
    client = Client()
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(address).status_code
