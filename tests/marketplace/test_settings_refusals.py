"""Settings that would be dangerous or senseless are refused at start, in a sentence that says what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.private import ROOT

COMPLETE = {
    "SECRET_KEY": "k" * 32,
    "ALLOWED_HOSTS": "market.example",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",  # nothing connects
    "REDIS_URL": "redis://127.0.0.1:1",
    "TRUSTED_PROXIES": "1",
    "TURN_URLS": "turn:market.example:3478",
    "TURN_SECRET": "of-the-relay",
    "OUTSIDE_TIMEOUT_SECONDS": "60",
}
ZONES = "TIME_ZONE='Asia/Bangkog' is not a zone such as Asia/Bangkok."
VAPID = (
    "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY belong together: "
    "`python -m marketplace.notify.vapid` makes a pair."
)
HOSTS = "Set ALLOWED_HOSTS to the names under which the site is reached."
RELAY = "TURN_URLS needs TURN_SECRET, the relay's static-auth-secret."
PROXIES = "TRUSTED_PROXIES is how many proxies stand before the site: 0 or more."
REFUSED = [
    ("SECRET_KEY", "", "Set SECRET_KEY: production has no default secret."),
    ("SECRET_KEY", "k" * 31, "SECRET_KEY must have at least 32 characters."),
    ("ALLOWED_HOSTS", "", HOSTS),
    ("DATABASE_URL", "", "Set DATABASE_URL: see the settings table in README.md."),
    ("REDIS_URL", "", "Set REDIS_URL: see the settings table in README.md."),
    ("TRUSTED_PROXIES", "-1", PROXIES),
    ("TIME_ZONE", "Asia/Bangkog", ZONES),
    ("LANGUAGE_CODE", "de", "LANGUAGE_CODE must be one of en, th, fa, vi."),
    ("VAPID_PUBLIC_KEY", "B" * 87, VAPID),
    ("VAPID_PRIVATE_KEY", "B" * 43, VAPID),
    ("ICE_TRANSPORT_POLICY", "none", "ICE_TRANSPORT_POLICY is all or relay."),
    ("TURN_SECRET", "", RELAY),
    ("OUTSIDE_TIMEOUT_SECONDS", "0.9", "OUTSIDE_TIMEOUT_SECONDS is between 1 and 60."),
    ("OUTSIDE_TIMEOUT_SECONDS", "60.1", "OUTSIDE_TIMEOUT_SECONDS is between 1 and 60."),
]


def _start(data_dir: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py check` without DEBUG and with nothing of this session's environment."""
    environment = {**COMPLETE, **changes, "DATA_DIR": str(data_dir)}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("name", "value", "sentence"), REFUSED)
def test_production_does_not_start_with(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    started = _start(tmp_path, **{name: value})

    assert started.returncode == 1
    assert started.stderr.splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {sentence}"
    assert list(tmp_path.iterdir()) == []  # no secret was made up and kept


def test_production_starts_with_all_that_it_needs(tmp_path: Path) -> None:
    started = _start(tmp_path)

    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout == "System check identified no issues (0 silenced).\n"


def test_every_refusal_of_the_settings_is_tried() -> None:
    source = (Path(ROOT) / "marketplace" / "settings.py").read_text()

    # One line refuses both servers' missing addresses.
    assert source.count("raise ImproperlyConfigured(") == len({sentence for *_, sentence in REFUSED}) - 1
