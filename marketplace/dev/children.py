"""web, worker and scheduler under honcho, with three things that honcho leaves to its caller.

Children end when the supervisor is killed with -9, a signal in the very first moment is not lost, and the
one that ended by itself is remembered with its last lines.
"""

import contextlib
import os
import shlex
import signal
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from honcho.compat import ProcessManager
from honcho.manager import Manager
from honcho.printer import Message, Printer
from honcho.process import Process

from marketplace.dev.child import die_with_parent

CHILD = Path(__file__).with_name("child.py")
# Django logs each 503, and until the worker has reported that is the answer to the wait for "Ready".
OWN_QUESTION = "Service Unavailable: /healthz"
PATIENCE_SECONDS = 6  # then whoever did not end when asked is killed

Handler = Callable[[int, FrameType | None], None] | signal.Handlers


def listen(handler: Handler) -> None:
    """Handle the signals that mean "stop": Ctrl-C, kill, and unless under nohup the terminal's closing."""
    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, handler)


def tied_command(command: Sequence[str | Path]) -> str:
    """A shell line that runs the command so that it ends with the process that runs the shell."""
    parts = [sys.executable, str(CHILD)]
    return f"exec {shlex.join(parts)} $PPID {shlex.join(map(str, command))}"


class TiedProcess(Process):  # type: ignore[misc]  # subclass of an untyped class
    """honcho's go-between for one child; it too ends with the supervisor."""

    supervisor = 0

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        die_with_parent(signal.SIGKILL, self.supervisor)
        super().run(events, ignore_signals)


class GentleProcessManager(ProcessManager):  # type: ignore[misc]
    """SIGTERM to the child alone: Celery ends its own pool, and would log the loss of it as a crash."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class RememberingPrinter(Printer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.last_lines: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=12))

    def write(self, message: Any) -> None:
        if message.name == "system":  # "started (pid=…)", "sending SIGTERM to …": Children says what matters
            return
        text = message.data.decode(errors="replace") if isinstance(message.data, bytes) else message.data
        if text.rstrip().endswith(OWN_QUESTION):
            return
        self.last_lines[message.name].extend(text.splitlines())
        encoding = sys.stdout.encoding or "ascii"
        super().write(message._replace(data=text.encode(encoding, "replace").decode(encoding)))


class Children(Manager):  # type: ignore[misc]
    """Add processes, then `loop()`; it returns when all have ended."""

    def __init__(self, *, on_started: Callable[[], None], on_stopping: Callable[[], None]) -> None:
        super().__init__(RememberingPrinter())
        self.culprit: str | None = None  # the child that ended though nobody had asked it to
        self._process_ctor = TiedProcess
        self._procmgr = GentleProcessManager()
        self._on_started = on_started
        self._on_stopping = on_stopping

    def add(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        process = self.add_process(name, tied_command(command), env=dict(environment), cwd=str(folder))
        process.supervisor = os.getpid()

    @property
    def culprit_lines(self) -> list[str]:
        return list(self._printer.last_lines[self.culprit]) if self.culprit else []

    def terminate(self) -> None:
        if not self._terminating:
            ended = [name for name, state in self._processes.items() if state.get("returncode") is not None]
            self.culprit = ended[0] if ended else None
            self._on_stopping()
            # honcho's own limit counts from the first child that ended, and would wait for ever if none does.
            timer = threading.Timer(PATIENCE_SECONDS, self.kill)
            timer.daemon = True
            timer.start()
        super().terminate()

    def _start(self) -> None:
        """Start all and wait for their pids: honcho cannot stop a child whose pid it has not heard of yet."""
        stop = signal.getsignal(signal.SIGTERM)
        assert callable(stop)  # honcho's loop has just set it
        asked: list[int] = []
        listen(lambda number, frame: asked.append(number))
        super()._start()
        while not self._all_started():
            self._take(self.events.get())
        # honcho tells SIGINT from SIGTERM by its exit code and knows no SIGHUP; here all mean the same.
        listen(lambda number, frame: stop(signal.SIGTERM, frame))
        threading.Thread(target=self._on_started, daemon=True).start()
        if asked:
            stop(signal.SIGTERM, None)

    def _take(self, message: Message) -> None:
        state = self._processes[message.name]
        if message.type == "line":
            self._printer.write(message)
        elif message.type == "start":
            state["pid"] = message.data["pid"]
        elif message.type == "stop":
            state["returncode"] = message.data["returncode"]
