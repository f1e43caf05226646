"""The product under measurement: a database, a web process, and their CPU time."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


class Site:
    """One daphne process on one database."""

    def __init__(self, database_url: str, redis_url: str, folder: Path, *, redis_offset: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "REDIS_DATABASE_OFFSET": str(redis_offset),
            "DATABASE_POOL": "8",
            "DATA_DIR": str(folder),
            "SECRET_KEY": "for-the-benchmark-only-for-the-benchmark-only",
            "DEBUG": "",
            "HTTPS": "0",
            "LOG_LEVEL": "INFO",  # daphne tells its port at that level
            "ALLOWED_HOSTS": "127.0.0.1",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    @contextmanager
    def running(self) -> Iterator["Site"]:
        log = self.folder / "web.log"
        command = [sys.executable, "-m", "daphne", "-e", "tcp:0:interface=127.0.0.1", "--no-server-name"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "tests.bench.asgi:application"],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            self.port = self._await_port(log)
            yield self
        finally:
            self.process.terminate()
            self.process.wait(20)

    def _await_port(self, log: Path) -> int:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if found := re.search(r"Listening on TCP address 127\.0\.0\.1:(\d+)", log.read_text()):
                return int(found.group(1))
            time.sleep(0.05)
        raise RuntimeError(log.read_text())

    def cpu_seconds(self) -> float:
        """CPU time of the web process so far."""
        assert self.process is not None
        return _cpu_of(self.process.pid)


def server_cpu_seconds() -> float:
    """CPU time of PostgreSQL (with its finished backends) and Valkey, all that run on this machine."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
            name = text[text.index("(") + 1 : text.rindex(")")]
            if name in ("postgres", "valkey-server"):
                total += _cpu_of(int(status.parent.name), with_children=True)
        except OSError:
            continue  # it ended meanwhile
    return total


def _cpu_of(pid: int, *, with_children: bool = False) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11 : 15 if with_children else 13]) / TICKS
