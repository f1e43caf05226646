"""Whose address a visitor's is: the proxy's word counts only where the operator says that there is one."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from accounts.models import Provider, User
from followup.models import CallbackRequest
from tests.conftest import PASSWORD

ROOT = Path(__file__).parents[2]
PROXY = "10.0.0.7"  # whom every request behind the shipped proxy comes from


def _settings(count: str | None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "TRUSTED_PROXIES"}
    environment |= {"DATABASE_URL": "postgres://a@b/c", "REDIS_URL": "redis://b", "DEBUG": "1"}
    environment |= {"SECRET_KEY": "of-a-test"} | ({} if count is None else {"TRUSTED_PROXIES": count})
    ask = "from marketplace import settings; print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)"
    return subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_number_of_proxies_comes_from_the_environment_and_is_none_at_first() -> None:
    assert _settings(None).stdout.strip() == "0"
    assert _settings("1").stdout.strip() == "1"


def test_a_number_of_proxies_that_cannot_be_is_refused_at_start() -> None:
    refused = _settings("-1")

    assert refused.returncode != 0
    assert "TRUSTED_PROXIES" in refused.stderr


def test_every_process_of_the_shipped_site_knows_of_its_proxy() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    of_all = compose.split("environment: &environment")[1].split("volumes:")[0]

    assert 'TRUSTED_PROXIES: "1"' in of_all


def _log_in(client: Client, forwarded: str) -> int:
    headers = {"x-forwarded-for": forwarded}
    answer = client.post(
        reverse("account_login"), {"login": "", "password": ""}, headers=headers, REMOTE_ADDR=PROXY
    )
    return answer.status_code


@pytest.mark.django_db
def test_behind_the_proxy_one_visitors_tries_do_not_lock_the_others_out(
    client: Client, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _attempt in range(30):
        assert _log_in(client, "203.0.113.1") == 200

    assert _log_in(client, "203.0.113.1") == 429
    assert _log_in(client, "203.0.113.2") == 200


@pytest.mark.django_db
def test_behind_the_proxy_only_the_address_that_it_wrote_itself_counts(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for attempt in range(30):
        _log_in(client, f"198.51.100.{attempt}, 203.0.113.1")

    assert _log_in(client, "198.51.100.99, 203.0.113.1") == 429


@pytest.mark.django_db
def test_without_a_proxy_a_forged_header_does_not_help(client: Client) -> None:
    for attempt in range(30):
        _log_in(client, f"203.0.113.{attempt}")

    assert _log_in(client, "203.0.113.99") == 429


@pytest.mark.parametrize(("proxies", "made"), [(1, 6), (0, 5)])
def test_requests_to_be_called_back_are_counted_for_each_visitor(
    proxies: int, made: int, shop: Provider, client: Client, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    address = reverse("followup:contact", args=[shop.slug])

    for number in range(6):
        client.post(
            address,
            {"name": f"Dao {number}", "phone": "+66812345678", "email": "", "message": f"Call me {number}"},
            headers={"x-forwarded-for": f"203.0.113.{number}"},
            REMOTE_ADDR=PROXY,
        )

    assert CallbackRequest.objects.count() == made


@pytest.mark.parametrize(("proxies", "shown"), [(1, "203.0.113.1"), (0, PROXY)])
def test_the_session_list_names_the_persons_own_address(
    proxies: int, shown: str, customer: User, client: Client, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    client.post(
        reverse("account_login"),
        {"login": customer.email, "password": PASSWORD},
        headers={"x-forwarded-for": "203.0.113.1"},
        REMOTE_ADDR=PROXY,
    )

    assert [session.ip for session in UserSession.objects.filter(user=customer)] == [shown]
