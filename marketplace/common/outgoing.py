"""Calling addresses that somebody typed into a form.

The name is looked up once, every address behind it is checked, and the call goes to a checked one: whoever
answers for the name cannot swap it in between for a machine behind our own firewall. Redirects are not
followed, for the same reason, and the whole call has one time limit, however slowly the answer drips.
"""

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import SplitResult, quote, urlsplit

KEEP_CHARS = 500  # of an answer: enough to see what is wrong
_TRIES = 3  # addresses of one name

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 addresses in which an IPv4 address is packed, which a gateway on the way would unpack.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class OutgoingError(Exception):
    """The call was not made or not answered. `code`: address, private, unreachable, tls, timeout, answer;
    `may_have_arrived`: there was a connection, so the receiver may have the request."""

    def __init__(self, code: str, detail: str = "", *, may_have_arrived: bool = False) -> None:
        super().__init__(detail or code)
        self.code = code
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is the start of it: at most KEEP_CHARS characters, or as many as the caller wanted."""

    status: int
    text: str


def check_address(url: str, *, allow_private: bool) -> SplitResult:
    """What can be said of `url` without a network: https (http too with `allow_private`), a host that is not
    a private address itself, nobody's password. Raises OutgoingError (address, private)."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise OutgoingError("address", str(error)) from error
    schemes = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in schemes or not host or parts.username is not None:
        raise OutgoingError("address")
    if not allow_private:
        if host == "localhost" or host.endswith(".localhost"):
            raise OutgoingError("private")
        literal = _literal(host)
        if literal is not None and not is_public(literal):
            raise OutgoingError("private")
    return parts


def is_public(address: Address) -> bool:
    """Whether it is a machine of the open internet; with an IPv4 address inside, whether that is one too."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        return all(is_public(one) for one in inner if one is not None)
    return True


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float, allow_private: bool = False
) -> Answer:
    """`request` with POST, of whose answer the start is enough."""
    return request("POST", url, body, headers, seconds=seconds, allow_private=allow_private)


def request(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    seconds: float,
    allow_private: bool = False,
    keep_chars: int = KEEP_CHARS,
) -> Answer:
    """Calls and gives the answer, whatever its status. Raises OutgoingError and nothing else for a fault of
    the outside; `seconds` limits connecting, sending and reading together. An error's text may hold the
    address: who has a secret in it must not pass that text on."""
    ends = time.monotonic() + seconds
    parts = check_address(url, allow_private=allow_private)
    host = _ascii(parts.hostname or "")
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    target = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*") + (
        "?" + quote(parts.query, safe="/%:=&~+!$,;'@()*?") if parts.query else ""
    )
    failure = OutgoingError("unreachable")
    for address in _resolve(host, port, allow_private=allow_private)[:_TRIES]:
        call = _Call(host, port, address, ssl.create_default_context() if is_tls else None)
        try:
            return call.run(method, target, body, headers, ends - time.monotonic(), keep_chars)
        except OutgoingError as error:
            if error.code != "unreachable":  # past the connecting, the receiver may have it already
                raise
            failure = error
    raise failure


def _resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutgoingError("unreachable", str(error)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    # One private address among them is a trap or a mistake: the name is refused as a whole.
    if not allow_private and not all(is_public(ipaddress.ip_address(one)) for one in addresses):
        raise OutgoingError("private")
    return addresses


def _ascii(host: str) -> str:
    if _literal(host) is not None:
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError as error:
        raise OutgoingError("address", str(error)) from error


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class _Call(HTTPConnection):
    """One request to `address`, under the name `host` for the receiver's certificate and its own routing."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self.default_port = 443 if context else 80  # left out of the Host header
        self._address, self._context = address, context
        self._live: socket.socket | None = None
        self._is_cut = self._is_connected = False

    def connect(self) -> None:
        self._live = self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            secured = self._context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._live = self.sock = secured
            secured.do_handshake()
        self._is_connected = True

    def run(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        seconds: float,
        keep_chars: int,
    ) -> Answer:
        if seconds <= 0:
            raise OutgoingError("timeout")
        self.timeout = seconds
        # The socket's own limit is for each read; a receiver that sends a byte now and then would pass it.
        limit = Timer(seconds, self._cut)
        limit.daemon = True
        limit.start()
        try:
            self.request(method, target, body, {**headers, "Connection": "close"})
            with self.getresponse() as response:
                text = response.read(4 * keep_chars).decode(errors="replace")
            if self._is_cut:
                raise OutgoingError("timeout", may_have_arrived=True)
            return Answer(response.status, text.replace("\x00", "")[:keep_chars])
        except (OSError, HTTPException, ValueError) as error:
            raise self._failure(error) from error
        finally:
            limit.cancel()
            self.close()
            if self._live is not None:
                self._live.close()

    def _failure(self, error: Exception) -> OutgoingError:
        code, words = "answer", f"{type(error).__name__}: {error}"
        if self._is_cut or isinstance(error, TimeoutError):
            code, words = "timeout", str(error)
        elif isinstance(error, ssl.SSLError):
            code, words = "tls", str(error)
        elif self._live is None:
            code, words = "unreachable", str(error)
        return OutgoingError(code, words, may_have_arrived=self._is_connected)

    def _cut(self) -> None:
        self._is_cut = True
        if self._live is not None:
            with contextlib.suppress(OSError):  # closed meanwhile
                # Below the TLS layer, which the other thread is using.
                socket.socket.shutdown(self._live, socket.SHUT_RDWR)
