"""What a killed test session leaves: a folder, the servers' files elsewhere, and the servers themselves."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marketplace.dev.embedded import EmbeddedServers, StartError
from marketplace.dev.places import parents_elsewhere

PREFIX = "talad-tests-"


@contextmanager
def alone() -> Iterator[None]:
    """Of one user's sessions one at a time: a folder that another has only just made, and not locked yet,
    must not look left behind."""
    path = Path(tempfile.gettempdir()) / f"talad-tests.{os.geteuid()}.lock"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def remove_leftovers() -> None:
    """Of sessions whose process is gone: their lock is free. Call it inside `alone`."""
    temp = Path(tempfile.gettempdir()).resolve()
    for data_dir in [*_lost(temp), *temp.glob(f"{PREFIX}*")]:
        with contextlib.suppress(StartError, OSError):  # not worth keeping a session from its start
            is_ours = data_dir.is_dir() and data_dir.lstat().st_uid == os.geteuid()
            if is_ours and EmbeddedServers(data_dir).remove_left_behind():
                shutil.rmtree(data_dir, ignore_errors=True)


def _lost(temp: Path) -> Iterator[Path]:
    """Folders that somebody tidied away, with the servers' files elsewhere: made again, to remove both."""
    for parent in parents_elsewhere():
        for note in (parent / "talad").glob("*/data_dir.txt"):
            with contextlib.suppress(OSError):
                data_dir = Path(note.read_text().strip())
                if data_dir.parent == temp and data_dir.name.startswith(PREFIX) and not data_dir.exists():
                    data_dir.mkdir(mode=0o700)
                    (data_dir / "servers").symlink_to(note.parent)
                    yield data_dir
