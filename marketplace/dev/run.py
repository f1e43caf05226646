"""`make run`: the whole site under one terminal, with its own PostgreSQL and Valkey unless others are given.

    PORT=8000 DATA_DIR=.data DATABASE_URL= REDIS_URL= python -m marketplace.dev.run

Ctrl-C or SIGTERM stops everything that was started; after kill -9 the next start puts things in order.
"""

import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from marketplace.dev import processes
from marketplace.dev.children import Children, listen
from marketplace.dev.embedded import EmbeddedServers, StartError
from marketplace.dev.first_steps import (
    ROOT,
    collect_static,
    demo_marker,
    load_demo_data,
    migrate,
)
from marketplace.dev.ready import announce
from marketplace.dev.terminal import Terminal

HOST = "127.0.0.1"
MARK = "TALAD_DATA_DIR"  # in every child's environment: how the next start knows its own
OFF = ("0", "false", "no", "off")
# A socket waits 4 s for a database that is away before it is told to come back; daphne by default cuts it off
# after 5, which a busy machine reaches.
SOCKET_PATIENCE = ("--websocket_connect_timeout", "15")


@dataclass(frozen=True)
class Options:
    port: int
    data_dir: Path
    database_url: str
    redis_url: str
    debug: bool

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Options":
        port = environment.get("PORT") or "8000"
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise StartError(f"PORT={port} is not a port number between 1 and 65535.")
        return cls(
            port=int(port),
            data_dir=Path(environment.get("DATA_DIR") or ".data").expanduser().resolve(),
            database_url=environment.get("DATABASE_URL", ""),
            redis_url=environment.get("REDIS_URL", ""),
            debug=environment.get("DEBUG", "1").lower() not in OFF,
        )


def main() -> int:
    terminal = Terminal()
    listen(_interrupt)
    try:
        return run(Options.read(os.environ), terminal)
    except StartError as error:
        terminal.error(str(error))
        return 1
    except KeyboardInterrupt:
        terminal.line("\nStopped.")
        return 130


def run(options: Options, terminal: Terminal) -> int:
    servers = EmbeddedServers(
        options.data_dir,
        database_url=options.database_url,
        redis_url=options.redis_url,
        say=terminal.say,
    )
    try:
        servers.lock(f"by process {os.getpid()} at http://{HOST}:{options.port}")
        _end_leftovers(options, terminal)
        _refuse_taken_port(options.port)
        _start_servers(servers, options, terminal)
        environment = child_environment(options, servers)
        migrate(terminal, environment)
        collect_static(terminal, environment, options.data_dir)
        if options.debug:  # demo accounts have a known password
            load_demo_data(
                terminal,
                environment,
                demo_marker(servers.base, options.data_dir, options.database_url),
            )
        return _supervise(options, environment, terminal)
    finally:
        listen(signal.SIG_IGN)  # a second Ctrl-C must not cut the stopping short
        servers.stop()


def child_environment(options: Options, servers: EmbeddedServers) -> dict[str, str]:
    """The caller's environment, completed; what the caller set stays."""
    defaults = {
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        "PYTHONUNBUFFERED": "1",
    }
    fixed = {
        "DATA_DIR": str(options.data_dir),
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "PORT": str(options.port),
        MARK: str(options.data_dir),
    }
    environment = defaults | dict(os.environ) | fixed
    if os.geteuid() == 0:
        # Celery's advice against root is for production; here it would be the first thing a newcomer reads.
        advice = "ignore:You're running the worker with superuser privileges"
        environment["PYTHONWARNINGS"] = ",".join(filter(None, [environment.get("PYTHONWARNINGS"), advice]))
    return environment


def child_commands(options: Options) -> dict[str, list[str]]:
    bin_folder = Path(sys.executable).parent
    celery = [str(bin_folder / "celery"), "--quiet", "-A", "marketplace"]
    schedule = options.data_dir / "celerybeat-schedule"
    return {
        # -v 0: no line for each request; warnings and errors still come through logging
        "web": [
            str(bin_folder / "daphne"),
            "-v",
            "0",
            *SOCKET_PATIENCE,
            "-b",
            HOST,
            "-p",
            str(options.port),
        ]
        + ["marketplace.asgi:application"],
        "worker": [
            *celery,
            "worker",
            "--concurrency=2",
            "--without-gossip",
            "--without-mingle",
        ],
        "scheduler": [*celery, "beat", f"--schedule={schedule}", "--pidfile="],
    }


def _supervise(options: Options, environment: Mapping[str, str], terminal: Terminal) -> int:
    """Run the three processes until a signal or until one of them ends; the exit code."""
    children = Children(
        on_started=lambda: announce(terminal, options.port, with_demo=options.debug),
        on_stopping=lambda: terminal.line("\nStopping …"),
    )
    for name, command in child_commands(options).items():
        # Pages and sockets share few connections; the worker's processes must not inherit a pool.
        pool = environment.get("DATABASE_POOL", "8") if name == "web" else "0"
        children.add(name, command, {**environment, "DATABASE_POOL": pool}, ROOT)
    children.loop()
    if children.culprit:
        lines = "\n".join(f"    {line}" for line in children.culprit_lines) or "    (it printed nothing)"
        raise StartError(
            f"{children.culprit} ended by itself, so everything was stopped. Its last lines:\n{lines}"
        )
    terminal.line("Stopped.")
    return 0


def _start_servers(servers: EmbeddedServers, options: Options, terminal: Terminal) -> None:
    own = [
        name
        for name, given in (
            ("PostgreSQL", options.database_url),
            ("Valkey", options.redis_url),
        )
        if not given
    ]
    if not own:
        servers.start()
        return
    with terminal.step(f"Starting {' and '.join(own)}"):
        servers.start()


def _end_leftovers(options: Options, terminal: Terminal) -> None:
    """End what a supervisor killed with -9 left running; the lock says that none is running now."""
    left = processes.find_marked(f"{MARK}={options.data_dir}")
    if left:
        with terminal.step("Ending what the last run left behind"):
            processes.end(left, [(signal.SIGTERM, 4), (signal.SIGKILL, 3)])


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except PermissionError:
            raise StartError(f"Port {port} is reserved for root: choose another with PORT=…") from None
        except OSError:
            raise StartError(
                f"Port {port} is in use by another program: choose another with PORT=…"
            ) from None


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
