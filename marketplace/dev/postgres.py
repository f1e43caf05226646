"""The embedded PostgreSQL."""

import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from marketplace.dev import processes
from marketplace.dev.binaries import major_version, postgres_folder
from marketplace.dev.places import Place, StartError, popen_user
from marketplace.dev.servers import Server, plain_environment


class Postgres(Server):
    name = "PostgreSQL"
    program = "postgres"
    folder_name = "postgres"
    stop_signals = (
        (signal.SIGINT, 30),
        (signal.SIGQUIT, 10),
        (signal.SIGKILL, 5),
    )  # fast, immediate, by force

    def __init__(self, place: Place, *, durable: bool) -> None:
        super().__init__(place, durable=durable)
        self.data = self.folder / "data"
        self.bin = postgres_folder().at(place)
        self._retry_until = 0.0

    @property
    def url(self) -> str:
        """django-environ reads the socket folder from the path, as HOST; libpq does not: see `conninfo`."""
        return f"postgresql://talad@/{quote(str(self.place.sockets))}/talad"

    def conninfo(self, database: str = "talad", user: str = "talad") -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.place.sockets), dbname=database, user=user, port=5432
        )

    def begin(self) -> None:
        self.start_log()
        version = major_version(self.bin / "postgres")
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != version:
            raise StartError(
                f"The database in {self.data} was made by PostgreSQL {made_by}, "
                f"but PostgreSQL {version} is installed. "
                f"Dump it with {made_by} and restore it with {version}, or choose another DATA_DIR."
            )
        self.end_orphans()
        for leftover in self.place.sockets.glob(".s.PGSQL.*"):
            leftover.unlink()  # only this cluster uses the folder, and none of its processes is left
        self._retry_until = time.monotonic() + 15
        self._spawn_postgres()

    def answers(self) -> bool:
        try:
            with psycopg.connect(
                self.conninfo("postgres", "postgres"),
                autocommit=True,
                connect_timeout=5,
            ) as db:
                _make_role_and_database(db)
        except psycopg.OperationalError:
            return False
        return True

    def orphans(self) -> list[int]:
        found = processes.find(self.program, self.data)
        recorded = _stale_pid(self.data)
        # Signals go to the postmaster alone: it ends its own children. Without it they end by themselves.
        return [recorded] if recorded in found else found

    def restart_or_give_up(self) -> None:
        # After a kill -9 the backends hold the shared memory for a moment longer than their postmaster lived.
        if time.monotonic() > self._retry_until or "shared memory block" not in self.last_lines():
            super().restart_or_give_up()
        time.sleep(0.2)
        self.start_log()
        self._spawn_postgres()

    def _spawn_postgres(self) -> None:
        environment = {}
        if stale := _stale_pid(self.data):
            # That process is gone, or its number now belongs to somebody else, whom PostgreSQL would take for
            # a running server. So it is told that the number is its own grandparent's (as Patroni does); the
            # file itself is never removed.
            environment["PG_GRANDPARENT_PID"] = str(stale)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.place.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self.durable:
            # The defaults are for a machine of 1 GB. Large files of points wrote three times as much WAL with
            # them: a page is written whole at its first change after each checkpoint.
            settings |= {"shared_buffers": f"{_megabytes_for_pages()}MB", "max_wal_size": "4GB"}
        else:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
            }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.spawn([self.bin / "postgres", "-D", self.data, *options], environment)

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        half = self.folder / "data.part"
        user = popen_user(self.place.account)
        subprocess.run(["/bin/rm", "-rf", str(half)], check=True, cwd="/", **user)
        # The builtin provider needs no ICU (the wheels have none), and pg_trgm needs a UTF-8 ctype for Thai.
        command: list[str | Path] = [self.bin / "initdb", "-D", half, "-U", "postgres", "-E", "UTF8"]
        command += [
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=reject",
        ]
        command += ["--no-instructions"] if self.durable else ["--no-instructions", "--no-sync"]
        with self.log.open("ab") as log:
            made = subprocess.run(
                command,
                cwd="/",
                env=plain_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **user,
            )
        if made.returncode:
            raise StartError(f"initdb failed:\n{self.last_lines()}")
        half.rename(self.data)


def _megabytes_for_pages() -> int:
    """An eighth of the machine's memory: it is not PostgreSQL's alone."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(max(machine // 8, 128), 1024)


def _stale_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _make_role_and_database(db: psycopg.Connection) -> None:
    """An ordinary role, as in production: it may make databases (for tests) and trusted extensions."""
    if not db.execute("select 1 from pg_roles where rolname = 'talad'").fetchone():
        db.execute("create role talad login createdb")
    if not db.execute("select 1 from pg_database where datname = 'talad'").fetchone():
        db.execute("create database talad owner talad")
