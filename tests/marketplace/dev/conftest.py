"""Real servers in folders of their own; nothing here needs Django's database."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marketplace.dev.embedded import EmbeddedServers


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A DATA_DIR. For root the servers' files may be elsewhere, since pytest's folders are private."""
    path = tmp_path / "data"

    yield path

    link = path / "servers"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)


@pytest.fixture
def start(data_dir: Path) -> Iterator[Callable[..., EmbeddedServers]]:
    """Start servers (in `data_dir` unless another is named), which stop at the test's end."""
    started: list[EmbeddedServers] = []

    def begin(folder: Path = data_dir, **options: object) -> EmbeddedServers:
        servers = EmbeddedServers(folder, **options)  # type: ignore[arg-type]
        started.append(servers)
        servers.start()
        return servers

    yield begin

    for servers in started:
        servers.stop()
