"""A real PostgreSQL and a real Valkey for a machine that has neither: no apt, no Docker, no network.

    with EmbeddedServers(Path(".data")) as servers:
        servers.database_url, servers.redis_url

Both listen on Unix sockets in a folder that only their user may enter; there is no port and no password.
"""

import contextlib
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from marketplace.dev.lock import Lock
from marketplace.dev.places import Place, Say, StartError, settle
from marketplace.dev.postgres import Postgres
from marketplace.dev.servers import Server
from marketplace.dev.valkey import Valkey

__all__ = ["EmbeddedServers", "StartError"]


class EmbeddedServers:
    """The two servers of one DATA_DIR.

    A server whose URL is given (and not empty) is not started; the URL is handed on. `durable=False` trades
    safety against a crash for speed: for tests. `say` gets sentences for the person at the terminal.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        database_url: str | None = None,
        redis_url: str | None = None,
        say: Say = lambda sentence: None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.durable = durable
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self._given_database_url = database_url or ""
        self._given_redis_url = redis_url or ""
        self._say = say
        self._place: Place | None = None
        self._lock: Lock | None = None

    @property
    def database_url(self) -> str:
        return self._given_database_url or (self.postgres.url if self.postgres else "")

    @property
    def redis_url(self) -> str:
        return self._given_redis_url or (self.valkey.url if self.valkey else "")

    @property
    def base(self) -> Path:
        """The folder of the servers' files, once `lock` or `start` was called."""
        if self._place is None:
            raise RuntimeError("call lock() first")
        return self._place.base

    def lock(self, note: str = "") -> None:
        """Claim DATA_DIR. A second supervisor is refused with StartError and reads the holder's `note`."""
        if self._lock is None:
            self._place = settle(self.data_dir, self._say)
            lock = Lock(self._place.base / "lock", str(self.data_dir))
            lock.take()
            self._lock = lock
        if note:
            self._lock.note(note)

    def start(self) -> None:
        """Start what is needed and wait until it answers; on failure nothing is left running."""
        self.lock()
        assert self._place is not None
        try:
            if not self._given_database_url:
                self.postgres = Postgres(self._place, durable=self.durable)
            if not self._given_redis_url:
                self.valkey = Valkey(self._place, durable=self.durable)
            for server in self._servers():
                server.begin()
            for server in self._servers():
                server.wait_ready()
        except BaseException:  # an interrupt too must not leave a server behind
            self.stop()
            raise

    def stop(self) -> None:
        """Stop what was started, Valkey first: the queue may still be written from the database's side."""
        try:
            for server in reversed(self._servers()):
                server.stop()
            if self._place and self._place.sockets.parent != self._place.base:
                with contextlib.suppress(OSError):
                    self._place.sockets.rmdir()  # the one below the temp folder
        finally:
            if self._lock:
                self._lock.release()
                self._lock = None

    def remove(self) -> None:
        """Stop, and delete the servers' files wherever they are: for tests, whose data nobody wants back."""
        self.stop()
        if self._place:
            shutil.rmtree(self._place.base, ignore_errors=True)
            with contextlib.suppress(OSError):
                (self.data_dir / "servers").unlink()

    def remove_left_behind(self) -> bool:
        """The same for servers whose supervisor was killed: end them, delete their files. False, and nothing
        is touched, while somebody holds DATA_DIR."""
        try:
            self.lock()
        except StartError:
            return False
        assert self._place is not None
        try:
            for server in (Valkey(self._place, durable=False), Postgres(self._place, durable=False)):
                server.end_orphans()
        except BaseException:
            self.stop()
            raise
        self.remove()
        return True

    def _servers(self) -> list[Server]:
        return [server for server in (self.postgres, self.valkey) if server]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
