"""Look at and end processes that an earlier run may have left behind.

Linux is read from /proc. macOS has no /proc, so `ps` and `lsof` answer there (not tried on a Mac).
Every look-up is for processes of ours only: anything that may not be read is treated as foreign.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

PROC = Path("/proc/self/stat").exists()


def all_pids() -> list[int]:
    if PROC:
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [int(word) for word in _ask("ps", "-axo", "pid=").split()]


def name_of(pid: int) -> str:
    """The program's short name, or "" for a process that is gone or a zombie."""
    if not PROC:
        return os.path.basename(_ask("ps", "-o", "comm=", "-p", str(pid)).strip())
    try:
        # "pid (name) state …"; the name itself may hold spaces and brackets.
        head, _, rest = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")
    except OSError:
        return ""
    return "" if rest.split()[0] in "ZX" else head.partition("(")[2]


def folder_of(pid: int) -> Path | None:
    """The working directory of a process, or None where it cannot be read."""
    if PROC:
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd"))
        except OSError:
            return None
    lines = _ask("lsof", "-a", "-p", str(pid), "-d", "cwd", "-Fn").splitlines()
    return next((Path(line[1:]) for line in lines if line.startswith("n")), None)


def has_environment(pid: int, entry: str) -> bool:
    """Whether a process was started with `entry` ("NAME=value") in its environment."""
    if not PROC:
        return entry in _ask("ps", "-E", "-ww", "-o", "command=", "-p", str(pid)).split(" ")
    try:
        return os.fsencode(entry) in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def parent_of(pid: int) -> int:
    if not PROC:
        return int(_ask("ps", "-o", "ppid=", "-p", str(pid)).strip() or 0)
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def alive(pid: int) -> bool:
    return bool(name_of(pid))


def find(name: str, folder: Path) -> list[int]:
    """Processes of this program that work in this folder, lowest pid first."""
    return sorted(pid for pid in all_pids() if name_of(pid) == name and folder_of(pid) == folder)


def find_marked(entry: str) -> list[int]:
    """Processes with this environment entry, without this process and those that started it."""
    own = set(_ancestors(os.getpid()))
    return sorted(pid for pid in all_pids() if pid not in own and alive(pid) and has_environment(pid, entry))


def end(pids: Iterable[int], signals: Iterable[tuple[signal.Signals, float]]) -> list[int]:
    """Send each signal and give it its seconds, until all are gone; returns those that remain."""
    left = list(pids)
    for number, seconds in signals:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        left = _remaining(left, seconds)
        if not left:
            break
    return left


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(pause)
    return True


def _remaining(pids: list[int], seconds: float) -> list[int]:
    wait_until(lambda: not any(map(alive, pids)), seconds)
    return [pid for pid in pids if alive(pid)]


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 0:
        yield pid
        pid = parent_of(pid)


def _ask(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout
