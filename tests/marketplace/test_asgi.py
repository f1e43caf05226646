"""Sockets while PostgreSQL or Redis is away; the outage is a real one."""

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.outage import Site
from tests.support.private import wait_until


@pytest.mark.parametrize("server", ["postgres", "valkey"])
@pytest.mark.parametrize("path", ["/ws/live/", "/ws/call/1/"])
def test_a_socket_is_told_to_come_back_later_and_is_served_then(site: Site, server: str, path: str) -> None:
    running = getattr(site.servers, server)
    before = len(site.log.read_text())
    running.stop()
    try:
        code = _close_code(site, path)
    finally:
        running.begin()
        running.wait_ready()

    assert code == 4503
    assert "Exception inside application" not in site.log.read_text()[before:]
    wait_until(lambda: _is_served(site), 20, lambda: site.log.read_text()[-3000:])


def _connect(site: Site, path: str):  # type: ignore[no-untyped-def]
    host = site.address.removeprefix("http://")
    headers = {"Cookie": site.cookie, "Origin": site.address}
    return connect(f"ws://{host}{path}", additional_headers=headers, proxy=None, open_timeout=30)


def _close_code(site: Site, path: str) -> int | None:
    with _connect(site, path) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=20)
    return closed.value.rcvd.code if closed.value.rcvd else None


def _is_served(site: Site) -> bool:
    with _connect(site, "/ws/live/") as socket:
        try:
            socket.send('{"type": "ping", "client_id": "1"}')
            return '"ack"' in str(socket.recv(timeout=5))
        except (ConnectionClosed, TimeoutError):
            return False
