"""One supervisor for each DATA_DIR."""

import fcntl
import os
from pathlib import Path

from marketplace.dev.places import StartError


class Lock:
    """A flock: it goes away with the process that holds it, however that ends."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self.what = what
        self._file: int | None = None
        # A forked child that outlives us would hold the lock open for ever.
        os.register_at_fork(after_in_child=self._close)

    def take(self) -> None:
        """Take the lock, or raise StartError naming who has it."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 200, 0).decode(errors="replace").strip()
            os.close(file)
            raise StartError(f"{self.what} is in use already ({holder or 'by another process'}).") from None
        self._file = file
        self.note(f"by process {os.getpid()}")

    def note(self, text: str) -> None:
        """What a second supervisor will be told."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, text.encode(), 0)

    def release(self) -> None:
        self.note("")
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
