"""PostgreSQL and Valkey as foreground children in sessions of their own.

In sessions of their own, so that Ctrl-C reaches the supervisor alone and it decides the order of the end.
"""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from marketplace.dev import processes
from marketplace.dev.places import Place, StartError, popen_user

Signals = Sequence[tuple[signal.Signals, float]]


class Server(ABC):
    name: ClassVar[str]  # in words
    program: ClassVar[str]  # the process's name
    folder_name: ClassVar[str]
    stop_signals: ClassVar[Signals]

    def __init__(self, place: Place, *, durable: bool) -> None:
        self.place = place
        self.durable = durable
        self.folder = place.server_folder(self.folder_name)
        self.log = place.base / f"{self.folder_name}.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child and self._child.poll() is None else None

    @abstractmethod
    def begin(self) -> None:
        """Start the program without waiting for it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes commands."""

    @abstractmethod
    def orphans(self) -> list[int]:
        """Processes that an earlier supervisor left in this server's folder."""

    def wait_ready(self, seconds: float = 300) -> None:
        """Wait for it; the recovery of a large database after a crash may take long."""
        limit = time.monotonic() + seconds
        while not self.answers():
            if self.pid is None:
                self.restart_or_give_up()
            elif time.monotonic() > limit:
                raise StartError(f"{self.name} does not answer after {seconds:.0f} s; see {self.log}.")
            time.sleep(0.02)

    def restart_or_give_up(self) -> None:
        raise StartError(f"{self.name} stopped at its start:\n{self.last_lines()}")

    def stop(self) -> None:
        if self._child is not None:
            for number, seconds in self.stop_signals:
                if self._child.poll() is None:
                    self._child.send_signal(number)
                    processes.wait_until(self._has_ended, seconds)
            self._child = None

    def end_orphans(self) -> None:
        left = processes.end(self.orphans(), self.stop_signals)
        if left:
            raise StartError(f"An earlier {self.name} (process {left[0]}) does not stop; please end it.")

    def last_lines(self, count: int = 8) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"    {line}" for line in lines[-count:])

    def spawn(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        # Nothing of the caller's environment: PGDATA, PGPORT, LC_ALL and the like change what a server does.
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**plain_environment(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **popen_user(self.place.account),
            )

    def start_log(self) -> None:
        """A new log for each start, with the one before kept."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))

    def _has_ended(self) -> bool:
        return self._child is None or self._child.poll() is not None


def plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
