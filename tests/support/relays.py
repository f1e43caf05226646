"""A real coturn on loopback, under a test's own orders."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

TURN_SECRET = "a-secret-of-this-test-alone"


@contextmanager
def running_relay(
    folder: Path, *options: str, reaches_itself: bool = True, port: int | None = None
) -> Iterator[int]:
    """Its port, for UDP and TCP. One that does not reach itself refuses to send to its own addresses."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("coturn is not installed, so the relay cannot be tried")
    port = port or unused_port()
    command = [program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}"]
    command += ["--use-auth-secret", f"--static-auth-secret={TURN_SECRET}", "--realm=talad", "--fingerprint"]
    command += ["--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout", "--simple-log"]
    command += [f"--pidfile={folder}/turn.pid", f"--userdb={folder}/turn.db", *options]
    if reaches_itself:
        command += ["--allow-loopback-peers"]
    with (folder / "turn.log").open("wb") as out:
        process = subprocess.Popen(command, env=dict(os.environ), stdout=out, stderr=subprocess.STDOUT)
    try:
        _await_port(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


class Relay:
    """One that may break down and come back at the same address, with nothing of what it relayed before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = unused_port()
        self._running = ExitStack()

    @property
    def address(self) -> str:
        return f"turn:127.0.0.1:{self._port}?transport=udp"

    def start(self) -> None:
        self._running.enter_context(running_relay(self._folder, port=self._port))

    def stop(self) -> None:
        self._running.close()


def unused_port() -> int:
    """Free for TCP and UDP a moment ago."""
    with socket.socket() as probe, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        other.bind(("127.0.0.1", port))
    return port


def _await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
