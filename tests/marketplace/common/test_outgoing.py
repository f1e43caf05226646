"""Calls to addresses that somebody typed, against real servers on loopback."""

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from marketplace.common.outgoing import (
    Answer,
    OutgoingError,
    check_address,
    is_public,
    post,
    request,
)
from tests.orders.outside.client import OutsideShop, free_port, listening
from tests.support.sms import Plain
from tests.support.sms import listening as listening_to_sms

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver() -> Iterator[OutsideShop]:
    with listening(OutsideShop(secret=SECRET)) as shop:
        yield shop


def refusal(url: str, *, seconds: float = 5, allow_private: bool = True) -> str:
    with pytest.raises(OutgoingError) as error:
        post(url, b"{}", {}, seconds=seconds, allow_private=allow_private)
    return error.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_an_address_that_is_not_of_the_open_internet_is_told(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::93.184.215.14"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://orders.example/", "address"),
        ("ftp://orders.example/", "address"),
        ("https://", "address"),
        ("https://user:password@orders.example/", "address"),
        ("https://orders.example:99999/", "address"),
        ("https://[::1/", "address"),
        ("/events", "address"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://localhost/", "private"),
        ("https://a.localhost/", "private"),
    ],
)
def test_a_public_site_calls_only_https_and_nothing_private(url: str, code: str) -> None:
    with pytest.raises(OutgoingError) as error:
        check_address(url, allow_private=False)

    assert error.value.code == code


def test_a_name_that_leads_to_a_private_address_is_refused_and_nothing_is_sent(
    receiver: OutsideShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr(socket, "getaddrinfo", answers_with("93.184.215.14", "127.0.0.1"))

    assert refusal(f"https://orders.example:{port}/", allow_private=False) == "private"
    assert (receiver.events, receiver.forged) == ([], 0)


def test_the_name_is_looked_up_once_and_the_checked_address_is_called(
    receiver: OutsideShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", answers_with("127.0.0.1", asked=asked))
    receiver.status = 200

    answer = post(
        f"http://orders.example:{port}/events?a=ü&b=%20",
        b"{}",
        _signed("{}"),
        seconds=5,
        allow_private=True,
    )

    assert (answer, asked) == (Answer(200, "I say 200"), ["orders.example", "127.0.0.1"])
    assert receiver.hosts == [f"orders.example:{port}"]


def test_a_redirect_is_an_answer_and_not_followed(receiver: OutsideShop) -> None:
    with listening(OutsideShop(secret=SECRET)) as behind:
        receiver.status, receiver.location = 307, behind.url

        answer = post(receiver.url, b"{}", _signed("{}"), seconds=5, allow_private=True)

        assert (answer.status, behind.events, behind.forged) == (307, [], 0)


def test_a_receiver_that_drips_its_answer_is_cut_off(receiver: OutsideShop) -> None:
    receiver.drip_seconds = 0.05
    started = time.monotonic()

    code = refusal(receiver.url, seconds=0.6)

    assert code == "timeout"
    assert 0.5 < time.monotonic() - started < 3


def test_a_receiver_that_accepts_and_says_nothing_is_cut_off() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()

        assert refusal(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3) == "timeout"


def test_nobody_at_the_address_is_told() -> None:
    assert refusal(f"http://127.0.0.1:{free_port()}/") == "unreachable"


def test_what_is_no_http_is_told() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        thread = Thread(target=_babble, args=[server])
        thread.start()

        assert refusal(f"http://127.0.0.1:{server.getsockname()[1]}/") == "answer"
        thread.join()


def test_of_a_long_answer_the_start_is_kept(receiver: OutsideShop, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        long = b"HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n" + b"\x00" + "é".encode() * 50_000
        thread = Thread(target=_babble, args=[server, long])
        thread.start()

        answer = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"", {}, seconds=5, allow_private=True)

        assert answer == Answer(500, "é" * 500)
        thread.join()


def test_of_an_answer_as_much_is_kept_as_the_caller_wants() -> None:
    with listening_to_sms(Plain()) as gateway:
        gateway.said = (200, "x" * 5000)

        answer = request(
            "GET", f"{gateway.url}/a?b=c%20d", None, {}, seconds=5, allow_private=True, keep_chars=2000
        )

        assert answer == Answer(200, "x" * 2000)
        [call] = gateway.calls
        assert (call.method, call.path, call.query, call.body) == ("GET", "/a", {"b": "c d"}, "")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        thread = Thread(target=_shake_hands, args=[server, context])
        thread.start()

        assert refusal(f"https://127.0.0.1:{server.getsockname()[1]}/") == "tls"
        thread.join()


def _signed(body: str) -> dict[str, str]:
    from tests.orders.outside.client import signed

    return signed(SECRET, "evt_1", body)


def answers_with(*addresses: str, asked: list[str] | None = None) -> Any:
    """A resolver that swaps its answer for a private one as soon as it has been asked."""
    turns = [list(addresses)]

    def getaddrinfo(host: str, port: int, *_args: Any, **_more: Any) -> list[Any]:
        if asked is not None:
            asked.append(host)
        found = [host] if host[0].isdigit() else turns.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    return getaddrinfo


def _babble(server: socket.socket, words: bytes = b"hello\r\n\r\n") -> None:
    caller, _ = server.accept()
    with caller:
        caller.recv(65536)
        with contextlib.suppress(OSError):
            caller.sendall(words)


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    caller, _ = server.accept()
    with caller, contextlib.suppress(OSError):
        context.wrap_socket(caller, server_side=True).close()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
