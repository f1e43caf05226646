"""Proof that a call can go through the relay: two allocations on it, and a datagram from one to the other.

Anything less is a guess: a relay that answers may still refuse our password, hand out addresses that nobody
reaches, or sit behind a firewall that is closed for all but its first port.
"""

import asyncio
import re
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from aioice import stun, turn

from accounts.models import User
from appointments.domain.relays import ice_servers
from appointments.enums import RelayOutcome

TRY_SECONDS = 4.0  # for one address of the relay; all are tried at once
FREE_SECONDS = 1.0  # then the allocations are given back; what a silent relay keeps expires by itself
KNOCK_SECONDS = 0.5
RESEND_SECONDS = 0.1
LIFETIME_SECONDS = 60

_URL = re.compile(
    r"(?P<scheme>turns?):(?P<host>\[[0-9a-f:.]+\]|[^:?/@\[\]]+)(?::(?P<port>\d{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?",
    re.IGNORECASE,
)
_GREETING = b"Is there anybody?"
_BY_CODE = {
    401: RelayOutcome.WRONG_SECRET,
    403: RelayOutcome.DENIED,
    486: RelayOutcome.FULL,
    508: RelayOutcome.FULL,
}


@dataclass(frozen=True)
class RelayResult:
    """What became of one of TURN_URLS. `milliseconds`: the datagram's way there and out again."""

    url: str
    outcome: RelayOutcome
    milliseconds: int = 0
    detail: str = ""  # the relay's or the machine's own words, in English


class Place(NamedTuple):
    host: str
    port: int
    transport: str  # "udp" or "tcp"
    is_tls: bool


def check_relays(user: User) -> list[RelayResult]:
    """Tries every one of TURN_URLS, once, with credentials such as calls get. Never raises.

    Takes at most TRY_SECONDS + FREE_SECONDS and blocks for that long, so it wants a thread without an event
    loop, and nothing that others wait for in its hands.
    """
    servers = [server for server in ice_servers(user) if "username" in server]
    if not servers:
        return []
    (server,) = servers
    return asyncio.run(_check_all(server["urls"], server["username"], server["credential"]))


async def _check_all(urls: list[str], username: str, password: str) -> list[RelayResult]:
    # Looking up names has threads of its own: asyncio would wait for its own ones, past every limit.
    resolver = ThreadPoolExecutor(max_workers=max(1, len(urls)))
    try:
        return list(await asyncio.gather(*(_check(url, username, password, resolver) for url in urls)))
    finally:
        resolver.shutdown(wait=False, cancel_futures=True)


async def _check(url: str, username: str, password: str, resolver: ThreadPoolExecutor) -> RelayResult:
    place = parse_turn_url(url)
    if place is None:
        return RelayResult(url, RelayOutcome.MALFORMED)
    if place.is_tls and place.transport == "udp":
        return RelayResult(url, RelayOutcome.UNCHECKED)  # DTLS, which aioice does not speak
    heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    ends: list[_End] = []
    try:
        async with asyncio.timeout(TRY_SECONDS):
            address = await _resolve(place, resolver)
            if place.transport == "udp":
                await _knock(address)
            for _ in range(2):
                ends.append(await _allocate(place, address, username, password, heard))
            return RelayResult(url, RelayOutcome.WORKS, milliseconds=await _send_through(ends, heard))
    except TimeoutError:
        return RelayResult(url, RelayOutcome.LOST if len(ends) == 2 else RelayOutcome.SILENT)
    except Exception as error:  # a library's surprise is an answer too, and not a broken page
        return _explain(url, error)
    finally:
        await _free(ends)


def parse_turn_url(url: str) -> Place | None:
    """RFC 7065: turn: is UDP on 3478 unless it says otherwise, turns: is TLS over TCP on 5349."""
    found = _URL.fullmatch(url.strip())
    if found is None:
        return None
    is_tls = found["scheme"].lower() == "turns"
    transport = (found["transport"] or ("tcp" if is_tls else "udp")).lower()
    port = int(found["port"] or (5349 if is_tls else 3478))
    return Place(found["host"].strip("[]"), port, transport, is_tls) if 0 < port < 65536 else None


class _Ear(asyncio.DatagramProtocol):
    """Settles `heard` at the first datagram that is `expected` (or any), or at the first refusal."""

    def __init__(self, heard: "asyncio.Future[None]", expected: bytes = b"") -> None:
        self.heard = heard
        self.expected = expected
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self.heard.done() and self.expected in (b"", data):
            self.heard.set_result(None)

    def error_received(self, error: Exception) -> None:
        if not self.heard.done():
            self.heard.set_exception(error)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


_End = tuple[turn.TurnTransport, _Ear]


async def _resolve(place: Place, resolver: ThreadPoolExecutor) -> tuple[str, int]:
    """The server's IP address, an old-style one if it has any: relays are seldom reached by the other."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(resolver, socket.getaddrinfo, place.host, place.port)
    family, *_others, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return str(address[0]), place.port


async def _knock(address: tuple[str, int]) -> None:
    """Raises ConnectionRefusedError where nobody listens: aioice does not hear a refused datagram, and would
    wait for an answer to the end. Silence means nothing yet."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[None] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(heard), remote_addr=address)
    try:
        transport.sendto(bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST)))
        await asyncio.wait([heard], timeout=KNOCK_SECONDS)
        if heard.done():
            heard.result()
    finally:
        transport.close()


async def _allocate(
    place: Place, address: tuple[str, int], username: str, password: str, heard: "asyncio.Future[None]"
) -> _End:
    return await turn.create_turn_endpoint(
        lambda: _Ear(heard, expected=_GREETING),
        # A certificate is for a name.
        server_addr=(place.host, place.port) if place.is_tls else address,
        username=username,
        password=password,
        lifetime=LIFETIME_SECONDS,
        ssl=place.is_tls or None,
        transport=place.transport,
    )


async def _send_through(ends: list[_End], heard: "asyncio.Future[None]") -> int:
    """Milliseconds until the first datagram has arrived. Both send, since each end takes only what comes
    from where it sent to; and again and again, since a datagram may get lost."""
    began = time.monotonic()
    while not heard.done():
        for (sender, _), (receiver, _) in (ends, reversed(ends)):
            sender.sendto(_GREETING, receiver.get_extra_info("sockname"))
        await asyncio.wait([heard], timeout=RESEND_SECONDS)
    heard.result()
    return max(1, round((time.monotonic() - began) * 1000))


async def _free(ends: list[_End]) -> None:
    for transport, _ in ends:
        transport.close()
    if ends:
        await asyncio.wait([ear.gone for _, ear in ends], timeout=FREE_SECONDS)


def _explain(url: str, error: Exception) -> RelayResult:
    if isinstance(error, stun.TransactionTimeout):
        return RelayResult(url, RelayOutcome.SILENT)
    if isinstance(error, stun.TransactionFailed):
        code, reason = error.response.attributes.get("ERROR-CODE", (0, str(error)))
        return RelayResult(url, _BY_CODE.get(code, RelayOutcome.FAILED), detail=f"{code} {reason}".strip())
    # The order matters: the first two are OSErrors too.
    if isinstance(error, socket.gaierror | UnicodeError):
        return RelayResult(url, RelayOutcome.UNRESOLVABLE)
    if isinstance(error, ssl.SSLError):
        return RelayResult(url, RelayOutcome.NOT_TRUSTED, detail=error.reason or "")
    if isinstance(error, ConnectionRefusedError):
        return RelayResult(url, RelayOutcome.REFUSED)
    detail = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return RelayResult(url, RelayOutcome.FAILED, detail=detail)
