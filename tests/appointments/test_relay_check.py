"""Every answer that a relay can give, from a real coturn, a closed port and a port that says nothing."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from appointments.domain.relay_check import Place, check_relays, parse_turn_url
from tests.support.relays import TURN_SECRET, running_relay, unused_port

PERSON = User(pk=1)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_relay(tmp_path_factory.mktemp("relay")) as port:
        yield port


@pytest.fixture
def outcomes(settings: Any) -> Any:
    def check(*urls: str, secret: str = TURN_SECRET) -> list[str]:
        settings.TURN_URLS, settings.TURN_SECRET = list(urls), secret
        return [result.outcome.value for result in check_relays(PERSON)]

    return check


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_relay_works_once_data_went_through_it(relay: int, transport: str, outcomes: Any) -> None:
    assert outcomes(f"turn:127.0.0.1:{relay}?transport={transport}") == ["works"]


def test_what_was_allocated_is_given_back(tmp_path: Path, outcomes: Any) -> None:
    with running_relay(tmp_path, "--verbose") as port:
        assert outcomes(f"turn:127.0.0.1:{port}") == ["works"]

    assert (tmp_path / "turn.log").read_text().count("lifetime=0") == 2


def test_a_wrong_secret_is_told(relay: int, outcomes: Any) -> None:
    assert outcomes(f"turn:127.0.0.1:{relay}", secret="another") == ["wrong_secret"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_port_where_nobody_listens_is_told_at_once(transport: str, outcomes: Any) -> None:
    began = time.monotonic()

    found = outcomes(f"turn:127.0.0.1:{unused_port()}?transport={transport}")

    assert found == ["refused"]
    assert time.monotonic() - began < 2


def test_silence_ends_after_five_seconds_for_all_addresses_together(relay: int, outcomes: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        silent = f"turn:127.0.0.1:{deaf.getsockname()[1]}"
        began = time.monotonic()

        found = outcomes(silent, f"turn:127.0.0.1:{relay}", silent)

        assert found == ["silent", "works", "silent"]
        assert time.monotonic() - began < 5.5


def test_a_name_that_leads_nowhere_is_told(outcomes: Any) -> None:
    assert outcomes("turn:relay.invalid:3478") == ["unresolvable"]


def test_a_relay_that_does_not_send_to_its_own_addresses_is_no_relay_for_calls(
    tmp_path: Path, outcomes: Any
) -> None:
    with running_relay(tmp_path, "--denied-peer-ip=127.0.0.1", reaches_itself=False) as port:
        assert outcomes(f"turn:127.0.0.1:{port}") == ["denied"]


def test_a_full_relay_is_told(tmp_path: Path, outcomes: Any) -> None:
    with running_relay(tmp_path, "--user-quota=1") as port:
        assert outcomes(f"turn:127.0.0.1:{port}") == ["full"]


def test_what_cannot_be_checked_or_read_is_said_and_not_tried(outcomes: Any) -> None:
    found = outcomes("turns:127.0.0.1:5349?transport=udp", "http://relay.example", "turn:relay.example:99999")

    assert found == ["unchecked", "malformed", "malformed"]


def test_no_relay_gives_no_result(outcomes: Any) -> None:
    assert outcomes() == []


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("turn:relay.example", Place("relay.example", 3478, "udp", False)),
        ("turn:relay.example:80?transport=tcp", Place("relay.example", 80, "tcp", False)),
        ("turns:relay.example", Place("relay.example", 5349, "tcp", True)),
        ("turn:[2001:db8::1]:3479", Place("2001:db8::1", 3479, "udp", False)),
    ],
)
def test_an_address_is_read_as_browsers_read_it(url: str, place: Place) -> None:
    assert parse_turn_url(url) == place
