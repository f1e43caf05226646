"""Loaded by `-p` before Django reads its settings: real PostgreSQL and Redis for the test session.

With DATABASE_URL and REDIS_URL set, those are used instead. Workers of pytest-xdist share the servers
of the process that started them and each have databases of their own in both. What a killed session left
goes when the next one starts.
"""

import os
import tempfile
from pathlib import Path

import pytest

from marketplace.dev.embedded import EmbeddedServers
from tests.support.leftovers import PREFIX, alone, remove_leftovers

_servers: EmbeddedServers | None = None
_folder: "tempfile.TemporaryDirectory[str] | None" = None


def _start() -> None:
    global _servers, _folder
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        # Valkey has 16 databases; one store takes four.
        os.environ["REDIS_DATABASE_OFFSET"] = str(4 * (1 + int(worker.removeprefix("gw")) % 3))
        data_dir = Path(os.environ["DATA_DIR"]) / worker
        data_dir.mkdir(exist_ok=True)
        os.environ["DATA_DIR"] = str(data_dir)
        return
    with alone():
        remove_leftovers()
        _folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        _servers = EmbeddedServers(
            Path(_folder.name),
            durable=False,
            database_url=os.environ.get("DATABASE_URL"),
            redis_url=os.environ.get("REDIS_URL"),
        )
        _servers.lock()
    _servers.start()
    os.environ.update(
        DATABASE_URL=_servers.database_url,
        REDIS_URL=_servers.redis_url,
        DATA_DIR=_folder.name,
        DEBUG="1",
        SECRET_KEY="for-tests-only-for-tests-only-for-tests-only",
    )


_start()


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # real ones take 0.3 s
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)  # whitenoise warns when there is none
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def pytest_unconfigure(config: pytest.Config) -> None:
    with alone():
        if _servers is not None:
            _servers.remove()  # as root the data may lie outside the folder
        if _folder is not None:
            _folder.cleanup()
